#include "show.h"

#include "console.h"
#include "memory.h"
#include "pte.h"

#define RUNS_SHOWN 32u /* of an address space: nobody reads one in thousands of pieces to its end */

static void show_run(const char *what, struct run run)
{
  print("  %s %x .. %x, %u frames\n", what, run.first * FRAME_SIZE, run.end * FRAME_SIZE,
        run.end - run.first);
}

static void show_blocks(void)
{
  const struct buddy *b = &memory.frames.buddy;
  print("free: %u of %u frames, in blocks of\n", buddy_free_frames(b), b->nframes);
  for (uint32_t order = 0; order < BUDDY_ORDERS; order++) {
    if (buddy_free_blocks(b, order) != 0) {
      print("  order %u: %u\n", (uint64_t)order, buddy_free_blocks(b, order));
    }
  }
}

static void show_owners(void)
{
  uint64_t count[OWNER_TABLE5 + 1] = {0};
  for (uint64_t f = 0; f < memory.frames.nframes; f++) {
    count[memory.frames.records[f].owner]++;
  }
  print("owners, in frames\n");
  for (uint32_t owner = OWNER_FREE; owner <= OWNER_TABLE5; owner++) {
    if (count[owner] != 0) {
      print("  %s: %u\n", owner_name((enum owner)owner), count[owner]);
    }
  }
}

void show_memory(void)
{
  print("memory map, as used\n");
  for (uint32_t k = 0; k < memory.nram; k++) {
    show_run("RAM", memory.ram[k]);
  }
  for (uint32_t k = 0; k < memory.nkept; k++) {
    if (memory.kept[k].length != 0) {
      print("  kept %x .. %x\n", memory.kept[k].base, memory.kept[k].base + memory.kept[k].length);
    }
  }
  show_run("buddy words", memory.words);
  show_run("frame records", memory.records);
  print("  the kernel's pages: of 4 KiB %u, of 2 MiB %u, of 1 GiB %u\n", memory.pages[1],
        memory.pages[2], memory.pages[3]);
  show_blocks();
  show_owners();
}

static void show_flags(uint32_t flags)
{
  print("%s%s%s%s", (flags & FRAME_POISONED) != 0 ? ", poisoned" : "",
        (flags & FRAME_COW) != 0 ? ", copy on write" : "",
        (flags & FRAME_SHARED) != 0 ? ", shared" : "",
        (flags & FRAME_ANONYMOUS) != 0 ? ", anonymous" : "");
}

void show_frame(frame_t frame)
{
  enum block_state state;
  frame_t first = frame;
  uint32_t order;
  const struct frame *record = &memory.frames.records[frame];
  print("  frame %x at %x: %s", (uint64_t)frame, frame * (uint64_t)FRAME_SIZE,
        owner_name(record->owner));
  show_flags(record->flags);
  if (buddy_find(&memory.frames.buddy, frame, &state, &first, &order) == STATUS_OK &&
      state != BLOCK_RESERVED) {
    print(", block %x of order %u", (uint64_t)first, (uint64_t)order);
  }
  if (record->owner >= OWNER_TABLE1) {
    print(", %u entries, in slot %u of frame %x", (uint64_t)record->live, (uint64_t)record->index,
          (uint64_t)record->parent);
  } else if (record->owner >= OWNER_KERNEL) {
    print(", references %u", (uint64_t)memory.frames.records[first].references);
  }
  print("\n");
}

static void show_permissions(uint32_t permissions)
{
  print("read%s%s%s%s%s%s%s", (permissions & PAGE_WRITE) != 0 ? ", write" : "",
        (permissions & PAGE_EXECUTE) != 0 ? ", execute" : "",
        (permissions & PAGE_USER) != 0 ? ", user" : "",
        (permissions & PAGE_WRITE_COMBINING) != 0 ? ", write-combining" : "",
        (permissions & PAGE_UNCACHED) != 0 ? ", uncached" : "",
        (permissions & PAGE_GLOBAL) != 0 ? ", global" : "",
        (permissions & PAGE_UNOWNED) != 0 ? ", unowned" : "");
}

static void show_page(uint64_t entry, uint32_t level, uint64_t physical)
{
  print("  physical %x: ", physical);
  show_permissions(pte_permissions(entry, level));
  print("%s%s\n", pte_accessed(entry) ? ", accessed" : "", pte_dirty(entry) ? ", dirty" : "");
}

void show_walk(uint64_t address)
{
  uint64_t table = memory.space.root, entry = 0;
  uint32_t level = PAGETABLE_LEVELS;
  if (memory.space.frames == 0) {
    print("  the kernel has no tables of its own yet\n");
    return;
  }
  for (;; level--) {
    uint64_t index = address >> (12 + 9 * (level - 1)) & 511;
    entry = ((uint64_t *)frame_view(table))[index];
    print("  level %u entry %u = %x\n", (uint64_t)level, index, entry);
    if (!pte_present(entry)) {
      return;
    }
    if (!pte_points(entry, level)) {
      break;
    }
    table = pte_next(entry);
  }
  uint64_t size = (uint64_t)PAGE_SIZE << (9 * (level - 1));
  uint64_t physical = pte_frame(entry, level) * (uint64_t)FRAME_SIZE + address % size;
  show_page(entry, level, physical);
  if (physical / FRAME_SIZE < memory.frames.nframes) {
    show_frame((frame_t)(physical / FRAME_SIZE));
  } else {
    print("  frame %x: beyond the frames\n", physical / FRAME_SIZE);
  }
}

/* Prints the runs of mapped pages of the half that begins at address, the first ones; how many there are in all, with
 * those before. */
static uint64_t show_half(uint64_t address, uint64_t before)
{
  struct page_run run;
  uint64_t runs = before, left = PAGETABLE_PAGES / 2;
  while (left > 0 && pagetable_query_range(&memory.space, address, left, &run) == STATUS_OK) {
    if (run.mapped && runs < RUNS_SHOWN) {
      print("  %x: pages %u, frame %x, ", address, run.pages, (uint64_t)run.frame);
      show_permissions(run.permissions);
      print("\n");
    }
    runs += run.mapped;
    address += run.pages * PAGE_SIZE;
    left -= run.pages;
  }
  return runs;
}

void show_runs(void)
{
  uint64_t runs = show_half(PAGETABLE_UPPER, show_half(0, 0));
  print("  runs: %u", runs);
  if (runs > RUNS_SHOWN) {
    print(", the first %u shown", (uint64_t)RUNS_SHOWN);
  }
  print("\n");
}

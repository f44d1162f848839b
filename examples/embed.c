/* A complete use of the core: what a kernel does once at start-up, on a hosted machine.
 *
 *     firmware map -> runs -> metadata -> frame database -> page tables
 *
 * The "physical memory" is an array; in a kernel it is the direct map. Prints what it
 * did and exits 0, or the first status that was not ok.
 */
#include <stdio.h>

#include "boot_alloc.h"
#include "frame.h"
#include "memmap.h"
#include "pagetable.h"

#define MEMORY_FRAMES 1024u /* 4 MiB of pretended RAM */

static _Alignas(FRAME_SIZE) uint64_t memory[MEMORY_FRAMES * FRAME_SIZE / sizeof(uint64_t)];
static struct run runs[MEMMAP_RUNS_MAX];

/* What the direct map does in a kernel: frame f is at memory + 4096 * f. */
static void *at_frame(frame_t frame)
{
  return &memory[512u * (uint64_t)frame];
}

/* The runs of usable frames, from a map as firmware gives it. */
static enum status usable_runs(uint32_t *nruns)
{
  static const struct memmap_entry map[] = {
      {0x0, 0x9FC00, MEMMAP_USABLE},       /* low memory, ends within a frame */
      {0x100000, 0x300000, MEMMAP_USABLE}, /* the rest */
      {0x200000, 0x10000, 2},              /* reserved by firmware, overlapping it */
  };
  static const struct memmap_entry reserved[] = {
      {0x0, 0x1000, 0},       /* frame 0 */
      {0x100000, 0x40000, 0}, /* the kernel's image */
  };
  return memmap_runs(map, 3, reserved, 2, MEMORY_FRAMES, runs, MEMMAP_RUNS_MAX, nruns);
}

/* Takes the metadata's frames from the runs, then gives what is left to the database. */
static enum status memory_up(struct frames *frames, uint32_t nruns)
{
  struct boot_alloc boot;
  frame_t words;
  frame_t records;
  uint64_t nwords = buddy_words(MEMORY_FRAMES);
  enum status status = boot_alloc_init(&boot, runs, nruns);
  if (status == STATUS_OK)
    status = boot_alloc(&boot, boot_alloc_frames(8 * nwords), 1, &words);
  if (status == STATUS_OK)
    status =
        boot_alloc(&boot, boot_alloc_frames(MEMORY_FRAMES * sizeof(struct frame)), 1, &records);
  if (status == STATUS_OK)
    status = frames_init(frames, MEMORY_FRAMES, at_frame(words), nwords, at_frame(records),
                         MEMORY_FRAMES);
  for (uint32_t k = 0; status == STATUS_OK && k < nruns; k++) {
    struct run rest;
    status = boot_alloc_rest(&boot, k, &rest);
    if (status == STATUS_OK)
      status = frames_release(frames, rest.first, rest.end - rest.first);
  }
  return status;
}

/* What a kernel does after its changes: the processor forgets what they owe, here it remembers nothing; then the tables
 * that went are free. */
static void settle(struct pagetable *space, struct flush *owed)
{
  printf("to flush: %llu pages from 0x%llx, tables %s\n", (unsigned long long)owed->pages,
         (unsigned long long)owed->address, owed->tables ? "went" : "stay");
  pagetable_flushed(space, owed);
}

/* Maps one frame at one address, looks it up, and takes it away again. */
static enum status map_one(struct frames *frames)
{
  struct pagetable space;
  struct translation found = {0};
  struct flush owed = {0};
  frame_t frame = 0;
  enum status status = pagetable_create(&space, frames, memory);
  if (status == STATUS_OK)
    status = frame_alloc(frames, 0, OWNER_USER, FRAME_ANONYMOUS, &frame);
  if (status == STATUS_OK)
    status = pagetable_map(&space, 0x400000, frame, 1, PAGE_WRITE | PAGE_USER);
  if (status == STATUS_OK)
    status = pagetable_query(&space, 0x400123, &found);
  if (status == STATUS_OK) {
    printf("0x400123 is in frame %u, mapped frame %u\n", found.frame, frame);
    status = pagetable_unmap(&space, 0x400000, 1, &found, &owed);
  }
  if (status == STATUS_OK) {
    settle(&space, &owed);
    status =
        frame_put(frames, frame); /* our own reference: now that the flush is done, it is free */
  }
  if (status == STATUS_OK)
    pagetable_destroy(&space);
  return status;
}

#define RANGE 0x800000u  /* where the pages of a block go */
#define RANGE_PAGES 512u /* to be changed there, most of them holes */
#define BLOCK_ORDER 2u
#define BLOCK_FRAMES 4u

/* Says what is mapped in the range: as many runs as there are pieces of it that translate alike. */
static enum status list_range(const struct pagetable *space)
{
  struct page_run run = {0};
  enum status status = STATUS_OK;
  for (uint64_t page = 0; status == STATUS_OK && page < RANGE_PAGES; page += run.pages) {
    const uint64_t address = RANGE + page * PAGE_SIZE;
    status = pagetable_query_range(space, address, RANGE_PAGES - page, &run);
    if (status == STATUS_OK && run.mapped)
      printf("0x%llx: %llu pages from frame %u on, %s\n", (unsigned long long)address,
             (unsigned long long)run.pages, run.frame,
             (run.permissions & PAGE_WRITE) != 0 ? "writable" : "read-only");
  }
  return status;
}

/* Makes the pages of a range read-only and then takes them away: whatever is mapped in it, with one flush for both. */
static enum status change_range(struct pagetable *space)
{
  struct seen seen = {0, false, false};
  struct flush owed = {0};
  enum status status = pagetable_protect_range(space, RANGE, RANGE_PAGES, PAGE_USER, &seen, &owed);
  if (status == STATUS_OK)
    status = list_range(space);
  if (status == STATUS_OK)
    status = pagetable_unmap_range(space, RANGE, RANGE_PAGES, &seen, &owed);
  if (status == STATUS_OK) {
    printf("%llu pages were mapped%s\n", (unsigned long long)seen.pages,
           seen.dirty ? ", and written to" : "");
    settle(space, &owed);
  }
  return status;
}

/* Maps the frames of one block side by side, and does away with them as a range. */
static enum status map_block(struct frames *frames)
{
  struct pagetable space;
  frame_t block = 0;
  enum status status = pagetable_create(&space, frames, memory);
  if (status == STATUS_OK)
    status = frame_alloc(frames, BLOCK_ORDER, OWNER_USER, FRAME_ANONYMOUS, &block);
  if (status == STATUS_OK)
    status = pagetable_map_range(&space, RANGE, block, BLOCK_FRAMES, PAGE_LEVELS,
                                 PAGE_WRITE | PAGE_USER);
  if (status == STATUS_OK)
    status = list_range(&space);
  if (status == STATUS_OK)
    status = change_range(&space);
  if (status == STATUS_OK)
    status = frame_put(frames, block);
  if (status == STATUS_OK)
    pagetable_destroy(&space);
  return status;
}

int main(void)
{
  static struct frames frames;
  uint32_t nruns = 0;
  enum status status = usable_runs(&nruns);
  if (status == STATUS_OK)
    status = memory_up(&frames, nruns);
  uint64_t before = status == STATUS_OK ? buddy_free_frames(&frames.buddy) : 0;
  if (status == STATUS_OK)
    status = map_one(&frames);
  if (status == STATUS_OK)
    status = map_block(&frames);
  if (status != STATUS_OK) {
    printf("embed: %s\n", status_name(status));
    return 1;
  }
  printf("%u runs, %llu frames free, as many after mapping and unmapping: %s\n", nruns,
         (unsigned long long)before, buddy_free_frames(&frames.buddy) == before ? "yes" : "NO");
  return buddy_free_frames(&frames.buddy) == before && !frames_check(&frames) ? 0 : 1;
}

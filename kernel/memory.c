#include "memory.h"

#include "console.h"
#include "cpu.h"
#include "early.h"

#define START_INFO_MAGIC 0x336EC578u
#define LOW_MEMORY 0x100000u
#define FLUSHES_MAX 64u /* of single pages: for more, all are flushed at once */

struct start_info {
  uint32_t magic, version, flags, nmodules;
  uint64_t modules, command, rsdp, map;
  uint32_t nmap, reserved;
};

struct start_module {
  uint64_t address, size, command, reserved;
};

struct start_range {
  uint64_t base, length;
  uint32_t type, reserved;
};

struct memory memory;
static struct memmap_entry map[MEMMAP_ENTRIES_MAX];

static void need(enum status status, const char *what)
{
  if (status != STATUS_OK) {
    print("Bail out! memory start-up: %s: %s\n", what, status_name(status));
    leave(0);
  }
}

static void *view(uint64_t physical)
{
  return (void *)(DIRECT_MAP + physical); /* NOLINT(performance-no-int-to-ptr) */
}

void *frame_view(uint64_t frame)
{
  return view(frame * FRAME_SIZE);
}

/* Where the lower half of the addresses ends, page numbers go on with the upper one. */
static uint64_t over_the_hole(uint64_t address)
{
  return address < PAGETABLE_HALF || address >= PAGETABLE_UPPER
             ? address
             : address - PAGETABLE_HALF + PAGETABLE_UPPER;
}

/* That tables went is no case of its own: none goes without a page that it led to, and the flush of that forgets it. */
void flush_owed(const struct flush *owed)
{
  if (owed->pages == 0) {
    return;
  }
  uint64_t span = page_span(owed->level), count = owed->pages / span;
  if (count > FLUSHES_MAX) {
    flush_everything();
    return;
  }
  for (uint64_t i = 0; i < count; i++) {
    flush_page(over_the_hole(owed->address + i * span * PAGE_SIZE));
  }
}

void settle(struct flush *owed)
{
  flush_owed(owed);
  pagetable_flushed(&memory.space, owed);
}

static void keep(uint64_t base, uint64_t length)
{
  need(memory.nkept < MEMMAP_RESERVATIONS_MAX ? STATUS_OK : STATUS_TOO_MANY_ENTRIES,
       "reservations");
  memory.kept[memory.nkept++] = (struct memmap_entry){base, length, 0};
}

/* What the firmware map calls RAM but is in use already. */
static void keep_boot_data(const struct start_info *info, uint64_t address)
{
  const struct start_module *module = view(info->modules);
  keep(0, LOW_MEMORY);
  keep((uint64_t)image_start, (uint64_t)image_end - IMAGE_BASE - (uint64_t)image_start);
  keep(address, sizeof *info);
  keep(info->modules, info->nmodules * sizeof *module);
  keep(info->map, info->nmap * sizeof(struct start_range));
  memory.command = "";
  if (info->command != 0) {
    uint64_t length = 0;
    memory.command = view(info->command);
    while (memory.command[length] != 0) {
      length++;
    }
    keep(info->command, length + 1);
  }
  for (uint32_t i = 0; i < info->nmodules; i++) {
    keep(module[i].address, module[i].size);
  }
}

static void read_map(uint64_t address)
{
  const struct start_info *info = view(address);
  if (info->magic != START_INFO_MAGIC || info->version < 1 || info->nmap == 0) {
    need(STATUS_NO_MEMORY, "start info has no memory map");
  }
  const struct start_range *range = view(info->map);
  need(info->nmap <= MEMMAP_ENTRIES_MAX ? STATUS_OK : STATUS_TOO_MANY_ENTRIES, "firmware map");
  for (uint32_t i = 0; i < info->nmap; i++) {
    map[i] = (struct memmap_entry){range[i].base, range[i].length, range[i].type};
  }
  keep_boot_data(info, address);
  need(memmap_runs(map, info->nmap, memory.kept, 0, FRAMES_MAX, memory.ram, MEMMAP_RUNS_MAX,
                   &memory.nram),
       "RAM");
  need(memmap_runs(map, info->nmap, memory.kept, memory.nkept, FRAMES_MAX, memory.runs,
                   MEMMAP_RUNS_MAX, &memory.nruns),
       "usable runs");
}

static struct run take(struct boot_alloc *boot, uint64_t count, const char *what)
{
  frame_t first;
  need(boot_alloc(boot, count, 1, &first), what);
  return (struct run){first, first + count};
}

/* Takes frames for metadata and shows them in the direct map, wherever they are. */
static struct run take_shown(struct boot_alloc *boot, uint64_t count, struct run *early,
                             const char *what)
{
  struct run run = take(boot, count, what);
  need(early_show(run, early) ? STATUS_OK : STATUS_NO_SPACE, what);
  return run;
}

static void release(struct run run, const char *what)
{
  need(frames_release(&memory.frames, run.first, run.end - run.first), what);
}

/* Shows frames first .. end - 1 from an address on, in pages as large as fit, and counts those. */
static void map_range(uint64_t address, uint64_t first, uint64_t end, uint32_t permissions)
{
  struct translation found;
  if (first == end) {
    return;
  }
  need(pagetable_map_range(&memory.space, address, (frame_t)first, end - first, memory.largest,
                           permissions | PAGE_GLOBAL | PAGE_UNOWNED),
       "map");
  while (first < end) {
    need(pagetable_query(&memory.space, address, &found), "query");
    memory.pages[found.level]++;
    first += page_span(found.level);
    address += page_span(found.level) * (uint64_t)PAGE_SIZE;
  }
}

static uint64_t image_frame(const char *at)
{
  return ((uint64_t)at - IMAGE_BASE) / FRAME_SIZE;
}

struct run fixed_frames(void)
{
  return (struct run){image_frame(text_start), image_frame(data_start)};
}

static void map_image(const char *from, const char *to, uint32_t permissions)
{
  map_range((uint64_t)from, image_frame(from), image_frame(to), permissions);
}

static void map_direct(uint64_t first, uint64_t end, uint32_t permissions)
{
  map_range(DIRECT_MAP + first * FRAME_SIZE, first, end, permissions);
}

/* The frame of a run, or its end, that is nearest to this one. */
static uint64_t nearest(struct run run, uint64_t frame)
{
  return frame < run.first ? run.first : frame > run.end ? run.end : frame;
}

/* The image, each part with what it needs; the guards are left out. In the direct map the frames of text and rodata
 * cannot be written either. Only RAM is in that, so that no large page has memory of another type in it. */
static void map_kernel(void)
{
  struct run fixed = fixed_frames();
  map_image(text_start, rodata_start, PAGE_EXECUTE);
  map_image(rodata_start, data_start, 0);
  map_image(data_start, stack_guard, PAGE_WRITE);
  map_image(stack_guard + PAGE_SIZE, fault_guard, PAGE_WRITE);
  map_image(fault_guard + PAGE_SIZE, image_end, PAGE_WRITE);
  for (uint32_t k = 0; k < memory.nram; k++) {
    struct run ram = memory.ram[k];
    uint64_t first = nearest(ram, fixed.first), end = nearest(ram, fixed.end);
    map_direct(ram.first, first, PAGE_WRITE);
    map_direct(first, end, 0);
    map_direct(end, ram.end, PAGE_WRITE);
  }
}

static void protect_processor(void)
{
  struct cpuid features = cpuid(7);
  uint64_t cr4 = read_cr4() | CR4_PGE;
  cr4 |= (features.c & 1u << 2) != 0 ? CR4_UMIP : 0;
  cr4 |= (features.b & 1u << 7) != 0 ? CR4_SMEP : 0;
  cr4 |= (features.b & 1u << 20) != 0 ? CR4_SMAP : 0;
  write_cr4(cr4);
}

/* Tables that the direct map and the image need at most. Smaller pages, and tables for them, are only where a run or
 * the read-only part of it begins or ends. Without pages of 1 GiB each GiB needs a table of level 2. */
static uint64_t most_tables(uint64_t nframes)
{
  uint64_t borders = 2 * (uint64_t)memory.nram + 2;
  uint64_t whole = memory.largest < 3 ? nframes / page_span(3) : 0;
  uint64_t direct = 2 * borders + whole + nframes / page_span(3) / TABLE_ENTRIES + 1;
  uint64_t image = (image_frame(image_end) - image_frame(text_start)) / page_span(2) + 2;
  uint64_t upper =
      2 * (PAGETABLE_LEVELS - 4);        /* one of level 4 for each, where that is not the root */
  return direct + image + 2 + upper + 1; /* levels 2 and 3 of the image; the root */
}

/* Places the buddy's words, the frames' records and the frames for the address space's tables. The records of a
 * large machine lie beyond the 4 GiB that are shown: the first thing to take are a few frames below, for what shows
 * the rest. The frames for tables are enough for those of the kernel's, and are released before any other: so each
 * table lies where it is shown. */
static void place_metadata(uint64_t nframes, struct run *early, struct run *tables)
{
  struct boot_alloc boot;
  uint64_t words = boot_alloc_frames(buddy_words(nframes) * sizeof(uint64_t));
  uint64_t records = boot_alloc_frames(nframes * sizeof(struct frame));
  uint64_t ntables = most_tables(nframes);
  need(boot_alloc_init(&boot, memory.runs, memory.nruns), "boot_alloc_init");
  *early = take(&boot, early_tables(words) + early_tables(records) + early_tables(ntables),
                "early tables");
  need(early->end <= EARLY_FRAMES ? STATUS_OK : STATUS_OUT_OF_RANGE, "early tables");
  struct run left = *early;
  memory.words = take_shown(&boot, words, &left, "buddy words");
  memory.records = take_shown(&boot, records, &left, "frame records");
  *tables = take_shown(&boot, ntables, &left, "tables");
}

void memory_start(uint64_t start_info)
{
  struct run early, tables;
  read_map(start_info);
  memory.largest = (cpuid(0x80000001).d & 1u << 26) != 0 ? 3 : 2;
  uint64_t nframes = memory.ram[memory.nram - 1].end;
  place_metadata(nframes, &early, &tables);
  need(frames_init(&memory.frames, nframes, frame_view(memory.words.first), buddy_words(nframes),
                   frame_view(memory.records.first), nframes),
       "frames_init");
  release(tables, "table frames");
  need(pagetable_create(&memory.space, &memory.frames, view(0)), "address space");
  map_kernel();
  write_cr3((uint64_t)memory.space.root * FRAME_SIZE);
  protect_processor();
  release(early, "early tables");
  for (uint32_t k = 0; k < memory.nruns; k++) {
    release(memory.runs[k], "release");
  }
}

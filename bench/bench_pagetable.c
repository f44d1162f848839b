/* Page tables beside an unchecked four-load walker. */
#include "bench.h"
#include "pagetable.h"

#include <stdlib.h>

/* One address space over an arena of nframes frames. The mapped pages lie in
 * VIRTUAL_BASE .. + 4 KiB * pages; the last page of every leaf table stays mapped so that
 * no table comes or goes while the clock runs. */
#define VIRTUAL_BASE 0x400000000000u
#define PAGES 0x100000u /* 4 GiB of addresses */

struct space {
  struct frames frames;
  struct pagetable table;
  uint64_t nframes;
  uint64_t *words;
  struct frame *records;
  uint64_t *memory;
  uint32_t *visit; /* pages in visiting order, without the ones that stay */
  uint32_t pages;
  frame_t target;
};

static uint64_t address_of(uint32_t page)
{
  return VIRTUAL_BASE + (uint64_t)page * PAGE_SIZE;
}

static void space_make(struct space *space, uint64_t nframes)
{
  space->nframes = nframes;
  space->words = arena_map(8 * buddy_words(nframes));
  space->records = arena_map(nframes * sizeof(struct frame));
  space->memory = arena_map(nframes * FRAME_SIZE);
  space->visit = arena_map(sizeof(uint32_t) * PAGES);
  must(frames_init(&space->frames, nframes, space->words, buddy_words(nframes), space->records,
                   nframes),
       "frames_init");
  must(frames_release(&space->frames, 1, nframes - 1), "frames_release");
  must(pagetable_create(&space->table, &space->frames, space->memory), "create");
  must(frame_alloc(&space->frames, 0, OWNER_USER, 0, &space->target), "target");
  for (uint32_t page = 511; page < PAGES; page += 512)
    must(pagetable_map(&space->table, address_of(page), space->target, 1, PAGE_WRITE), "stay");
}

static void space_drop(struct space *space)
{
  arena_unmap(space->words, 8 * buddy_words(space->nframes));
  arena_unmap(space->records, space->nframes * sizeof(struct frame));
  arena_unmap(space->memory, space->nframes * FRAME_SIZE);
  arena_unmap(space->visit, sizeof(uint32_t) * PAGES);
}

/* The pages to visit: all but the ones that stay mapped. */
static void space_visit(struct space *space, enum pattern pattern)
{
  visit_order(pattern, space->visit, PAGES);
  space->pages = 0;
  for (uint32_t i = 0; i < PAGES; i++)
    if (space->visit[i] % 512 != 511)
      space->visit[space->pages++] = space->visit[i];
}

/* As a kernel takes one page away, but for the processor's own flush. */
static void unmap_page(struct space *space, uint64_t address)
{
  struct translation was;
  struct flush owed = {0};
  must(pagetable_unmap(&space->table, address, 1, &was, &owed), "unmap");
  pagetable_flushed(&space->table, &owed);
}

static void checked_round(struct space *space, double *map, double *unmap)
{
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < space->pages; i++)
    must(pagetable_map(&space->table, address_of(space->visit[i]), space->target, 1, PAGE_WRITE),
         "map");
  uint64_t middle = now_ns();
  for (uint32_t i = 0; i < space->pages; i++)
    unmap_page(space, address_of(space->visit[i]));
  uint64_t end = now_ns();
  *map = (double)(middle - start) / space->pages;
  *unmap = (double)(end - middle) / space->pages;
}

/* The caller's look at what came of it, as the checked round's at the status. */
static enum status walker_status(uint64_t was, uint64_t present)
{
  return (was & 1) == present ? STATUS_OK : STATUS_BAD_ARGUMENT;
}

static void walker_round(struct space *space, double *map, double *unmap)
{
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < space->pages; i++)
    must(walker_status(walker_map(space->memory, space->table.root, address_of(space->visit[i]),
                                  space->target),
                       0),
         "walker map");
  uint64_t middle = now_ns();
  for (uint32_t i = 0; i < space->pages; i++)
    must(walker_status(walker_unmap(space->memory, space->table.root, address_of(space->visit[i])),
                       1),
         "walker unmap");
  uint64_t end = now_ns();
  *map = (double)(middle - start) / space->pages;
  *unmap = (double)(end - middle) / space->pages;
}

static void bench_pattern(struct space *space, enum pattern pattern, const char *how, double goal,
                          uint32_t rounds)
{
  double map[BENCH_ROUNDS_MAX];
  double unmap[BENCH_ROUNDS_MAX];
  double floor_map[BENCH_ROUNDS_MAX];
  double floor_unmap[BENCH_ROUNDS_MAX];
  space_visit(space, pattern);
  walker_round(space, &floor_map[0], &floor_unmap[0]); /* warm-up, overwritten below */
  checked_round(space, &map[0], &unmap[0]);
  for (uint32_t r = 0; r < rounds; r++) {
    walker_round(space, &floor_map[r], &floor_unmap[r]);
    checked_round(space, &map[r], &unmap[r]);
  }
  report("page map", how,
         (struct figure){.arena_frames = space->nframes,
                         .value = median(map, rounds),
                         .floor = median(floor_map, rounds),
                         .goal = goal,
                         .unit = "ns"});
  report("page unmap", how,
         (struct figure){.arena_frames = space->nframes,
                         .value = median(unmap, rounds),
                         .floor = median(floor_unmap, rounds),
                         .unit = "ns"});
}

/* --- Tables that come and go --- */

/* One page in each table of level 1 but the last, which keeps those above. */
#define LONE_BASE 0x500000000000u
#define LONE_PAGES 511u

static uint64_t lone_address(uint32_t i)
{
  return LONE_BASE + (uint64_t)i * 512 * PAGE_SIZE;
}

static void lone_map(struct space *space, uint64_t address)
{
  must(pagetable_map(&space->table, address, space->target, 1, PAGE_WRITE), "lone page");
}

static void lone_round(struct space *space, double *map, double *unmap)
{
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < LONE_PAGES; i++)
    lone_map(space, lone_address(i));
  uint64_t middle = now_ns();
  for (uint32_t i = 0; i < LONE_PAGES; i++)
    unmap_page(space, lone_address(i));
  uint64_t end = now_ns();
  *map = (double)(middle - start) / LONE_PAGES;
  *unmap = (double)(end - middle) / LONE_PAGES;
}

/* The same with another page in each table, which keeps it. */
static void kept_round(struct space *space, double *map, double *unmap)
{
  for (uint32_t i = 0; i < LONE_PAGES; i++)
    lone_map(space, lone_address(i) + PAGE_SIZE);
  lone_round(space, map, unmap);
  for (uint32_t i = 0; i < LONE_PAGES; i++)
    unmap_page(space, lone_address(i) + PAGE_SIZE);
}

static void bench_tables(struct space *space, uint32_t rounds)
{
  double map[BENCH_ROUNDS_MAX];
  double unmap[BENCH_ROUNDS_MAX];
  double kept_map[BENCH_ROUNDS_MAX];
  double kept_unmap[BENCH_ROUNDS_MAX];
  lone_map(space, lone_address(LONE_PAGES));
  kept_round(space, &kept_map[0], &kept_unmap[0]); /* warm-up, overwritten below */
  lone_round(space, &map[0], &unmap[0]);
  for (uint32_t r = 0; r < rounds; r++) {
    kept_round(space, &kept_map[r], &kept_unmap[r]);
    lone_round(space, &map[r], &unmap[r]);
  }
  report("page map", "4 KiB, its table comes",
         (struct figure){.arena_frames = space->nframes,
                         .value = median(map, rounds),
                         .floor = median(kept_map, rounds),
                         .unit = "ns"});
  report("page unmap", "4 KiB, its table goes",
         (struct figure){.arena_frames = space->nframes,
                         .value = median(unmap, rounds),
                         .floor = median(kept_unmap, rounds),
                         .unit = "ns"});
}

/* --- Splitting and merging --- */

#define LARGE_BASE 0x600000000000u
#define LARGE_ORDER 9u
#define LARGE_PAGES 64u

static uint64_t large_address(uint32_t i)
{
  return LARGE_BASE + (uint64_t)i * 512 * PAGE_SIZE;
}

/* Pages of 2 MiB that own a block of their own. */
static void large_make(struct space *space, frame_t *blocks)
{
  for (uint32_t i = 0; i < LARGE_PAGES; i++) {
    must(frame_alloc(&space->frames, LARGE_ORDER, OWNER_USER, 0, &blocks[i]), "block");
    must(pagetable_map(&space->table, large_address(i), blocks[i], 2, PAGE_WRITE), "large page");
  }
}

static void merge_page(struct space *space, uint64_t address)
{
  struct flush owed = {0};
  must(pagetable_merge(&space->table, address, 2, &owed), "merge");
  pagetable_flushed(&space->table, &owed);
}

static void split_round(struct space *space, double *split, double *merge)
{
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < LARGE_PAGES; i++)
    must(pagetable_split(&space->table, large_address(i), 2), "split");
  uint64_t middle = now_ns();
  for (uint32_t i = 0; i < LARGE_PAGES; i++)
    merge_page(space, large_address(i));
  uint64_t end = now_ns();
  *split = (double)(middle - start) / LARGE_PAGES;
  *merge = (double)(end - middle) / LARGE_PAGES;
}

/* The same in tables that are there, and with no page above them. */
static void fill_round(struct space *space, const frame_t *tables, const frame_t *blocks,
                       double *fill, double *look)
{
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < LARGE_PAGES; i++)
    walker_fill(space->memory, tables[i], blocks[i]);
  uint64_t middle = now_ns();
  for (uint32_t i = 0; i < LARGE_PAGES; i++)
    must(walker_is_row(space->memory, tables[i], blocks[i]) ? STATUS_OK : STATUS_BAD_ARGUMENT,
         "row");
  uint64_t end = now_ns();
  *fill = (double)(middle - start) / LARGE_PAGES;
  *look = (double)(end - middle) / LARGE_PAGES;
}

static void bench_split(struct space *space, uint32_t rounds)
{
  static frame_t blocks[LARGE_PAGES];
  static frame_t tables[LARGE_PAGES];
  double split[BENCH_ROUNDS_MAX];
  double merge[BENCH_ROUNDS_MAX];
  double fill[BENCH_ROUNDS_MAX];
  double look[BENCH_ROUNDS_MAX];
  large_make(space, blocks);
  for (uint32_t i = 0; i < LARGE_PAGES; i++)
    must(frame_alloc(&space->frames, 0, OWNER_KERNEL, 0, &tables[i]), "table");
  fill_round(space, tables, blocks, &fill[0], &look[0]); /* warm-up, overwritten below */
  split_round(space, &split[0], &merge[0]);
  for (uint32_t r = 0; r < rounds; r++) {
    fill_round(space, tables, blocks, &fill[r], &look[r]);
    split_round(space, &split[r], &merge[r]);
  }
  report("page split", "2 MiB",
         (struct figure){.arena_frames = space->nframes,
                         .value = median(split, rounds),
                         .floor = median(fill, rounds),
                         .unit = "ns"});
  report("page merge", "2 MiB",
         (struct figure){.arena_frames = space->nframes,
                         .value = median(merge, rounds),
                         .floor = median(look, rounds),
                         .unit = "ns"});
}

/* --- Ranges --- */

/* Each range is all of a table of level 1, its pages on the frames of one block in a row. The floor has tables of its own,
 * which the core has made and does not touch again. */
#define RANGE_BASE 0x700000000000u
#define FLOOR_BASE 0x710000000000u
#define RANGE_PAGES 512u
#define RANGES 64u

static enum status if_all(bool all)
{
  return all ? STATUS_OK : STATUS_BAD_ARGUMENT;
}

static void range_unmap(struct space *space, uint64_t address)
{
  struct seen seen;
  struct flush owed = {0};
  must(pagetable_unmap_range(&space->table, address, RANGE_PAGES, &seen, &owed), "unmap range");
  must(if_all(seen.pages == RANGE_PAGES), "unmap range, all");
  pagetable_flushed(&space->table, &owed);
}

static void single_unmap(struct space *space, uint64_t address)
{
  struct translation was;
  struct flush owed = {0};
  for (uint64_t i = 0; i < RANGE_PAGES; i++)
    must(pagetable_unmap(&space->table, address + i * PAGE_SIZE, 1, &was, &owed), "unmap");
  pagetable_flushed(&space->table, &owed);
}

static void floor_unmap(struct space *space, uint64_t address)
{
  must(if_all(walker_unmap_table(space->memory, space->table.root, address)), "walker unmap");
}

static void atomic_unmap(struct space *space, uint64_t address)
{
  must(if_all(walker_unmap_table_atomic(space->memory, space->table.root, address)),
       "walker unmap");
}

static void range_protect(struct space *space, uint64_t address)
{
  struct seen seen;
  struct flush owed = {0};
  must(pagetable_protect_range(&space->table, address, RANGE_PAGES, PAGE_WRITE | PAGE_USER, &seen,
                               &owed),
       "protect range");
  must(if_all(seen.pages == RANGE_PAGES), "protect range, all");
  pagetable_flushed(&space->table, &owed);
}

static void single_protect(struct space *space, uint64_t address)
{
  struct translation was;
  struct flush owed = {0};
  for (uint64_t i = 0; i < RANGE_PAGES; i++)
    must(pagetable_protect(&space->table, address + i * PAGE_SIZE, 1, PAGE_WRITE, &was, &owed),
         "protect");
  pagetable_flushed(&space->table, &owed);
}

static void floor_protect(struct space *space, uint64_t address)
{
  must(if_all(walker_protect_table(space->memory, space->table.root, address, 7)),
       "walker protect");
}

static void atomic_protect(struct space *space, uint64_t address)
{
  must(if_all(walker_protect_table_atomic(space->memory, space->table.root, address, 3)),
       "walker protect");
}

static void range_query(struct space *space, uint64_t address)
{
  struct page_run run;
  must(pagetable_query_range(&space->table, address, RANGE_PAGES, &run), "query range");
  must(if_all(run.mapped && run.pages == RANGE_PAGES), "query range, all");
}

/* As whoever has no call for a range looks for the end of a run. */
static void single_query(struct space *space, uint64_t address)
{
  struct translation first;
  struct translation next;
  must(pagetable_query(&space->table, address, &first), "query");
  for (uint64_t i = 1; i < RANGE_PAGES; i++) {
    must(pagetable_query(&space->table, address + i * PAGE_SIZE, &next), "query");
    must(if_all(next.frame == first.frame + i && next.permissions == first.permissions), "row");
  }
}

static void floor_query(struct space *space, uint64_t address)
{
  must(if_all(walker_query_table(space->memory, space->table.root, address)), "walker query");
}

/* The block that every range shows. */
static frame_t range_block;

static void range_map(struct space *space, uint64_t address)
{
  must(pagetable_map_range(&space->table, address, range_block, RANGE_PAGES, 1, PAGE_WRITE),
       "map range");
}

static void single_map(struct space *space, uint64_t address)
{
  for (uint32_t i = 0; i < RANGE_PAGES; i++)
    must(pagetable_map(&space->table, address + (uint64_t)i * PAGE_SIZE, range_block + i, 1,
                       PAGE_WRITE),
         "range page");
}

/* Also what the floor has taken away, in entries of its own form. */
static void floor_map(struct space *space, uint64_t address)
{
  walker_map_table(space->memory, space->table.root, address, range_block);
}

/* In one page of 2 MiB each, as the range's call finds out. */
static void large_map(struct space *space, uint64_t address)
{
  must(pagetable_map_range(&space->table, address, range_block, RANGE_PAGES, 3, PAGE_WRITE),
       "map large range");
}

static void single_large_map(struct space *space, uint64_t address)
{
  must(pagetable_map(&space->table, address, range_block, 2, PAGE_WRITE), "map large page");
}

static void single_large_unmap(struct space *space, uint64_t address)
{
  struct translation was;
  struct flush owed = {0};
  must(pagetable_unmap(&space->table, address, 2, &was, &owed), "unmap large page");
  pagetable_flushed(&space->table, &owed);
}

/* The time of each page, where each range is treated so. */
static double per_page(struct space *space, uint64_t base,
                       void (*treat)(struct space *space, uint64_t address))
{
  uint64_t start = now_ns();
  for (uint64_t i = 0; i < RANGES; i++)
    treat(space, base + i * RANGE_PAGES * PAGE_SIZE);
  return (double)(now_ns() - start) / (RANGES * RANGE_PAGES);
}

/* By the range's call, by the calls of single pages, and by the floors. */
struct range_times {
  double range[BENCH_ROUNDS_MAX];
  double single[BENCH_ROUNDS_MAX];
  double floor[BENCH_ROUNDS_MAX];
  double atomic[BENCH_ROUNDS_MAX]; /* not of queries */
};

static void report_range(const struct space *space, const char *what, const char *how, double value,
                         double floor)
{
  report(what, how,
         (struct figure){
             .arena_frames = space->nframes, .value = value, .floor = floor, .unit = "ns"});
}

static void report_ranges(const struct space *space, const char *what, struct range_times *times,
                          bool exchanges, uint32_t rounds)
{
  const double value = median(times->range, rounds);
  report_range(space, what, "512 of 4 KiB", value, median(times->floor, rounds));
  if (exchanges)
    report_range(space, what, "beside exchanges", value, median(times->atomic, rounds));
  report_range(space, what, "beside single calls", value, median(times->single, rounds));
}

/* 512 pages of 4 KiB that are one page of 2 MiB. */
static void report_large(const struct space *space, const char *what, struct range_times *times,
                         uint32_t rounds)
{
  const double value = median(times->range, rounds);
  report(
      what, "512 in 2 MiB",
      (struct figure){.arena_frames = space->nframes, .value = value, .goal = 0.8, .unit = "ns"});
  report_range(space, what, "2 MiB beside a call", value, median(times->single, rounds));
}

/* What the calls on ranges take, by what they do. */
struct ranges {
  struct range_times map;
  struct range_times unmap;
  struct range_times protect;
  struct range_times query;
  struct range_times large_map; /* in pages of 2 MiB; these two have no floor but the single call */
  struct range_times large_unmap;
};

static void ranges_round(struct space *space, uint32_t r, struct ranges *times)
{
  struct range_times *map = &times->map, *unmap = &times->unmap;
  struct range_times *protect = &times->protect, *query = &times->query;
  query->floor[r] = per_page(space, FLOOR_BASE, floor_query);
  query->single[r] = per_page(space, RANGE_BASE, single_query);
  query->range[r] = per_page(space, RANGE_BASE, range_query);
  protect->floor[r] = per_page(space, FLOOR_BASE, floor_protect);
  protect->atomic[r] = per_page(space, FLOOR_BASE, atomic_protect);
  protect->range[r] = per_page(space, RANGE_BASE, range_protect);
  protect->single[r] = per_page(space, RANGE_BASE, single_protect); /* and back */
  unmap->floor[r] = per_page(space, FLOOR_BASE, floor_unmap);
  map->floor[r] = per_page(space, FLOOR_BASE, floor_map);
  unmap->atomic[r] = per_page(space, FLOOR_BASE, atomic_unmap);
  (void)per_page(space, FLOOR_BASE, floor_map);
  unmap->range[r] = per_page(space, RANGE_BASE, range_unmap);
  map->single[r] = per_page(space, RANGE_BASE, single_map);
  unmap->single[r] = per_page(space, RANGE_BASE, single_unmap);
  times->large_map.single[r] = per_page(space, RANGE_BASE, single_large_map);
  times->large_unmap.range[r] = per_page(space, RANGE_BASE, range_unmap);
  times->large_map.range[r] = per_page(space, RANGE_BASE, large_map);
  times->large_unmap.single[r] = per_page(space, RANGE_BASE, single_large_unmap);
  map->range[r] = per_page(space, RANGE_BASE, range_map);
}

static void bench_ranges(struct space *space, uint32_t rounds)
{
  static struct ranges times;
  must(frame_alloc(&space->frames, LARGE_ORDER, OWNER_USER, 0, &range_block), "block");
  (void)per_page(space, RANGE_BASE, single_map);
  (void)per_page(space, FLOOR_BASE, single_map);
  (void)per_page(space, FLOOR_BASE, floor_map);
  ranges_round(space, 0, &times); /* warm-up, overwritten below */
  for (uint32_t r = 0; r < rounds; r++)
    ranges_round(space, r, &times);
  report_ranges(space, "range map", &times.map, false, rounds);
  report_ranges(space, "range unmap", &times.unmap, true, rounds);
  report_ranges(space, "range protect", &times.protect, true, rounds);
  report_ranges(space, "range query", &times.query, false, rounds);
  report_large(space, "range map", &times.large_map, rounds);
  report_large(space, "range unmap", &times.large_unmap, rounds);
}

void bench_pagetable(uint64_t nframes, uint32_t rounds)
{
  struct space space = {0};
  space_make(&space, nframes);
  bench_pattern(&space, PATTERN_FIFO, "4 KiB, sequential", 2, rounds);
  bench_pattern(&space, PATTERN_RANDOM, "4 KiB, random over 4 GiB", 3, rounds);
  bench_tables(&space, rounds);
  bench_split(&space, rounds);
  bench_ranges(&space, rounds);
  space_drop(&space);
}

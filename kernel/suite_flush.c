/* What is owed to the processor after a change, and paid: tables that went are kept until then, and what it remembered
 * of the pages is gone. */
#include "console.h"
#include "memory.h"
#include "suite.h"
#include "trap.h"

#define LARGE_ORDER 9u /* frames of a page of 2 MiB */
#define NO_BLOCK "SKIP no block of 2 MiB is free"
/* Frames, the first that are free: among them are any that have just been given back. */
#define TAKEN 64u
#define MANY 100u /* pages: more than are flushed one by one */
#define FEW 5u

/* How many tables a flush says went, at most one of each level below the root; tables[] names them. */
static uint32_t tables_of(const struct flush *owed, frame_t *tables)
{
  uint32_t n = 0;
  frame_t table = owed->table;
  bool more = owed->tables;
  while (more && n < PAGETABLE_LEVELS - 1) {
    tables[n++] = table;
    more = memory.frames.records[table].parent != table;
    table = memory.frames.records[table].parent;
  }
  return n;
}

static bool is_one_of(frame_t frame, const frame_t *frames, uint32_t n)
{
  bool found = false;
  for (uint32_t i = 0; i < n; i++) {
    found = found || frames[i] == frame;
  }
  return found;
}

/* How many of these frames are among the first that are handed out, and whether all of those were taken back. */
static uint32_t handed_out(const frame_t *frames, uint32_t n, bool *back)
{
  frame_t taken[TAKEN];
  uint32_t count = 0, found = 0;
  while (count < TAKEN &&
         frame_alloc(&memory.frames, 0, OWNER_KERNEL, 0, &taken[count]) == STATUS_OK) {
    found += is_one_of(taken[count], frames, n);
    count++;
  }
  for (uint32_t i = 0; i < count; i++) {
    *back = frame_put(&memory.frames, taken[i]) == STATUS_OK && *back;
  }
  return found;
}

const char *a_table_that_went_waits_for_the_flush(void)
{
  struct translation was;
  struct flush owed = {0};
  frame_t tables[PAGETABLE_LEVELS];
  bool back = true;
  const uint64_t before = buddy_free_frames(&memory.frames.buddy);
  if (pagetable_map(&memory.space, SCRATCH, 0, 1, PAGE_UNOWNED) != STATUS_OK) {
    return "not mapped";
  }
  const uint64_t mapped = buddy_free_frames(&memory.frames.buddy);
  if (pagetable_unmap(&memory.space, SCRATCH, 1, &was, &owed) != STATUS_OK) {
    return "not unmapped";
  }
  uint32_t n = tables_of(&owed, tables);
  bool kept = n == before - mapped && buddy_free_frames(&memory.frames.buddy) == mapped &&
              handed_out(tables, n, &back) == 0;
  flush_owed(&owed);
  kept = kept && buddy_free_frames(&memory.frames.buddy) == mapped &&
         handed_out(tables, n, &back) == 0;
  pagetable_flushed(&memory.space, &owed);
  bool given = buddy_free_frames(&memory.frames.buddy) == before && owed.pages == 0 && !owed.tables;
  given = given && handed_out(tables, n, &back) == n;
  print("# tables that went with the page %u\n", (uint64_t)n);
  if (!kept || !given) {
    return kept ? "not free after the flush" : "free before the flush";
  }
  return back ? 0 : "frames not taken back";
}

/* What is wrong when another block takes the place of the one that a page of this level shows and that has been used
 * there. The tables go with the page, or stay for another one. Before the flush the processor may show either block: how
 * often it was the old one is counted. */
static const char *wrong_exchange(frame_t old, frame_t new, uint32_t level, bool alone,
                                  uint32_t *stale)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t beside = SCRATCH + page_span(level) * PAGE_SIZE;
  const uint64_t middle = page_span(level) / 2;
  volatile uint64_t *word = (uint64_t *)(SCRATCH + middle * PAGE_SIZE);
  *(volatile uint64_t *)frame_view(old + middle) = 1;
  *(volatile uint64_t *)frame_view(new + middle) = 2;
  if (pagetable_map(s, SCRATCH, old, level, PAGE_WRITE) != STATUS_OK ||
      (!alone && pagetable_map(s, beside, old, level, 0) != STATUS_OK)) {
    return "not mapped";
  }
  bool shown = *word == 1;
  *word = 3;
  bool exchanged = pagetable_unmap(s, SCRATCH, level, &was, &owed) == STATUS_OK &&
                   was.frame == old && was.dirty && owed.tables == alone &&
                   pagetable_map(s, SCRATCH, new, level, PAGE_WRITE) == STATUS_OK;
  *stale += *word == 3;
  flush_owed(&owed);
  bool forgotten = *word == 2;
  *word = 4;
  forgotten = forgotten && *(volatile uint64_t *)frame_view(new + middle) == 4 &&
              *(volatile uint64_t *)frame_view(old + middle) == 3;
  bool gone = pagetable_unmap(s, SCRATCH, level, &was, &owed) == STATUS_OK &&
              (alone || pagetable_unmap(s, beside, level, &was, &owed) == STATUS_OK);
  settle(&owed);
  if (!shown || !exchanged || !gone) {
    return "not exchanged";
  }
  return forgotten ? 0 : "the old block is seen after the flush";
}

const char *a_flushed_page_shows_its_new_frame(void)
{
  frame_t old, new;
  uint32_t stale = 0;
  const char *wrong = 0;
  if (frame_alloc(&memory.frames, LARGE_ORDER, OWNER_KERNEL, 0, &old) != STATUS_OK) {
    return NO_BLOCK;
  }
  if (frame_alloc(&memory.frames, LARGE_ORDER, OWNER_KERNEL, 0, &new) != STATUS_OK) {
    return frame_put(&memory.frames, old) == STATUS_OK ? "SKIP no second block of 2 MiB is free"
                                                       : "block not taken back";
  }
  for (uint32_t i = 0; wrong == 0 && i < 4; i++) {
    wrong = wrong_exchange(old, new, i / 2 + 1, i % 2 != 0, &stale);
  }
  print("# of 4 pages so many showed the old frame until the flush: %u\n", (uint64_t)stale);
  bool back = frame_put(&memory.frames, old) == STATUS_OK;
  back = frame_put(&memory.frames, new) == STATUS_OK && back;
  return back ? wrong : "blocks not taken back";
}

/* Pages of one level on one block: how many, and how far apart. */
struct row {
  uint32_t pages, level;
  uint64_t apart;
};

/* In the last piece of 4 KiB of a page of the row. */
static uint64_t end_of(const struct row *row, uint32_t i)
{
  return SCRATCH + i * row->apart + (page_span(row->level) - 1) * PAGE_SIZE;
}

/* What is wrong with pages that are used, all taken away, and flushed at once. */
static const char *wrong_unmaps(frame_t block, const struct row *row)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t before = buddy_free_frames(&memory.frames.buddy);
  for (uint32_t i = 0; i < row->pages; i++) {
    if (pagetable_map(s, SCRATCH + i * row->apart, block, row->level, PAGE_WRITE) != STATUS_OK) {
      return "not mapped";
    }
    *(volatile uint64_t *)end_of(row, i) = i;
  }
  const uint64_t mapped = buddy_free_frames(&memory.frames.buddy);
  bool gone = true;
  for (uint32_t i = 0; i < row->pages; i++) {
    gone = pagetable_unmap(s, SCRATCH + i * row->apart, row->level, &was, &owed) == STATUS_OK &&
           was.dirty && gone;
  }
  bool kept = buddy_free_frames(&memory.frames.buddy) == mapped && owed.address == SCRATCH &&
              owed.pages == (row->pages - 1) * (row->apart / PAGE_SIZE) + page_span(row->level) &&
              owed.level == row->level;
  settle(&owed);
  for (uint32_t i = 0; i < row->pages; i++) {
    gone = gone && probe_write(end_of(row, i)) == 2;
  }
  print("# pages of level %u: %u, in tables of their own: %u\n", (uint64_t)row->level,
        (uint64_t)row->pages, before - mapped);
  if (!kept || !gone) {
    return kept ? "no fault after the flush" : "not just that is owed";
  }
  return buddy_free_frames(&memory.frames.buddy) == before ? 0 : "not all tables are free again";
}

const char *one_flush_ends_many_unmaps(void)
{
  static const uint64_t sizes[] = {PAGE_SIZE, PAGE_SIZE << 9, (uint64_t)PAGE_SIZE << 18};
  const struct row rows[] = {{FEW, 1, sizes[0]}, {MANY, 1, sizes[0]}, {MANY, 1, sizes[1]},
                             {FEW, 1, sizes[2]}, {FEW, 2, sizes[1]},  {MANY, 2, sizes[1]},
                             {FEW, 2, sizes[2]}};
  const char *wrong = 0;
  frame_t block;
  if (frame_alloc(&memory.frames, LARGE_ORDER, OWNER_KERNEL, 0, &block) != STATUS_OK) {
    return NO_BLOCK;
  }
  for (uint32_t i = 0; wrong == 0 && i < sizeof rows / sizeof rows[0]; i++) {
    wrong = wrong_unmaps(block, &rows[i]);
  }
  return frame_put(&memory.frames, block) == STATUS_OK ? wrong : "block not taken back";
}

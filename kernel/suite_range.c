/* Ranges of pages: the processor forgets, obeys and marks all of a range with its one flush, and nothing beside it. */
#include "console.h"
#include "memory.h"
#include "suite.h"
#include "trap.h"

#define LARGE_ORDER 9u /* frames of a page of 2 MiB */
#define LARGE_PAGES 512u
/* A page of 2 MiB, and just before it places for pages of 4 KiB, of which one is a hole. */
#define LARGE_AT (SCRATCH + LARGE_PAGES * PAGE_SIZE)
#define PLACES 5u
#define HOLE 2u
#define FIRST (LARGE_AT - PLACES * PAGE_SIZE)
#define ALL (PLACES + LARGE_PAGES)
#define MAPPED (ALL - 1)           /* of them */
#define BESIDE (FIRST - PAGE_SIZE) /* a page before the range, in the same table */
/* Places in the page of 2 MiB that are used: its ends, and others. */
#define USES 8u

/* Each page of the range once, and the large one in some places; the hole is left out. */
static uint64_t use(uint32_t i)
{
  if (i < PLACES - 1) {
    return FIRST + (i < HOLE ? i : i + 1) * PAGE_SIZE;
  }
  return LARGE_AT + (i - (PLACES - 1)) * (LARGE_PAGES - 1) / (USES - 1) * PAGE_SIZE;
}
#define ALL_USES (PLACES - 1 + USES)

/* How many of the uses are answered so, from the first one or from the first in the large page. */
static uint32_t answered(uint64_t (*probe)(uint64_t address), uint32_t from, uint64_t answer)
{
  uint32_t n = 0;
  for (uint32_t i = from; i < ALL_USES; i++) {
    n += probe(use(i)) == answer;
  }
  return n;
}

static bool all_answer(uint64_t (*probe)(uint64_t address), uint64_t answer)
{
  return answered(probe, 0, answer) == ALL_USES;
}

/* The pages, all on one block and writable. */
static bool map_all(frame_t block)
{
  struct pagetable *s = &memory.space;
  bool mapped = pagetable_map(s, BESIDE, block + PLACES, 1, PAGE_WRITE) == STATUS_OK &&
                pagetable_map(s, LARGE_AT, block, 2, PAGE_WRITE) == STATUS_OK;
  for (uint32_t i = 0; mapped && i < PLACES; i++) {
    mapped =
        i == HOLE || pagetable_map(s, FIRST + i * PAGE_SIZE, block + i, 1, PAGE_WRITE) == STATUS_OK;
  }
  return mapped;
}

/* Whether all that is mapped there goes, with the tables, which wait for the flush. */
static bool unmap_all(uint64_t pages)
{
  struct seen seen;
  struct flush owed = {0};
  const uint64_t before = buddy_free_frames(&memory.frames.buddy);
  bool gone = pagetable_unmap_range(&memory.space, BESIDE, 1 + ALL, &seen, &owed) == STATUS_OK &&
              seen.pages == pages && owed.address == BESIDE && owed.pages == 1 + ALL &&
              owed.level == 1 && owed.tables && buddy_free_frames(&memory.frames.buddy) == before;
  settle(&owed);
  return gone && all_answer(probe_write, 2) && probe_write(BESIDE) == 2;
}

/* What is wrong with the pages of 4 KiB, used and taken away, and the page of 2 MiB that stays; then with all of them. */
static const char *wrong_unmap(frame_t block)
{
  struct pagetable *s = &memory.space;
  struct seen seen = {0, false, false};
  struct flush owed = {0};
  if (!map_all(block)) {
    return "not mapped";
  }
  bool used = all_answer(probe_write, PROBE_DONE) && probe_write(BESIDE) == PROBE_DONE;
  bool cut = pagetable_unmap_range(s, FIRST, PLACES + 1, &seen, &owed) == STATUS_LARGER_PAGE &&
             owed.pages == 0 && all_answer(probe_write, PROBE_DONE);
  bool gone = pagetable_unmap_range(s, FIRST, PLACES, &seen, &owed) == STATUS_OK &&
              seen.pages == PLACES - 1 && seen.dirty && owed.address == FIRST &&
              owed.pages == PLACES && owed.level == 1 && !owed.tables;
  settle(&owed);
  gone = gone && answered(probe_write, 0, 2) == PLACES - 1;
  bool kept =
      answered(probe_write, PLACES - 1, PROBE_DONE) == USES && probe_write(BESIDE) == PROBE_DONE;
  *(volatile uint64_t *)frame_view(block + PLACES + 1) = 0x1234;
  bool shown = pagetable_map(s, FIRST, block + PLACES + 1, 1, 0) == STATUS_OK &&
               *(volatile uint64_t *)FIRST == 0x1234;
  bool all = unmap_all(1 + 1 + LARGE_PAGES);
  if (!used || !cut) {
    return used ? "a page that is cut is not refused" : "not usable";
  }
  if (!gone || !kept) {
    return gone ? "a page beside the range is gone" : "no fault in the range after the flush";
  }
  return !shown ? "the old frame is seen" : all ? 0 : "not all is gone";
}

/* What is wrong with the range when it is protected and given back its permissions, and when one page of it holds no
 * reference, as the others do. */
static const char *wrong_protect(frame_t block)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct seen seen = {0, false, false};
  struct flush owed = {0};
  const uint64_t hole = FIRST + HOLE * PAGE_SIZE;
  if (!map_all(block)) {
    return "not mapped";
  }
  bool used = all_answer(probe_write, PROBE_DONE);
  bool fixed = pagetable_protect_range(s, FIRST, ALL, 0, &seen, &owed) == STATUS_OK &&
               seen.pages == MAPPED && seen.accessed && seen.dirty && owed.address == FIRST &&
               owed.pages == ALL && owed.level == 1 && !owed.tables;
  settle(&owed);
  fixed = fixed && all_answer(probe_write, 3) && all_answer(probe_read, PROBE_DONE);
  bool kept = probe_write(BESIDE) == PROBE_DONE && probe_read(hole) == 0;
  bool mixed =
      pagetable_map(s, hole, block, 1, PAGE_UNOWNED) == STATUS_OK &&
      pagetable_protect_range(s, FIRST, ALL, PAGE_WRITE, &seen, &owed) == STATUS_BAD_PERMISSION &&
      owed.pages == 0 && all_answer(probe_write, 3) &&
      pagetable_unmap(s, hole, 1, &was, &owed) == STATUS_OK;
  settle(&owed);
  bool back = pagetable_protect_range(s, FIRST, ALL, PAGE_WRITE, &seen, &owed) == STATUS_OK;
  settle(&owed);
  back = back && all_answer(probe_write, PROBE_DONE) && probe_read(hole) == 0;
  bool all = unmap_all(1 + MAPPED);
  if (!used || !fixed) {
    return used ? "no fault at a write after the flush" : "not usable";
  }
  if (!kept || !mixed) {
    return kept ? "owned and unowned pages are not refused" : "not just the range is protected";
  }
  return !back ? "not writable again" : all ? 0 : "not all is gone";
}

/* Whether the range's call tells these marks and leaves none, and its flush is owed if there were any. */
static bool clear_tells(bool accessed, bool dirty)
{
  struct translation t;
  struct seen seen;
  struct flush owed = {0};
  bool told =
      pagetable_test_and_clear_range(&memory.space, FIRST, ALL, &seen, &owed) == STATUS_OK &&
      seen.pages == MAPPED && seen.accessed == accessed && seen.dirty == dirty &&
      owed.pages == (accessed || dirty ? ALL : 0) && !owed.tables;
  settle(&owed);
  for (uint32_t i = 0; i < ALL_USES; i++) {
    told =
        pagetable_query(&memory.space, use(i), &t) == STATUS_OK && !t.accessed && !t.dirty && told;
  }
  return told;
}

/* What is wrong with the marks of the range, when it is read in one page, written to in another, in the large one, or
 * not used at all, three times over. */
static const char *wrong_clear(frame_t block)
{
  bool told = map_all(block) && clear_tells(false, false);
  for (uint32_t turn = 0; turn < 3; turn++) {
    told = probe_read(use(0)) == PROBE_DONE && clear_tells(true, false) && told;
    told = probe_write(use(PLACES - 2)) == PROBE_DONE && clear_tells(true, true) && told;
    told = probe_write(use(ALL_USES - 1)) == PROBE_DONE && clear_tells(true, true) && told;
    told = probe_write(BESIDE) == PROBE_DONE && clear_tells(false, false) && told;
  }
  bool all = unmap_all(1 + MAPPED);
  if (!told) {
    return "not told and cleared, or not set again";
  }
  return all ? 0 : "not all is gone";
}

static const char *on_block_of(uint32_t order, const char *(*test)(frame_t block))
{
  frame_t block;
  if (frame_alloc(&memory.frames, order, OWNER_KERNEL, 0, &block) != STATUS_OK) {
    return "SKIP no block of so many frames is free";
  }
  const char *wrong = test(block);
  return frame_put(&memory.frames, block) == STATUS_OK ? wrong : "block not taken back";
}

static const char *on_block(const char *(*test)(frame_t block))
{
  return on_block_of(LARGE_ORDER, test);
}

/* A range over two blocks of 2 MiB in a row: the last frames of the first, and all of the second. */
#define JOB_BEFORE 3u
#define JOB_PAGES (JOB_BEFORE + LARGE_PAGES)
#define JOB_AT (LARGE_AT - JOB_BEFORE * PAGE_SIZE)
#define JOB_USES 8u

/* A page of it, the small ones first. */
static uint64_t job_page(uint32_t i)
{
  return i < JOB_BEFORE
             ? i
             : JOB_BEFORE + (i - JOB_BEFORE) * (LARGE_PAGES - 1) / (JOB_USES - 1 - JOB_BEFORE);
}

/* How many of its pages show their frames, when they are read and when they are written to. */
static uint32_t shown(frame_t first)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < JOB_USES; i++) {
    *(volatile uint64_t *)frame_view(first + (frame_t)job_page(i)) = 0x5A00 + i;
  }
  for (uint32_t i = 0; i < JOB_USES; i++) {
    volatile uint64_t *page = (volatile uint64_t *)(JOB_AT + job_page(i) * PAGE_SIZE);
    volatile uint64_t *frame = frame_view(first + (frame_t)job_page(i));
    bool read = page[0] == 0x5A00 + i;
    page[1] = 0xA500 + i;
    n += read && frame[1] == 0xA500 + i;
  }
  return n;
}

/* Whether the range is mapped in pages of 4 KiB up to 2 MiB, and from there on in pages of this level. */
static bool has_sizes(uint32_t level)
{
  struct translation t;
  bool has = true;
  for (uint32_t i = 0; i < JOB_USES; i++) {
    has = pagetable_query(&memory.space, JOB_AT + job_page(i) * PAGE_SIZE, &t) == STATUS_OK &&
          t.level == (i < JOB_BEFORE ? 1 : level) && has;
  }
  return has;
}

/* What is wrong with the range when it is mapped with one large page, in small ones alone, and with another page in its
 * way. */
static const char *wrong_map(frame_t block)
{
  struct pagetable *s = &memory.space;
  struct seen seen;
  struct flush owed = {0};
  const frame_t first = block + LARGE_PAGES - JOB_BEFORE;
  const uint64_t before = buddy_free_frames(&memory.frames.buddy);
  bool sized = true, shows = true, gone = true;
  for (uint32_t largest = 1; largest <= 2; largest++) {
    bool mapped =
        pagetable_map_range(s, JOB_AT, first, JOB_PAGES, largest, PAGE_WRITE) == STATUS_OK;
    sized = mapped && has_sizes(largest) && sized;
    shows = mapped && shown(first) == JOB_USES && shows;
    gone = pagetable_unmap_range(s, JOB_AT, JOB_PAGES, &seen, &owed) == STATUS_OK &&
           seen.pages == JOB_PAGES && seen.accessed && seen.dirty && gone;
    settle(&owed);
    gone = gone && probe_read(JOB_AT) == 0 && probe_read(LARGE_AT + 5 * PAGE_SIZE) == 0;
  }
  const uint64_t last = JOB_AT + (JOB_PAGES - 1) * PAGE_SIZE;
  bool refused =
      pagetable_map(s, last, block, 1, 0) == STATUS_OK &&
      pagetable_map_range(s, JOB_AT, first, JOB_PAGES, 1, PAGE_WRITE) == STATUS_ALREADY_MAPPED &&
      pagetable_map_range(s, JOB_AT, first, JOB_PAGES, 2, PAGE_WRITE) == STATUS_SMALLER_PAGES &&
      probe_read(JOB_AT) == 0 && probe_read(last) == PROBE_DONE &&
      pagetable_unmap_range(s, JOB_AT, JOB_PAGES, &seen, &owed) == STATUS_OK && seen.pages == 1;
  settle(&owed);
  if (!sized || !shows) {
    return sized ? "other frames are seen" : "not mapped, or in pages of another size";
  }
  if (!gone || !refused) {
    return gone ? "not refused as a whole" : "not gone after the flush";
  }
  return buddy_free_frames(&memory.frames.buddy) == before ? 0 : "frames of tables are lost";
}

const char *a_mapped_range_shows_its_frames(void)
{
  return on_block_of(LARGE_ORDER + 1, wrong_map);
}

const char *a_range_is_gone_after_its_flush(void)
{
  return on_block(wrong_unmap);
}

const char *a_protected_range_faults_when_written_to(void)
{
  return on_block(wrong_protect);
}

const char *a_range_is_cleared_and_marked_again(void)
{
  return on_block(wrong_clear);
}

/* Pages of 4 KiB that the kernel has mapped for itself, and how many of them show RAM in the direct map. */
struct own {
  uint64_t pages, direct, runs;
};

/* Counts the kernel's own pages in one half, run by run. False: a run of the direct map is not in its place. */
static bool count_half(uint64_t address, struct own *own)
{
  const uint64_t direct_end = DIRECT_MAP + memory.frames.nframes * FRAME_SIZE;
  struct page_run run;
  bool in_place = true;
  for (uint64_t left = PAGETABLE_PAGES / 2; left > 0; left -= run.pages) {
    if (pagetable_query_range(&memory.space, address, left, &run) != STATUS_OK) {
      return false;
    }
    if (run.mapped && (run.permissions & PAGE_UNOWNED) != 0) { /* a person's pages are owned */
      own->runs++;
      own->pages += run.pages;
      if (address >= DIRECT_MAP && address < direct_end) {
        own->direct += run.pages;
        in_place = in_place && run.frame == (address - DIRECT_MAP) / FRAME_SIZE;
      }
    }
    address += run.pages * PAGE_SIZE;
  }
  return in_place;
}

const char *runs_of_the_kernels_pages_add_up(void)
{
  struct own own = {0, 0, 0};
  uint64_t mapped = 0, ram = 0;
  if (!count_half(0, &own) || !count_half(PAGETABLE_UPPER, &own)) {
    return "a run of the direct map shows other frames";
  }
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    mapped += memory.pages[level] * page_span(level);
  }
  for (uint32_t k = 0; k < memory.nram; k++) {
    ram += memory.ram[k].end - memory.ram[k].first;
  }
  print("# %u pages of 4 KiB in %u runs, %u of them in the direct map\n", own.pages, own.runs,
        own.direct);
  if (own.pages != mapped) {
    return "not as many pages as were mapped";
  }
  return own.direct == ram ? 0 : "the direct map is not as large as RAM";
}

/* Pages of 2 MiB and 1 GiB: what is seen through them, and what the processor leaves in their entries. */
#include "console.h"
#include "memory.h"
#include "suite.h"
#include "trap.h"

#define NO_BLOCK "SKIP no block of 2 MiB is free"
#define NO_HUGE_PAGES "SKIP the processor has no pages of 1 GiB"
#define HUGE_ORDER 18u /* frames of a page of 1 GiB */
#define LARGE_ORDER 9u /* frames of a page of 2 MiB */
#define FAR 300u       /* a frame well inside a page of 2 MiB */
#define MARKS                                                                                      \
  0x60u /* accessed (bit 5) and dirty (bit 6) in an entry, as the processor's manual has them */
#define ACCESSED 0x20u
#define PIECE 300u /* of a page that is split: the one that becomes another */

/* A page, mapped at SCRATCH, and the frames in it that a test may use: a block, with one reference. */
struct large {
  frame_t first;
  uint32_t level, kept; /* kept: PAGE_UNOWNED, or nothing */
  frame_t block;
  uint32_t frames;
};

/* The page of this level that the block fills. */
static struct large page_on(frame_t block, uint32_t level)
{
  return (struct large){block, level, 0, block, (uint32_t)page_span(level)};
}

/* The page of 1 GiB that the block lies in. It owns nothing, and what else lies in it is not touched. */
static struct large page_around(frame_t block, uint32_t frames)
{
  return (struct large){(frame_t)(block - block % page_span(3)), 3, PAGE_UNOWNED, block, frames};
}

/* Where the page shows the block. */
static uint64_t address_of(const struct large *l)
{
  return SCRATCH + (l->block - l->first) * (uint64_t)PAGE_SIZE;
}

/* Whether the page is there as one: the block in its place, dirty, and no small page can be put or taken inside it. */
static bool is_one(const struct large *l)
{
  struct pagetable *s = &memory.space;
  struct translation was, found;
  struct flush owed = {0};
  uint32_t middle = l->frames / 2;
  uint64_t at = address_of(l) + middle * (uint64_t)PAGE_SIZE;
  return pagetable_query(s, at + 5, &found) == STATUS_OK && found.frame == l->block + middle &&
         found.level == l->level && found.dirty && found.permissions == (PAGE_WRITE | l->kept) &&
         memory.frames.records[l->block].references == (l->kept == 0 ? 2 : 1) &&
         pagetable_map(s, at, l->block, 1, 0) == STATUS_LARGER_PAGE &&
         pagetable_unmap(s, at, 1, &was, &owed) == STATUS_LARGER_PAGE && owed.pages == 0;
}

/* What is wrong with a page that is mapped, written to, protected and unmapped. */
static const char *shows_its_block(const struct large *l)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t start = address_of(l), end = start + l->frames * (uint64_t)PAGE_SIZE;
  const uint64_t last = (end - start) / sizeof(uint64_t) - 1;
  volatile uint64_t *page = (uint64_t *)start, *block = frame_view(l->block);
  if (pagetable_map(s, SCRATCH, l->first + 1, l->level, PAGE_WRITE | l->kept) !=
          STATUS_MISALIGNED ||
      pagetable_map(s, SCRATCH, l->first, l->level, PAGE_WRITE | l->kept) != STATUS_OK) {
    return "not mapped";
  }
  page[0] = 0x1234;
  page[last] = 0x5678;
  bool shared = block[0] == 0x1234 && block[last] == 0x5678;
  block[last / 2] = 0x9ABC;
  shared = shared && page[last / 2] == 0x9ABC;
  bool one = is_one(l);
  bool fixed = pagetable_protect(s, SCRATCH, l->level, l->kept, &was, &owed) == STATUS_OK &&
               was.frame == l->first && was.dirty;
  settle(&owed);
  fixed = fixed && probe_write(start) == 3 && probe_write(end - 8) == 3 && page[last] == 0x5678;
  bool gone = pagetable_unmap(s, SCRATCH, l->level, &was, &owed) == STATUS_OK &&
              was.frame == l->first && was.dirty;
  settle(&owed);
  gone = gone && probe_read(start) == 0 && probe_read(end - 8) == 0 &&
         memory.frames.records[l->block].references == 1;
  if (!shared || !one) {
    return shared ? "not one page with its references" : "writes not shared";
  }
  if (!fixed) {
    return "written to after protect";
  }
  return gone ? 0 : "no fault after unmap";
}

const char *a_large_page_shows_its_block(void)
{
  frame_t f;
  if (frame_alloc(&memory.frames, LARGE_ORDER, OWNER_KERNEL, 0, &f) != STATUS_OK) {
    return NO_BLOCK;
  }
  struct large page = page_on(f, 2);
  const char *result = shows_its_block(&page);
  return frame_put(&memory.frames, f) == STATUS_OK ? result : "block not taken back";
}

/* What a test says of the page of 1 GiB around a frame. */
static const char *around_a_frame(const char *(*test)(const struct large *around))
{
  frame_t f;
  if (memory.largest < 3) {
    return NO_HUGE_PAGES;
  }
  if (frame_alloc(&memory.frames, 0, OWNER_KERNEL, 0, &f) != STATUS_OK) {
    return "SKIP no frame is free";
  }
  struct large around = page_around(f, 1);
  const char *said = test(&around);
  return frame_put(&memory.frames, f) == STATUS_OK ? said : "frame not taken back";
}

const char *a_page_of_1_gib_shows_memory(void)
{
  frame_t f;
  const char *result = around_a_frame(shows_its_block);
  if (result == 0 && frame_alloc(&memory.frames, HUGE_ORDER, OWNER_KERNEL, 0, &f) == STATUS_OK) {
    struct large page = page_on(f, 3);
    print("# and one that owns a block of 1 GiB\n");
    result = shows_its_block(&page);
    result = frame_put(&memory.frames, f) == STATUS_OK ? result : "block not taken back";
  }
  return result;
}

/* Whether the entry of the page of this level at address has these marks, by the processor's manual and by the core. */
static bool is_marked_at(uint64_t address, uint32_t level, uint64_t marks)
{
  struct translation t;
  return (table_entry(address, level) & MARKS) == marks &&
         pagetable_query(&memory.space, address, &t) == STATUS_OK && t.level == level &&
         t.accessed == ((marks & ACCESSED) != 0) && t.dirty == (marks == MARKS);
}

static bool is_marked(const struct large *l, uint64_t marks)
{
  return is_marked_at(SCRATCH, l->level, marks);
}

/* Whether protect finds these marks, gives these permissions, and leaves the marks. */
static bool protect_finds(const struct large *l, uint32_t permissions, uint64_t marks)
{
  struct translation was;
  struct flush owed = {0};
  bool found = pagetable_protect(&memory.space, SCRATCH, l->level, permissions | l->kept, &was,
                                 &owed) == STATUS_OK &&
               was.accessed == ((marks & ACCESSED) != 0) && was.dirty == (marks == MARKS);
  settle(&owed);
  return found && is_marked(l, marks);
}

static bool unmap_finds(const struct large *l, uint64_t marks)
{
  struct translation was;
  struct flush owed = {0};
  bool found = pagetable_unmap(&memory.space, SCRATCH, l->level, &was, &owed) == STATUS_OK &&
               was.accessed == ((marks & ACCESSED) != 0) && was.dirty == (marks == MARKS);
  settle(&owed);
  return found;
}

/* What is wrong with the marks of a page that is read, then written to, far from its start. A processor may set
 * accessed of its own accord, but dirty only for a write. */
static const char *wrong_marks(const struct large *l)
{
  struct pagetable *s = &memory.space;
  uint64_t at = address_of(l) + (l->frames > FAR ? FAR : 0) * (uint64_t)PAGE_SIZE;
  bool read = pagetable_map(s, SCRATCH, l->first, l->level, l->kept) == STATUS_OK &&
              (table_entry(SCRATCH, l->level) & MARKS & ~ACCESSED) == 0 &&
              probe_read(at) == PROBE_DONE && is_marked(l, ACCESSED) && probe_write(at) == 3 &&
              is_marked(l, ACCESSED) && protect_finds(l, PAGE_WRITE, ACCESSED);
  bool written = probe_write(at) == PROBE_DONE && is_marked(l, MARKS) && protect_finds(l, 0, MARKS);
  bool gone = unmap_finds(l, MARKS);
  bool anew = pagetable_map(s, SCRATCH, l->first, l->level, PAGE_WRITE | l->kept) == STATUS_OK &&
              probe_read(at) == PROBE_DONE && unmap_finds(l, ACCESSED);
  if (!read || !written) {
    return read ? "not dirty after a write" : "not only accessed after a read";
  }
  return gone && anew ? 0 : "unmap says otherwise";
}

/* Whether a page at address is found with these marks and has none after it, and just its flush was owed. That is
 * paid: the processor need not set again what it remembers as set. */
static bool clear_finds(const struct large *l, uint64_t address, uint64_t marks)
{
  struct translation was;
  struct flush owed = {0};
  bool found =
      pagetable_test_and_clear(&memory.space, address, l->level, &was, &owed) == STATUS_OK &&
      was.frame == l->first && was.permissions == (PAGE_WRITE | l->kept) &&
      was.accessed == ((marks & ACCESSED) != 0) && was.dirty == (marks == MARKS) && !owed.tables &&
      owed.pages == (marks == 0 ? 0 : page_span(l->level)) &&
      (marks == 0 || owed.address == address);
  settle(&owed);
  return found && is_marked_at(address, l->level, 0);
}

/* What is wrong with two pages of this level on the same frames, the first only read and the second written to, then
 * cleared, and so again. */
static const char *wrong_clears(const struct large *l)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t other = SCRATCH + page_span(l->level) * PAGE_SIZE;
  const uint64_t inside =
      address_of(l) - SCRATCH + (l->frames > FAR ? FAR : 0) * (uint64_t)PAGE_SIZE;
  if (pagetable_map(s, SCRATCH, l->first, l->level, PAGE_WRITE | l->kept) != STATUS_OK ||
      pagetable_map(s, other, l->first, l->level, PAGE_WRITE | l->kept) != STATUS_OK) {
    return "not mapped";
  }
  bool set = true, cleared = true;
  for (uint32_t turn = 0; turn < 3; turn++) {
    set = probe_read(SCRATCH + inside) == PROBE_DONE && probe_write(other + inside) == PROBE_DONE &&
          is_marked_at(SCRATCH, l->level, ACCESSED) && is_marked_at(other, l->level, MARKS) && set;
    cleared = clear_finds(l, SCRATCH, ACCESSED) && clear_finds(l, other, MARKS) &&
              clear_finds(l, other, 0) && cleared;
    /* Memory to be written back: clean until it is written to once more. */
    set = probe_read(other + inside) == PROBE_DONE && is_marked_at(other, l->level, ACCESSED) &&
          probe_write(other + inside) == PROBE_DONE && is_marked_at(other, l->level, MARKS) && set;
    cleared = clear_finds(l, other, MARKS) && is_marked_at(SCRATCH, l->level, 0) && cleared;
  }
  bool gone = pagetable_unmap(s, SCRATCH, l->level, &was, &owed) == STATUS_OK &&
              pagetable_unmap(s, other, l->level, &was, &owed) == STATUS_OK && !was.dirty;
  settle(&owed);
  if (!set || !cleared) {
    return set ? "not told and cleared" : "not set by the processor";
  }
  return gone ? 0 : "not unmapped";
}

/* What a test says of a page of each size that the processor has. */
static const char *of_each_size(const char *(*test)(const struct large *page))
{
  frame_t f;
  if (frame_alloc(&memory.frames, LARGE_ORDER, OWNER_KERNEL, 0, &f) != STATUS_OK) {
    return NO_BLOCK;
  }
  const struct large pages[] = {page_on(f, 1), page_on(f, 2), page_around(f, FAR + 1)};
  const char *wrong = 0;
  for (uint32_t level = 1; wrong == 0 && level <= memory.largest; level++) {
    wrong = test(&pages[level - 1]);
  }
  return frame_put(&memory.frames, f) == STATUS_OK ? wrong : "block not taken back";
}

const char *pages_are_marked_when_used(void)
{
  return of_each_size(wrong_marks);
}

const char *marks_are_cleared_and_set_again(void)
{
  return of_each_size(wrong_clears);
}

/* The first word of a piece of the page of 2 MiB at SCRATCH. */
static volatile uint64_t *piece(uint64_t i)
{
  return (uint64_t *)(SCRATCH + i * PAGE_SIZE);
}

/* Whether each piece can be read and written to, and shows its frame of the block: these values first, others then. */
static bool pieces_show(frame_t block, uint64_t before, uint64_t after)
{
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    volatile uint64_t *frame = frame_view(block + i);
    if (*piece(i) != before + i || *frame != before + i) {
      return false;
    }
    *piece(i) = after + i;
    if (*frame != after + i) {
      return false;
    }
  }
  return true;
}

/* Whether each piece's entry has the marks that the page had, by the processor's manual and by the core. */
static bool pieces_are_marked(void)
{
  struct translation t;
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t at = SCRATCH + i * PAGE_SIZE;
    if ((table_entry(at, 1) & MARKS) != MARKS ||
        pagetable_query(&memory.space, at, &t) != STATUS_OK || t.level != 1 || !t.dirty) {
      return false;
    }
  }
  return true;
}

/* What is wrong with one piece that is protected, then taken away, and with those beside it. */
static const char *wrong_piece(frame_t block)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t at = (uint64_t)piece(PIECE);
  bool fixed = pagetable_protect(s, at, 1, 0, &was, &owed) == STATUS_OK &&
               was.frame == block + PIECE && was.dirty;
  settle(&owed);
  fixed = fixed && probe_write(at) == 3 && probe_read(at) == PROBE_DONE;
  bool beside =
      probe_write(at - PAGE_SIZE) == PROBE_DONE && probe_write(at + PAGE_SIZE) == PROBE_DONE;
  bool kept = pagetable_merge(s, SCRATCH, 2, &owed) == STATUS_SMALLER_PAGES && owed.pages == 0;
  bool gone = pagetable_unmap(s, at, 1, &was, &owed) == STATUS_OK && was.frame == block + PIECE;
  settle(&owed);
  gone = gone && probe_read(at) == 0 && memory.frames.records[block].references == TABLE_ENTRIES;
  beside = beside && probe_read(at - 1) == PROBE_DONE && probe_read(at + PAGE_SIZE) == PROBE_DONE;
  kept = kept && pagetable_merge(s, SCRATCH, 2, &owed) == STATUS_SMALLER_PAGES;
  bool back = pagetable_map(s, at, block + PIECE, 1, PAGE_WRITE) == STATUS_OK &&
              probe_write(at) == PROBE_DONE;
  if (!fixed || !gone) {
    return fixed ? "no fault after unmap of a piece" : "written to after protect of a piece";
  }
  if (!beside || !back) {
    return beside ? "a piece not mapped again" : "a fault beside a piece";
  }
  return kept ? 0 : "merged although a piece is another";
}

/* What is wrong with a page of 2 MiB that is split, changed in one piece, and merged again. No flush after the split. */
static const char *wrong_split(frame_t block)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint32_t *references = &memory.frames.records[block].references;
  if (pagetable_map(s, SCRATCH, block, 2, PAGE_WRITE) != STATUS_OK) {
    return "not mapped";
  }
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    *piece(i) = 0x1000 + i;
  }
  bool split = pagetable_split(s, SCRATCH, 2) == STATUS_OK && *references == 1 + TABLE_ENTRIES &&
               pieces_are_marked() && pieces_show(block, 0x1000, 0x2000);
  const char *wrong = split ? wrong_piece(block) : "not the same in pieces";
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    *piece(i) = 0x3000 + i;
  }
  bool merged = pagetable_merge(s, SCRATCH, 2, &owed) == STATUS_OK && *references == 2;
  settle(&owed);
  merged = merged && (table_entry(SCRATCH, 2) & MARKS) == MARKS &&
           pieces_show(block, 0x3000, 0x4000) && pieces_show(block, 0x4000, 0x5000);
  bool gone = pagetable_unmap(s, SCRATCH, 2, &was, &owed) == STATUS_OK && was.frame == block &&
              was.level == 2 && was.dirty;
  settle(&owed);
  gone = gone && probe_read(SCRATCH) == 0 && probe_read((uint64_t)piece(PIECE)) == 0;
  if (wrong == 0 && !merged) {
    wrong = "not the same after merging";
  }
  return wrong != 0 || gone ? wrong : "no fault after unmap";
}

const char *a_page_is_split_and_merged(void)
{
  frame_t f;
  if (frame_alloc(&memory.frames, LARGE_ORDER, OWNER_KERNEL, 0, &f) != STATUS_OK) {
    return NO_BLOCK;
  }
  const char *wrong = wrong_split(f);
  return frame_put(&memory.frames, f) == STATUS_OK ? wrong : "block not taken back";
}

/* Whether the frame is seen at this address in a page of this level, and holds this; it holds the next number then. */
static bool shows(uint64_t at, frame_t frame, uint32_t level, uint64_t value)
{
  struct translation t;
  volatile uint64_t *word = (uint64_t *)at, *direct = frame_view(frame);
  bool same = pagetable_query(&memory.space, at, &t) == STATUS_OK && t.frame == frame &&
              t.level == level && *word == value;
  *word = value + 1;
  return same && *direct == value + 1;
}

/* What is wrong with a page of 1 GiB around the frame that is split down to pages of 4 KiB there, and merged again. */
static const char *wrong_huge_split(const struct large *l)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t at = address_of(l), middle = at - at % (page_span(2) * PAGE_SIZE);
  if (pagetable_map(s, SCRATCH, l->first, 3, PAGE_WRITE | l->kept) != STATUS_OK) {
    return "not mapped";
  }
  *(volatile uint64_t *)at = 1;
  bool same = shows(at, l->block, 3, 1) && pagetable_split(s, SCRATCH, 3) == STATUS_OK &&
              shows(at, l->block, 2, 2) && pagetable_split(s, middle, 2) == STATUS_OK &&
              shows(at, l->block, 1, 3) &&
              pagetable_merge(s, SCRATCH, 3, &owed) == STATUS_SMALLER_PAGES &&
              pagetable_merge(s, middle, 2, &owed) == STATUS_OK;
  settle(&owed);
  same = same && shows(at, l->block, 2, 4) && pagetable_merge(s, SCRATCH, 3, &owed) == STATUS_OK;
  settle(&owed);
  same = same && shows(at, l->block, 3, 5) &&
         pagetable_unmap(s, SCRATCH, 3, &was, &owed) == STATUS_OK && was.frame == l->first;
  settle(&owed);
  return same && probe_read(at) == 0 ? 0 : "not the same in pieces";
}

const char *a_page_of_1_gib_is_split_and_merged(void)
{
  return around_a_frame(wrong_huge_split);
}

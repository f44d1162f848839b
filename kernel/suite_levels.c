/* How many levels of tables the processor walks: which addresses are canonical, and that each of their bits counts.
 * With 5 levels that includes addresses which are canonical with no fewer. */
#include "console.h"
#include "cpu.h"
#include "memory.h"
#include "suite.h"
#include "trap.h"

#define PAGE_BIT 12u /* of an address: the lowest that names a page */
/* The highest that does; all above must be equal to it. */
#define HALF_BIT (11u + 9u * PAGETABLE_LEVELS)
#define LOWER_END (PAGETABLE_HALF - PAGE_SIZE) /* the last page of the lower half */
#define PAGES (2u * (HALF_BIT - PAGE_BIT))     /* in each half one for each bit below that */
#define PAGES_ORDER 7u

const char *the_processor_walks_all_levels(void)
{
  bool five = (read_cr4() & CR4_LA57) != 0;
  print("# tables of %u levels, direct map from %x\n", (uint64_t)PAGETABLE_LEVELS,
        (uint64_t)frame_view(0));
  if (five != (PAGETABLE_LEVELS == 5)) {
    return "CR4.LA57 is not what the tables are built for";
  }
  uint32_t owner = memory.frames.records[memory.space.root].owner;
  return owner == OWNER_TABLE1 + PAGETABLE_LEVELS - 1 ? 0 : "the root is of another level";
}

/* What a test says of a block of frames of this order, which it leaves as it found it. */
static const char *on_frames(uint32_t order, const char *(*test)(frame_t first))
{
  frame_t first;
  if (frame_alloc(&memory.frames, order, OWNER_KERNEL, 0, &first) != STATUS_OK) {
    return "no frames";
  }
  const char *wrong = test(first);
  return frame_put(&memory.frames, first) == STATUS_OK ? wrong : "references";
}

/* Whether the core and the processor refuse an address that is not canonical. */
static bool is_refused(uint64_t address, frame_t f)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  uint64_t page = address - address % PAGE_SIZE;
  return pagetable_map(s, page, f, 1, PAGE_WRITE) == STATUS_NOT_CANONICAL &&
         pagetable_query(s, address, &was) == STATUS_NOT_CANONICAL &&
         pagetable_protect(s, page, 1, 0, &was, &owed) == STATUS_NOT_CANONICAL &&
         pagetable_unmap(s, page, 1, &was, &owed) == STATUS_NOT_CANONICAL && owed.pages == 0 &&
         probe_read(address) == PROBE_REFUSED && probe_write(address) == PROBE_REFUSED;
}

static const char *refusals(frame_t f)
{
  if (!is_refused(PAGETABLE_HALF, f) || !is_refused(PAGETABLE_UPPER - 1, f)) {
    return "an end of the hole is not refused";
  }
  for (uint32_t bit = HALF_BIT; bit < 64; bit++) {
    if (!is_refused((uint64_t)1 << bit, f) || !is_refused(~((uint64_t)1 << bit), f)) {
      print("# bit %u\n", (uint64_t)bit);
      return "an address of which one bit is wrong is not refused";
    }
  }
  return 0;
}

const char *addresses_between_the_halves_are_refused(void)
{
  return on_frames(0, refusals);
}

/* The last page of the lower half on frame f, up to its last byte; the first of the upper one is the direct map's. */
static const char *wrong_ends(frame_t f)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  volatile uint64_t *page = (uint64_t *)LOWER_END, *direct = frame_view(f);
  const uint32_t last = PAGE_SIZE / sizeof(uint64_t) - 1;
  if (probe_read(LOWER_END) != 0 || pagetable_map(s, LOWER_END, f, 1, PAGE_WRITE) != STATUS_OK) {
    return "the last page of the lower half is not mapped";
  }
  direct[0] = 0x1234;
  page[last] = 0x5678;
  bool shared = page[0] == 0x1234 && direct[last] == 0x5678;
  bool ends = probe_write(PAGETABLE_HALF - 1) == PROBE_DONE &&
              probe_write(PAGETABLE_HALF) == PROBE_REFUSED &&
              probe_read(PAGETABLE_UPPER - 1) == PROBE_REFUSED &&
              probe_read(PAGETABLE_UPPER) == PROBE_DONE;
  bool gone =
      pagetable_unmap(s, LOWER_END, 1, &was, &owed) == STATUS_OK && was.frame == f && was.dirty;
  settle(&owed);
  gone = gone && probe_read(PAGETABLE_HALF - 1) == 0;
  if (!shared || !ends) {
    return shared ? "the halves do not end where they should" : "writes not shared";
  }
  return gone ? 0 : "no fault after unmap";
}

const char *pages_lie_at_the_ends_of_the_halves(void)
{
  return on_frames(0, wrong_ends);
}

/* The last page of the lower half is taken away and the first of the upper one protected, both in use: two pages side by
 * side for a flush, with all addresses between them that are not canonical. The second is the direct map's, and becomes
 * what it was. */
static const char *wrong_over_the_hole(frame_t f)
{
  struct pagetable *s = &memory.space;
  struct translation was, first;
  struct flush owed = {0};
  if (pagetable_query(s, PAGETABLE_UPPER, &first) != STATUS_OK || first.level != 1) {
    return "the first page of the direct map is not one of 4 KiB";
  }
  if (pagetable_map(s, LOWER_END, f, 1, PAGE_WRITE) != STATUS_OK) {
    return "not mapped";
  }
  bool used = probe_write(LOWER_END) == PROBE_DONE && probe_write(PAGETABLE_UPPER) == PROBE_DONE;
  uint32_t fixed = first.permissions & ~(uint32_t)PAGE_WRITE;
  bool changed = pagetable_protect(s, PAGETABLE_UPPER, 1, fixed, &was, &owed) == STATUS_OK &&
                 pagetable_unmap(s, LOWER_END, 1, &was, &owed) == STATUS_OK;
  bool owes = owed.address == LOWER_END && owed.pages == 2 && owed.level == 1;
  settle(&owed);
  bool lower = probe_write(LOWER_END) == 2, upper = probe_write(PAGETABLE_UPPER) == 3;
  changed = pagetable_protect(s, PAGETABLE_UPPER, 1, first.permissions, &was, &owed) == STATUS_OK &&
            changed;
  settle(&owed);
  changed = changed && probe_write(PAGETABLE_UPPER) == PROBE_DONE;
  if (!used || !changed || !owes) {
    return owes ? "not changed" : "not two pages side by side";
  }
  if (!lower) {
    return "no fault below the hole";
  }
  return upper ? 0 : "no fault above the hole";
}

const char *one_flush_goes_over_the_hole(void)
{
  return on_frames(0, wrong_over_the_hole);
}

/* Pages in the lower half of which one bit is set, and in the upper half of which one is clear. */
static uint64_t address_of(uint32_t page)
{
  uint64_t low = (uint64_t)1 << (PAGE_BIT + page / 2);
  return page % 2 == 0 ? low : ~low - (PAGE_SIZE - 1);
}

/* All of them are mapped at once, each to a frame of its own: a bit that the processor left out would show another. */
static const char *wrong_bits(frame_t first)
{
  struct translation was;
  struct flush owed = {0};
  bool kept = true, gone = true;
  for (uint32_t i = 0; i < PAGES; i++) {
    if (pagetable_map(&memory.space, address_of(i), first + i, 1, PAGE_WRITE) != STATUS_OK) {
      return "not mapped";
    }
    *(volatile uint64_t *)address_of(i) = ~address_of(i);
  }
  for (uint32_t i = 0; i < PAGES; i++) {
    volatile uint64_t *page = (uint64_t *)address_of(i), *direct = frame_view(first + i);
    kept = kept && *page == ~address_of(i) && *direct == ~address_of(i);
  }
  for (uint32_t i = 0; i < PAGES; i++) {
    gone = pagetable_unmap(&memory.space, address_of(i), 1, &was, &owed) == STATUS_OK &&
           was.frame == first + i && was.dirty && gone;
  }
  settle(&owed);
  for (uint32_t i = 0; i < PAGES; i++) {
    gone = gone && probe_read(address_of(i)) == 0;
  }
  return !kept ? "a page shows another frame than its own" : gone ? 0 : "no fault after unmap";
}

const char *each_bit_of_an_address_counts(void)
{
  print("# pages at %x .. %x\n", address_of(0), address_of(PAGES - 1));
  return on_frames(PAGES_ORDER, wrong_bits);
}

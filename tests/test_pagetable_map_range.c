/* Ranges of pages mapped to frames in a row: the largest pages that fit, all of them or none. */
#define _DEFAULT_SOURCE
#include "space.h"

#define FLOATING (PAGE_UNOWNED | PAGE_WRITE) /* permissions, where nothing else is said */

static enum status map_range(uint64_t address, frame_t frame, uint64_t pages, uint32_t permissions)
{
  return pagetable_map_range(&space, address, frame, pages, PAGE_LEVELS, permissions);
}

/* A call that must be refused so, and then everything is as it was. */
static void assert_refused(uint64_t address, frame_t frame, uint64_t pages, uint32_t permissions,
                           enum status status)
{
  uint8_t *before = take_picture();
  assert_int_equal(map_range(address, frame, pages, permissions), status);
  assert_picture(before);
}

/* Asserts that so many pages of 4 KiB translate, each to its frame, in pages of this level that were not used yet. */
static void assert_pages(uint64_t address, frame_t frame, uint64_t pages, uint32_t level,
                         uint32_t permissions)
{
  for (uint64_t i = 0; i < pages; i++) {
    const struct translation found = look(address + i * PAGE_SIZE + 0x123);
    assert_true(found.frame == frame + i && found.level == level &&
                found.permissions == permissions && seen_of(found) == 0);
  }
}

/* A range that nothing is wrong with: it is one run then, all is sound, and nothing is owed. */
static void assert_maps(uint64_t address, frame_t frame, uint64_t pages, uint32_t permissions)
{
  const struct flush before = owed;
  assert_int_equal(map_range(address, frame, pages, permissions), STATUS_OK);
  assert_run(address, pages, pages, frame, permissions);
  assert_memory_equal(&owed, &before, sizeof owed);
  sound();
}

/* Takes away what a range maps, every page of it, and flushes. */
static void unmap_again(uint64_t address, uint64_t pages)
{
  struct seen seen;
  assert_int_equal(pagetable_unmap_range(&space, address, pages, &seen, &owed), STATUS_OK);
  assert_int_equal(seen.pages, pages);
  assert_hole(address, pages, pages);
  flushed();
  sound();
}

/* So many pages of each size in a row: what a range is to consist of. */
struct pieces {
  uint32_t level;
  uint64_t count;
};

/* Maps a range that begins here and consists of these pieces, looks at every page, and takes it away again. */
static void assert_cut(uint64_t address, frame_t frame, const struct pieces *pieces, size_t count,
                       uint32_t permissions)
{
  const uint64_t before = free_frames();
  uint64_t all = 0, done = 0;
  for (size_t i = 0; i < count; i++)
    all += pieces[i].count * pages_of(pieces[i].level);
  assert_maps(address, frame, all, permissions);
  for (size_t i = 0; i < count; i++) {
    const uint64_t pages = pieces[i].count * pages_of(pieces[i].level);
    assert_pages(address + done * PAGE_SIZE, (frame_t)(frame + done), pages, pieces[i].level,
                 permissions);
    done += pages;
  }
  unmap_again(address, all);
  assert_int_equal(free_frames(), before);
}

/* --- What is wrong with a range, whatever is mapped --- */

static void an_address_that_is_not_canonical_is_named_before_all_else(void **state)
{
  (void)state;
  const uint64_t bad[] = {HALF, HALF + 1, UPPER - 1, UPPER - PAGE_SIZE, (uint64_t)1 << 63};
  const uint64_t pages[] = {0, 1, HALF_PAGES, UINT64_MAX};
  make_each_size();
  for (size_t i = 0; i < 5; i++)
    for (size_t k = 0; k < 4; k++) {
      assert_refused(bad[i], 0, pages[k], FLOATING, STATUS_NOT_CANONICAL);
      assert_refused(bad[i], FRAMES, pages[k], UINT32_MAX, STATUS_NOT_CANONICAL);
    }
}

static void an_address_inside_a_page_of_4_kib_is_misaligned_however_long_the_range_is(void **state)
{
  (void)state;
  const uint64_t bad[] = {1, 0x7800, SIZE2 + PAGE_SIZE - 1, HALF - 1, UPPER + 1, UINT64_MAX};
  const uint64_t pages[] = {0, 1, UINT64_MAX};
  make_each_size();
  for (size_t i = 0; i < 6; i++)
    for (size_t k = 0; k < 3; k++) {
      assert_refused(bad[i], 0, pages[k], FLOATING, STATUS_MISALIGNED);
      assert_refused(bad[i], FRAMES, pages[k], UINT32_MAX, STATUS_MISALIGNED);
    }
}

static void a_range_of_no_page_or_out_of_its_half_is_out_of_range(void **state)
{
  (void)state;
  const uint64_t begins[] = {0, PAGE_SIZE, SIZE2 + PAGE_SIZE, HALF - PAGE_SIZE, UPPER, LAST};
  make_each_size();
  for (size_t i = 0; i < 6; i++) {
    const uint64_t room = HALF_PAGES - begins[i] % HALF / PAGE_SIZE;
    const uint64_t bad[] = {0, room + 1, PAGETABLE_PAGES, (uint64_t)1 << 52, UINT64_MAX};
    for (size_t k = 0; k < 5; k++) {
      assert_refused(begins[i], 0, bad[k], FLOATING, STATUS_OUT_OF_RANGE);
      assert_refused(begins[i], FRAMES, bad[k], UINT32_MAX, STATUS_OUT_OF_RANGE);
    }
    assert_refused(begins[i], 0, room, UINT32_MAX, STATUS_BAD_PERMISSION); /* not its length */
  }
}

static void permissions_that_no_page_may_have_are_refused_before_the_frames(void **state)
{
  (void)state;
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  const uint32_t bad[] = {PAGE_PERMISSIONS + 1, both, PAGE_UNCACHED | PAGE_WRITE_COMBINING,
                          UINT32_MAX};
  make_each_size();
  for (size_t i = 0; i < 4; i++)
    for (uint32_t kept = 0; kept <= PAGE_UNOWNED; kept += PAGE_UNOWNED) {
      assert_refused(3 * SIZE3, user, 3, bad[i] | kept, STATUS_BAD_PERMISSION);
      assert_refused(0, FRAMES, 3, bad[i] | kept, STATUS_BAD_PERMISSION); /* and mapped */
      assert_refused(0, UINT32_MAX, 3, bad[i] | kept, STATUS_BAD_PERMISSION);
    }
  assert_refused(0, UINT32_MAX, 3, both, STATUS_BAD_PERMISSION);
  pagetable_allow_write_execute(&space, true);
  assert_refused(0, UINT32_MAX, 3, both, STATUS_OUT_OF_RANGE);
  assert_maps(3 * SIZE3, 5, 3, both | PAGE_UNOWNED);
}

static void an_owned_range_ends_with_the_last_frame(void **state)
{
  (void)state;
  make(FRAMES - 1); /* all but the first */
  while (records[FRAMES - 1].owner == OWNER_FREE)
    (void)take(4);
  for (uint64_t pages = 1; pages <= 16; pages++) {
    const frame_t frame = (frame_t)(FRAMES - pages);
    assert_refused(0x5000, frame, pages + 1, 0, STATUS_OUT_OF_RANGE);
    assert_refused(0x5000, frame, HALF_PAGES - 5, 0, STATUS_OUT_OF_RANGE);
    assert_refused(0x5000, FRAMES, pages, 0, STATUS_OUT_OF_RANGE);
    assert_refused(0x5000, UINT32_MAX, pages, 0, STATUS_OUT_OF_RANGE);
    assert_maps(0x5000, frame, pages, 0);
    assert_refused(0x5000, frame, pages + 1, 0, STATUS_OUT_OF_RANGE); /* not what is mapped */
    unmap_again(0x5000, pages);
  }
}

static void an_unowned_range_ends_with_the_last_frame_number(void **state)
{
  (void)state;
  const uint64_t lengths[] = {1, 2, 511, 512, 513, 1024, pages_of(3), pages_of(3) + 1};
  make(60);
  for (size_t i = 0; i < 8; i++) {
    const frame_t frame = (frame_t)(FRAMES_MAX - lengths[i]);
    const uint64_t bytes = lengths[i] * PAGE_SIZE, begins[] = {4 * SIZE3 - bytes, 0 - bytes};
    for (size_t k = 0; k < 2; k++) {
      assert_refused(begins[0], frame, lengths[i] + 1, FLOATING, STATUS_OUT_OF_RANGE);
      assert_refused(begins[k] - PAGE_SIZE, frame, lengths[i] + 1, FLOATING, STATUS_OUT_OF_RANGE);
      assert_maps(begins[k], frame, lengths[i], FLOATING);
      assert_refused(0, frame, HALF_PAGES, FLOATING, STATUS_OUT_OF_RANGE); /* not what is mapped */
      unmap_again(begins[k], lengths[i]);
    }
  }
  assert_refused(0, FRAMES, 1, 0, STATUS_OUT_OF_RANGE); /* but an owned one with the memory */
  assert_int_equal(free_frames(), 60 - 2);
}

static void as_many_frames_as_there_are_numbers_or_a_whole_half_is_mapped_at_once(void **state)
{
  (void)state;
  const uint64_t most = HALF_PAGES < FRAMES_MAX ? HALF_PAGES : FRAMES_MAX;
  const uint64_t begins[] = {0, UPPER, HALF - most * PAGE_SIZE, 0 - most * PAGE_SIZE};
  make(60);
  for (size_t i = 0; i < 4; i++) {
    const uint64_t end = begins[i] + most * PAGE_SIZE;
    assert_refused(begins[i], 0, most + 1, FLOATING, STATUS_OUT_OF_RANGE);
    assert_refused(begins[i], 1, FRAMES_MAX, FLOATING, STATUS_OUT_OF_RANGE);
    assert_maps(begins[i], 0, most, FLOATING);
    assert_pages(begins[i], 0, 3, 3, FLOATING);
    assert_pages(end - 3 * (uint64_t)PAGE_SIZE, (frame_t)(most - 3), 3, 3, FLOATING);
    unmap_again(begins[i], most);
  }
  assert_int_equal(free_frames(), 60 - 2);
}

/* --- Pages, tables and halves --- */

static void one_page_is_a_range(void **state)
{
  (void)state;
  make(20);
  const uint64_t before = free_frames();
  assert_maps(0x7000, user, 1, PAGE_WRITE | PAGE_USER);
  assert_pages(0x7000, user, 1, 1, PAGE_WRITE | PAGE_USER);
  assert_int_equal(references(user), 2);
  assert_int_equal(free_frames(), before - TABLES);
  assert_unmapped(0x6FFF);
  assert_unmapped(0x8000);
  assert_maps(0x8000, user, 1, 0); /* the same frame again, in the tables that are there */
  assert_int_equal(references(user), 3);
  assert_int_equal(free_frames(), before - TABLES);
  unmap_again(0x7000, 1);
  assert_pages(0x8000, user, 1, 1, 0);
  unmap_again(0x8000, 1);
  assert_int_equal(references(user), 1);
  assert_int_equal(free_frames(), before);
}

static void permissions_of_each_kind_are_those_of_all_pages(void **state)
{
  (void)state;
  make(60);
  const frame_t block = take(4);
  for (uint32_t permissions = 0; permissions <= PAGE_PERMISSIONS; permissions++) {
    const bool owned = permissions < PAGE_UNOWNED;
    const bool bad = (permissions & 3) == 3 || (permissions & 24) == 24;
    const uint64_t pages = owned ? 16 : pages_of(2) + 16;
    if (bad) {
      assert_refused(SIZE2, block, pages, permissions, STATUS_BAD_PERMISSION);
      continue;
    }
    assert_maps(SIZE2, owned ? block : 512, pages, permissions);
    assert_pages(SIZE2, owned ? block : 512, owned ? 16 : 1, owned ? 1 : 2, permissions);
    unmap_again(SIZE2, pages);
  }
  assert_int_equal(references(block), 1);
}

static void a_range_goes_on_behind_the_last_entry_of_a_table(void **state)
{
  (void)state;
  make(60);
  const frame_t block = take(4);
  const uint64_t before = free_frames();
  for (uint32_t level = 2; level <= PAGETABLE_LEVELS;
       level++) /* of the tables above those that end */
    for (uint64_t ahead = 0; ahead <= 16; ahead++) {
      const uint64_t border = 3 * size_of(level), at = border - ahead * PAGE_SIZE;
      assert_maps(at, block, 16, PAGE_WRITE);
      assert_pages(at, block, 16, 1, PAGE_WRITE);
      assert_int_equal(references(block), 17);
      const bool over = ahead > 0 && ahead < 16;
      assert_int_equal(free_frames(), before - TABLES - (over ? level - 1 : 0));
      assert_unmapped(at - 1);
      assert_unmapped(at + 16 * (uint64_t)PAGE_SIZE);
      unmap_again(at, 16);
    }
  assert_int_equal(references(block), 1);
  assert_int_equal(free_frames(), before);
}

static void a_range_fills_tables_in_its_middle(void **state)
{
  (void)state;
  const struct pieces small[] = {{1, 3 + 3 * TABLE_ENTRIES + 5}};
  const struct pieces large[] = {{2, 3 + 2 * TABLE_ENTRIES + 5}};
  make(20);
  assert_cut(SIZE3 - SIZE2 - 3 * PAGE_SIZE, 1, small, 1, FLOATING);
  assert_cut(SIZE3 - 3 * SIZE2, 512, large, 1, FLOATING);
  assert_int_equal(free_frames(), 20 - 2);
}

static void the_pages_at_both_ends_of_both_halves_are_mapped(void **state)
{
  (void)state;
  const uint64_t begins[] = {0, HALF - PAGE_SIZE, UPPER, LAST};
  make(60);
  for (uint64_t pages = 1; pages <= 2 * pages_of(2); pages += pages_of(2) / 2)
    for (size_t i = 0; i < 4; i++) {
      const uint64_t back = i % 2 == 0 ? 0 : (pages - 1) * PAGE_SIZE;
      const uint64_t other = i < 2 ? UPPER : 0;
      assert_maps(begins[i] - back, 3, pages, FLOATING);
      assert_pages(begins[i] - back, 3, pages, 1, FLOATING);
      assert_hole(other, HALF_PAGES, HALF_PAGES); /* the other half */
      unmap_again(begins[i] - back, pages);
    }
  assert_int_equal(free_frames(), 60 - 2);
}

static void pages_beside_a_range_stay(void **state)
{
  (void)state;
  make(60);
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t size = size_of(level), at = 4 * SIZE3 + 8 * size, pages = 3 * pages_of(level);
    map(at, 0, level, PAGE_UNOWNED | PAGE_EXECUTE);
    map(at + 4 * size, 0, level, PAGE_UNOWNED);
    mark(at, level, 3);
    mark(at + 4 * size, level, 1);
    assert_maps(at + size, 0, pages, FLOATING);
    assert_pages(at + size, 0, 3 * (level < 3 ? pages_of(level) : 1), level, FLOATING);
    for (uint32_t turn = 0; turn < 2; turn++) {
      const struct translation before = look(at), after = look(at + 5 * size - 1);
      assert_true(before.frame == 0 && before.level == level && seen_of(before) == 3);
      assert_int_equal(before.permissions, PAGE_UNOWNED | PAGE_EXECUTE);
      assert_true(after.frame == pages_of(level) - 1 && after.level == level);
      assert_true(after.permissions == PAGE_UNOWNED && seen_of(after) == 1);
      if (turn == 0)
        unmap_again(at + size, pages);
    }
    assert_unmapped(at - 1);
    assert_unmapped(at + 5 * size);
    assert_unmapped(at + size);
  }
}

/* --- Sizes --- */

static void an_unowned_range_has_the_largest_pages_that_fit(void **state)
{
  (void)state;
  const struct pieces large[] = {{2, 1}}, huge[] = {{3, 1}}, many[] = {{3, 3}};
  const struct pieces rise[] = {{1, 1}, {2, 1}, {3, 1}, {2, 1}, {1, 1}};
  const struct pieces slope[] = {{1, 511}, {2, 511}, {3, 2}, {2, 511}, {1, 511}};
  const struct pieces step[] = {{1, 5}, {2, 3}, {1, 7}};
  make(20);
  for (uint32_t half = 0; half < 2; half++) {
    const uint64_t at = half == 0 ? 4 * SIZE3 : UPPER;
    assert_cut(at, 512, large, 1, FLOATING);
    assert_cut(at, 0, huge, 1, FLOATING);
    assert_cut(at, 0, many, 1, FLOATING);
    assert_cut(at + SIZE3 - SIZE2 - PAGE_SIZE, 262144 - 513, rise, 5, FLOATING);
    assert_cut(at + PAGE_SIZE, 1, slope, 5, FLOATING);
    assert_cut(at + SIZE2 - 5 * PAGE_SIZE, 507, step, 3, FLOATING);
    assert_cut(at + SIZE2 - 5 * PAGE_SIZE, 0x80000000u - 5, step, 3, FLOATING);
  }
  assert_int_equal(free_frames(), 20 - 2);
}

static void pages_are_as_large_as_both_the_address_and_the_frames_allow(void **state)
{
  (void)state;
  const struct pieces small[] = {{1, 1024}}, large[] = {{2, 512}}, mixed[] = {{1, 1}, {2, 512}};
  make(20);
  for (frame_t off = 1; off < 512; off += 255) { /* from a multiple of 512 */
    assert_cut(SIZE2, off, small, 1, FLOATING);
    assert_cut(SIZE2 + off * (uint64_t)PAGE_SIZE, 512, small, 1, FLOATING);
  }
  for (frame_t off = 512; off < 262144; off += 255 * 512) { /* from one of 262144 */
    assert_cut(SIZE3, off, large, 1, FLOATING);
    assert_cut(SIZE3 + off * (uint64_t)PAGE_SIZE, 0, large, 1, FLOATING);
  }
  assert_cut(SIZE3 - PAGE_SIZE, 511, mixed, 2, FLOATING);
}

static void a_page_that_a_range_has_not_room_for_is_cut(void **state)
{
  (void)state;
  const struct pieces small[] = {{1, 511}}, before[] = {{1, 511}, {2, 1}};
  const struct pieces after[] = {{2, 1}, {1, 511}}, large[] = {{2, 511}, {1, 511}};
  make(20);
  assert_cut(SIZE3, 0, small, 1, FLOATING);
  assert_cut(SIZE3 + PAGE_SIZE, 1, before, 2, FLOATING);
  assert_cut(SIZE3, 262144, after, 2, FLOATING);
  assert_cut(SIZE3, 262144, large, 2, FLOATING);
}

static void owned_pages_are_as_large_as_their_blocks_allow(void **state)
{
  (void)state;
  const struct pieces both[] = {{1, 3}, {2, 1}, {1, 6}}, two[] = {{2, 2}};
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t large = take(BLOCK2 + 1), before = take(BLOCK2);
  assert_int_equal(before + 512, large);
  assert_cut(SIZE2, large, two, 1, 0);
  assert_cut(3 * SIZE2 - 3 * PAGE_SIZE, large - 3, both, 3, PAGE_WRITE);
  assert_maps(3 * SIZE2 - 3 * PAGE_SIZE, large - 3, 3 + 512 + 6, PAGE_WRITE);
  assert_int_equal(references(before), 1 + 3);
  assert_int_equal(references(large), 1 + 1 + 6);
  assert_int_equal(frame_put(&frames, large), STATUS_OK);
  assert_int_equal(frame_put(&frames, before), STATUS_OK);
  assert_int_equal(records[large].owner, OWNER_USER); /* the pages hold them */
  assert_int_equal(records[before].owner, OWNER_USER);
  unmap_again(3 * SIZE2 - 3 * PAGE_SIZE, 3 + 512 + 6);
  assert_int_equal(records[large].owner, OWNER_FREE);
  assert_int_equal(records[before].owner, OWNER_FREE);
  assert_int_equal(free_frames(), LARGE_FRAMES - 1 - 2);
}

static void owned_pages_of_1_gib_lie_in_their_block(void **state)
{
  (void)state;
  const uint64_t pages = 1 + 512 + pages_of(3);
  const uint64_t at = 2 * SIZE3 - SIZE2 - PAGE_SIZE;
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  const frame_t huge = take(BLOCK3), before = take(BLOCK3 - 1);
  assert_int_equal(huge + pages_of(3), HUGE_FRAMES); /* the last frames there are */
  assert_int_equal(before + pages_of(3) / 2, huge);
  assert_maps(at, huge - 513, pages, PAGE_WRITE);
  assert_pages(at, huge - 513, 1, 1, PAGE_WRITE);
  assert_pages(at + PAGE_SIZE, huge - 512, 512, 2, PAGE_WRITE);
  assert_pages(2 * SIZE3, huge, pages_of(3), 3, PAGE_WRITE);
  assert_int_equal(references(before), 1 + 2);
  assert_int_equal(references(huge), 1 + 1);
  assert_int_equal(map_range(8 * SIZE3, huge, pages_of(3) + 1, 0), STATUS_OUT_OF_RANGE);
  assert_maps(8 * SIZE3, huge, pages_of(3), 0);
  assert_pages(8 * SIZE3, huge, 1, 3, 0);
  assert_int_equal(references(huge), 1 + 2);
  unmap_again(at, pages);
  unmap_again(8 * SIZE3, pages_of(3));
  assert_int_equal(references(before), 1);
  assert_int_equal(references(huge), 1);
}

/* Two blocks side by side that make up one of this order, and its first frame. */
static frame_t take_halves(uint32_t order)
{
  frame_t first = take(order - 1), second = take(order - 1);
  while (first % ((uint64_t)1 << order) != 0 || second != first + ((uint64_t)1 << (order - 1))) {
    first = second;
    second = take(order - 1);
  }
  return first;
}

static void an_owned_page_never_lies_in_two_blocks(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t first = take_halves(BLOCK2);
  assert_maps(SIZE2, first, 512, PAGE_WRITE);
  assert_pages(SIZE2, first, 512, 1, PAGE_WRITE);
  assert_int_equal(references(first), 1 + 256);
  assert_int_equal(references(first + 256), 1 + 256);
  assert_maps(2 * SIZE2, first, 512, FLOATING); /* one that owns nothing does */
  assert_pages(2 * SIZE2, first, 512, 2, FLOATING);
  assert_int_equal(references(first), 1 + 256);
  unmap_again(SIZE2, 1024);
  assert_int_equal(references(first), 1);
  assert_int_equal(references(first + 256), 1);
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  first = take(BLOCK3);
  assert_int_equal(frame_put(&frames, first), STATUS_OK);
  first = take_halves(BLOCK3);
  assert_maps(SIZE3, first, pages_of(3), PAGE_WRITE);
  assert_pages(SIZE3, first, pages_of(3), 2, PAGE_WRITE);
  assert_int_equal(references(first), 1 + 256);
  assert_int_equal(references(first + 131072), 1 + 256);
  unmap_again(SIZE3, pages_of(3));
}

/* --- What is wrong with one of its pages --- */

#define ROW 10u    /* the first of 16 frames in a row, each a block of its own */
#define MIDDLE 15u /* one of them */

/* All frames in use, so that a range that nothing is wrong with lacks its tables. */
static void fill(void)
{
  make(40);
  while (free_frames() > 0)
    (void)take(0);
  for (frame_t f = ROW; f < ROW + 16; f++)
    assert_true(records[f].owner == OWNER_USER && records[f].references == 1);
}

/* One frame in a row cannot be owned: neither can a range with it in any place, but the pages on both sides of it can,
 * and all of them unowned. */
static void assert_bad_frame(enum status status)
{
  for (frame_t first = ROW; first <= MIDDLE; first++)
    for (frame_t end = MIDDLE + 1; end <= ROW + 16; end++) {
      const uint64_t at = SIZE2 - (MIDDLE - first) * (uint64_t)PAGE_SIZE; /* over a border */
      assert_refused(at, first, end - first, 0, status);
      assert_refused(at, first, end - first, PAGE_WRITE | PAGE_USER | PAGE_GLOBAL, status);
    }
  assert_refused(0, ROW, MIDDLE - ROW, 0, STATUS_OUT_OF_MEMORY);
  assert_refused(0, MIDDLE + 1, 10, 0, STATUS_OUT_OF_MEMORY);
  assert_refused(0, ROW, 16, PAGE_UNOWNED, STATUS_OUT_OF_MEMORY);
}

static void a_frame_that_no_page_may_own_is_named_wherever_it_lies_in_the_range(void **state)
{
  (void)state;
  struct pagetable other;
  fill();
  assert_int_equal(frame_put(&frames, MIDDLE), STATUS_OK);
  assert_bad_frame(STATUS_NOT_ALLOCATED);
  assert_int_equal(frames_reserve(&frames, MIDDLE, 1), STATUS_OK);
  assert_bad_frame(STATUS_RESERVED);
  fill();
  assert_int_equal(frame_put(&frames, MIDDLE), STATUS_OK);
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
  assert_int_equal(other.root, MIDDLE);
  assert_bad_frame(STATUS_BAD_OWNER);
  fill();
  records[MIDDLE].references = FRAME_REFERENCES_MAX;
  assert_bad_frame(STATUS_SATURATED);
  fill();
  assert_refused(0, space.root, 1, 0, STATUS_BAD_OWNER);
  assert_refused(0, 0, 1, 0, STATUS_RESERVED);
  assert_refused(0, 41, FRAMES - 41, 0, STATUS_RESERVED);
}

static void a_block_of_the_kernel_may_be_mapped_and_a_poisoned_frame_in_use_too(void **state)
{
  (void)state;
  frame_t block;
  make(40);
  assert_int_equal(frame_alloc(&frames, 3, OWNER_KERNEL, 0, &block), STATUS_OK);
  assert_maps(0x5000, block, 8, PAGE_GLOBAL);
  assert_int_equal(references(block), 9);
  unmap_again(0x5000, 8);
  assert_int_equal(frame_poison(&frames, block), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0, block, 1, 0), STATUS_OK); /* as for one page */
  assert_maps(0x5000, block, 8, PAGE_GLOBAL);
}

static void a_block_has_room_for_as_many_references_as_there_are_pages_in_the_range(void **state)
{
  (void)state;
  make(40);
  const frame_t block = take_halves(4), next = block + 8;
  for (uint64_t pages = 1; pages <= 16; pages++)
    for (uint32_t k = 0; k < 2; k++) {
      const frame_t frame = k == 0 ? block : (frame_t)(next + 8 - pages); /* in which block all */
      records[k == 0 ? block : next].references = (uint32_t)(FRAME_REFERENCES_MAX - pages);
      assert_refused(0x5000, frame, pages, 0, STATUS_SATURATED);
      records[k == 0 ? block : next].references = (uint32_t)(FRAME_REFERENCES_MAX - pages - 1);
      assert_maps(0x5000, frame, pages, 0);
      assert_true(references(block) < FRAME_REFERENCES_MAX);
      assert_true(references(next) < FRAME_REFERENCES_MAX);
      unmap_again(0x5000, pages);
      records[block].references = records[next].references = 1;
    }
  make_machine(LARGE_FRAMES,
               LARGE_FRAMES - 1); /* pages of 4 KiB count, also those of a larger one */
  const frame_t large = take(BLOCK2);
  records[large].references = FRAME_REFERENCES_MAX - 512;
  assert_refused(SIZE2, large, 512, 0, STATUS_SATURATED);
  records[large].references = FRAME_REFERENCES_MAX - 513;
  assert_maps(SIZE2, large, 512, 0);
  assert_int_equal(references(large), FRAME_REFERENCES_MAX - 512);
  unmap_again(SIZE2, 512);
}

/* Asserts that a range of so many pages of a level is refused when something is mapped in one of them, whichever. */
static void assert_in_the_way(uint32_t level, uint64_t address, uint32_t other, enum status status)
{
  const uint64_t size = size_of(level), each = pages_of(level);
  for (uint64_t place = 0; place < 5; place++) {
    struct translation was;
    const uint64_t at = address + place * size;
    map(at, 0, other, PAGE_UNOWNED);
    mark(at, other, 3);
    assert_refused(address, (frame_t)each, 5 * each, FLOATING, status);
    assert_refused(address, (frame_t)each, (place + 1) * each, FLOATING, status);
    assert_refused(at, (frame_t)each, (5 - place) * each, FLOATING, status);
    assert_int_equal(pagetable_unmap(&space, at, other, &was, &owed), STATUS_OK);
    flushed();
  }
  assert_maps(address, (frame_t)each, 5 * each, FLOATING);
  unmap_again(address, 5 * each);
}

static void a_page_in_the_way_is_named_wherever_it_lies_in_the_range(void **state)
{
  (void)state;
  make(40);
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t at = 8 * SIZE3 - (level < 3 ? 2 : 0) * size_of(level); /* over a border */
    assert_in_the_way(level, at, level, STATUS_ALREADY_MAPPED);
    for (uint32_t other = 1; other < level; other++)
      assert_in_the_way(level, at, other, STATUS_SMALLER_PAGES);
  }
}

static void a_larger_page_in_the_way_is_named_at_each_of_its_pages(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t size = size_of(level), at = 3 * size, each = pages_of(level);
    make(40);
    map(at, 0, level, PAGE_UNOWNED);
    for (uint32_t below = 1; below < level; below++) { /* the size of the range's pages */
      const frame_t frame = below == 1 ? 1 : 512;
      const uint64_t piece = size_of(below), pages = pages_of(below);
      assert_refused(at, frame, pages, FLOATING, STATUS_LARGER_PAGE);
      assert_refused(at + size - piece, frame, pages, FLOATING, STATUS_LARGER_PAGE);
      assert_refused(at + size / 2, frame, 3 * pages, FLOATING, STATUS_LARGER_PAGE);
      assert_refused(at - 3 * piece, frame, 4 * pages, FLOATING, STATUS_LARGER_PAGE);
      assert_refused(at - 3 * piece, frame, 6 * pages + each, FLOATING, STATUS_LARGER_PAGE);
      assert_refused(at + size - piece, frame, 2 * pages, FLOATING, STATUS_LARGER_PAGE);
      assert_maps(at - 3 * piece, frame, 3 * pages, FLOATING); /* beside it */
      assert_maps(at + size, frame, 3 * pages, FLOATING);
      assert_int_equal(look(at).level, level);
      unmap_again(at - 3 * piece, 3 * pages);
      unmap_again(at + size, 3 * pages);
    }
  }
}

static void a_range_whose_pages_are_small_fits_beside_others_in_their_table(void **state)
{
  (void)state;
  make(40);
  map(SIZE2 + 511 * PAGE_SIZE, 0, 1, PAGE_UNOWNED);
  assert_refused(SIZE2, 0, 512, FLOATING, STATUS_SMALLER_PAGES); /* of 2 MiB, by its place */
  assert_refused(SIZE2, 1, 512, FLOATING, STATUS_ALREADY_MAPPED);
  assert_maps(SIZE2, 0, 511, FLOATING);
  assert_pages(SIZE2, 0, 511, 1, FLOATING);
  assert_refused(2 * SIZE2 - PAGE_SIZE, 0, 1, FLOATING, STATUS_ALREADY_MAPPED);
}

/* --- What is named first --- */

static void
the_first_page_that_cannot_be_mapped_is_named_and_its_frame_before_what_is_there(void **state)
{
  (void)state;
  fill();
  for (frame_t i = 0; i < TABLES; i++) /* for the tables of one page */
    assert_int_equal(frame_put(&frames, 30 + i), STATUS_OK);
  map(0x8000, 0, 1, PAGE_UNOWNED);
  assert_int_equal(frame_put(&frames, MIDDLE), STATUS_OK);
  records[MIDDLE + 2].references = FRAME_REFERENCES_MAX;
  for (frame_t first = ROW; first <= MIDDLE + 2; first++) {
    const bool later = first > MIDDLE;
    const uint64_t place = (later ? MIDDLE + 2 : MIDDLE) - first; /* of the first bad frame */
    for (uint64_t page = 0; page <= 8; page++)
      assert_refused(page * PAGE_SIZE, first, 9, 0,
                     8 - page < place ? STATUS_ALREADY_MAPPED
                     : later          ? STATUS_SATURATED
                                      : STATUS_NOT_ALLOCATED);
  }
}

static void what_is_in_the_way_is_named_page_by_page(void **state)
{
  (void)state;
  const uint64_t at = SIZE3 - SIZE2 - PAGE_SIZE;
  const frame_t frame = 262144 - 513;
  make(40);
  map(2 * SIZE3 + SIZE2, 0, 1, PAGE_UNOWNED);
  assert_refused(at, frame, 1 + 512 + pages_of(3) + 513, FLOATING, STATUS_ALREADY_MAPPED);
  map(2 * SIZE3, 0, 1, PAGE_UNOWNED);
  assert_refused(at, frame, 1 + 512 + pages_of(3) + 513, FLOATING, STATUS_SMALLER_PAGES);
  assert_refused(at, frame, 1 + 512 + pages_of(3) + 511, FLOATING, STATUS_ALREADY_MAPPED);
  map(SIZE3, 0, 3, PAGE_UNOWNED);
  assert_refused(at, frame, 1 + 512 + pages_of(3) + 513, FLOATING, STATUS_ALREADY_MAPPED);
  assert_refused(at, frame, 1 + 512 + 5, FLOATING, STATUS_LARGER_PAGE);
  map(SIZE3 - PAGE_SIZE, 0, 1, PAGE_UNOWNED);
  assert_refused(at, frame, 1 + 512 + 5, FLOATING, STATUS_SMALLER_PAGES);
  map(at, 0, 1, PAGE_UNOWNED);
  assert_refused(at, frame, 1 + 512 + 5, FLOATING, STATUS_ALREADY_MAPPED);
  assert_refused(at, frame, 1 + 512 + 5, FLOATING | PAGE_EXECUTE, STATUS_BAD_PERMISSION);
}

static void a_want_of_frames_is_named_last(void **state)
{
  (void)state;
  const uint64_t at = SIZE3 - 600 * PAGE_SIZE; /* where there are no tables */
  make(40);
  map(SIZE3, 0, 1, PAGE_UNOWNED);
  while (free_frames() > 0)
    (void)take(0);
  assert_refused(at, 3, 600, FLOATING, STATUS_OUT_OF_MEMORY);
  assert_refused(at, 3, 601, FLOATING, STATUS_ALREADY_MAPPED); /* its last page */
  assert_refused(at, MIDDLE, 5, 0, STATUS_OUT_OF_MEMORY);
  records[MIDDLE + 4].references = FRAME_REFERENCES_MAX;
  assert_refused(at, MIDDLE, 5, 0, STATUS_SATURATED);
  assert_maps(SIZE3 + PAGE_SIZE, 3, 511, FLOATING); /* none is missing */
}

/* --- Want of frames for tables --- */

/* What lies there already in a page of this size, 0 for nothing, and a range that then lacks so many tables. */
struct shortage {
  uint64_t there;
  uint32_t level;
  frame_t frame;
  uint64_t address;
  uint64_t pages;
  uint64_t missing;
};

/* Maps a range with fewer frames free than tables are missing, each number of them, and then with as many. */
static void map_with_few_frames(const struct shortage *s, uint32_t permissions)
{
  frame_t taken[FRAMES] = {0};
  size_t count = 0;
  make(60);
  const frame_t block = take(4);
  const frame_t frame = permissions < PAGE_UNOWNED ? block : s->frame;
  if (s->level > 0)
    map(s->there, 0, s->level, PAGE_UNOWNED);
  while (free_frames() > 0)
    taken[count++] = take(0);
  for (uint64_t spare = 0; spare < s->missing; spare++) {
    assert_refused(s->address, frame, s->pages, permissions, STATUS_OUT_OF_MEMORY);
    assert_int_equal(frame_put(&frames, taken[--count]), STATUS_OK);
  }
  assert_int_equal(free_frames(), s->missing);
  assert_maps(s->address, frame, s->pages, permissions);
  assert_int_equal(free_frames(), 0);
  unmap_again(s->address, s->pages);
  assert_int_equal(free_frames(), s->missing);
  if (s->level > 0)
    assert_int_equal(look(s->there).level, s->level);
  assert_int_equal(references(block), 1);
}

static void a_range_that_lacks_frames_for_its_tables_changes_nothing(void **state)
{
  (void)state;
  const uint64_t rise = 2 + 2 * 512 + 262144;
  const struct shortage unowned[] = {
      {0, 0, 0, 0x7000, 1, TABLES},
      {0, 0, UINT32_MAX, LAST, 1, TABLES},
      {0, 0, 0, SIZE2, 512, TABLES - 1},
      {0, 0, 0, SIZE3, pages_of(3), TABLES - 2},
      {0, 0, 0, SIZE3, 3 * pages_of(3), TABLES - 2},
      {0, 0, 262144 - 513, SIZE3 - SIZE2 - PAGE_SIZE, rise, TABLES + 2},
      {0, 0, 5, 2 * SIZE2 - PAGE_SIZE, 2, TABLES + 1},
      {0, 0, 5, SIZE3 - PAGE_SIZE, 2, TABLES + 2},
      {0, 0, 511, SIZE3 - PAGE_SIZE, 513, TABLES + 1}, /* 4 KiB, and 2 MiB in another table */
      {0, 0, 5, SIZE3, 20 * 512, TABLES + 19},
      {0, 1, 5, 0x1000, 511, 0},
      {0, 1, 5, 0x1000, 512, 1},
      {0, 1, 5, SIZE3 - PAGE_SIZE, 2, 3},
      {SIZE3, 1, 5, SIZE3 - PAGE_SIZE, 1, 2},
      {SIZE3, 1, 5, SIZE3 - SIZE2 - PAGE_SIZE, 513, 3},
      {SIZE2, 2, 5, 0, 512, 1},
      {SIZE2, 2, 0, SIZE3 - SIZE2, 512, 0},
      {SIZE3, 3, 5, SIZE3 - PAGE_SIZE, 1, 2},
  };
  for (size_t i = 0; i < sizeof unowned / sizeof *unowned; i++)
    map_with_few_frames(&unowned[i], FLOATING);
  for (uint32_t level = 2; level <= PAGETABLE_LEVELS;
       level++) { /* of the table that both sides lie below */
    const struct shortage owned[] = {
        {0, 0, 0, size_of(level) - 7 * PAGE_SIZE, 16, TABLES + level - 1},
        {0, 1, 0, size_of(level) - 7 * PAGE_SIZE, 16, 2 * level - 3},
        {size_of(level), 1, 0, size_of(level) - 7 * PAGE_SIZE, 7, level - 1},
        {size_of(level), 1, 0, size_of(level) + 9 * PAGE_SIZE, 16, 0},
        {0, 0, 0, UPPER + size_of(level) - 16 * PAGE_SIZE, 16, TABLES},
    };
    for (size_t i = 0; i < 5; i++)
      map_with_few_frames(&owned[i], PAGE_WRITE);
  }
}

/* --- Tables that went, others' marks, other spaces --- */

static void what_was_taken_away_is_mapped_again_before_its_flush(void **state)
{
  (void)state;
  struct seen seen;
  make(60);
  const frame_t block = take(4);
  const uint64_t at = SIZE3 - 7 * PAGE_SIZE, before = free_frames(), tables = TABLES + 2;
  assert_maps(at, block, 16, PAGE_WRITE);
  assert_int_equal(pagetable_unmap_range(&space, at, 16, &seen, &owed), STATUS_OK);
  assert_int_equal(free_frames(), before - tables);
  const frame_t went = owed.table;
  assert_maps(at, block, 15, 0); /* in new tables: those that went wait */
  assert_int_equal(free_frames(), before - 2 * tables);
  assert_int_equal(owed.table, went);
  assert_owed(at, 16, 1);
  flushed();
  assert_int_equal(free_frames(), before - tables);
  assert_pages(at, block, 15, 1, 0);
  sound();
  unmap_again(at, 15);
  assert_int_equal(free_frames(), before);
}

static void a_range_in_one_address_space_is_nothing_in_another(void **state)
{
  (void)state;
  struct pagetable other, first;
  make(60);
  const frame_t block = take(4);
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
  const uint64_t before = free_frames();
  assert_maps(SIZE2 - 8 * PAGE_SIZE, block, 16, PAGE_WRITE);
  first = space;
  space = other;
  assert_hole(0, HALF_PAGES, HALF_PAGES);
  assert_maps(SIZE2 - 4 * PAGE_SIZE, block, 16, PAGE_EXECUTE);
  assert_int_equal(references(block), 1 + 2 * 16);
  unmap_again(SIZE2 - 4 * PAGE_SIZE, 16);
  space = first;
  assert_pages(SIZE2 - 8 * PAGE_SIZE, block, 16, 1, PAGE_WRITE);
  assert_int_equal(references(block), 1 + 16);
  assert_null(pagetable_check(&other));
  pagetable_destroy(&space);
  pagetable_destroy(&other);
  assert_int_equal(references(block), 1);
  assert_int_equal(free_frames(), before + 2);
}

static void destroy_gives_back_what_ranges_mapped(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t large = take(BLOCK2 + 1);
  const uint64_t before = free_frames();
  assert_maps(3 * SIZE2, large, 1024, 0);
  assert_maps(9 * SIZE2, large + 100, 700, 0);
  assert_maps(UPPER, 0, 2 * pages_of(3) + 7, PAGE_UNOWNED);
  assert_int_equal(references(large), 1 + 2 + 700); /* no page of 2 MiB fits the second */
  pagetable_destroy(&space);
  assert_int_equal(references(large), 1);
  assert_int_equal(free_frames(), before + 1);
  assert_null(frames_check(&frames));
}

static void the_other_calls_take_a_range_as_it_was_mapped(void **state)
{
  (void)state;
  const uint64_t at = SIZE3 - SIZE2 - 2 * PAGE_SIZE, pages = 2 + 512 + 262144 + 512 + 3;
  struct seen seen;
  make(60);
  assert_maps(at, 262144 - 514, pages, FLOATING);
  mark(SIZE3, 3, 3);
  assert_int_equal(pagetable_test_and_clear_range(&space, at, pages, &seen, &owed), STATUS_OK);
  assert_true(seen.pages == pages && seen.accessed && seen.dirty);
  assert_int_equal(
      pagetable_protect_range(&space, at, pages, PAGE_UNOWNED | PAGE_EXECUTE, &seen, &owed),
      STATUS_OK);
  assert_true(seen.pages == pages && !seen.accessed && !seen.dirty);
  assert_run(at, pages, pages, 262144 - 514, PAGE_UNOWNED | PAGE_EXECUTE);
  assert_int_equal(pagetable_split(&space, SIZE3, 3), STATUS_OK);
  assert_run(at, pages, pages, 262144 - 514, PAGE_UNOWNED | PAGE_EXECUTE);
  assert_refused(at, 262144 - 514, pages, FLOATING, STATUS_ALREADY_MAPPED);
  flushed();
  unmap_again(at, pages);
  assert_int_equal(free_frames(), 60 - 2);
}

/* --- The same page by page --- */

/* What pagetable_map says of the largest page that fits at a page of the range: it is mapped, of *level, or the range is
 * to be refused so. */
static enum status map_one(struct pagetable *table, uint64_t address, frame_t frame, uint64_t left,
                           uint32_t permissions, uint32_t *level)
{
  for (*level = PAGE_LEVELS; *level > 1; --*level) {
    if (left < pages_of(*level))
      continue;
    const enum status status = pagetable_map(table, address, frame, *level, permissions);
    if (status != STATUS_MISALIGNED && status != STATUS_WRONG_ORDER)
      return status;
  }
  return pagetable_map(table, address, frame, 1, permissions);
}

/* What the range call does, page by page: those before one that is refused are taken away again. */
static enum status map_one_by_one(struct pagetable *table, uint64_t address, frame_t frame,
                                  uint64_t pages, uint32_t permissions)
{
  struct flush flush = {0};
  struct seen seen;
  if (permissions < PAGE_UNOWNED && frame + pages > frames.nframes)
    return STATUS_OUT_OF_RANGE; /* before each page is looked at */
  for (uint64_t i = 0; i < pages;) {
    uint32_t level;
    const enum status status = map_one(table, address + i * PAGE_SIZE, (frame_t)(frame + i),
                                       pages - i, permissions, &level);
    if (status != STATUS_OK) {
      if (i > 0)
        assert_int_equal(pagetable_unmap_range(table, address, i, &seen, &flush), STATUS_OK);
      pagetable_flushed(table, &flush);
      return status;
    }
    i += pages_of(level);
  }
  return STATUS_OK;
}

static void assert_alike(const struct pagetable *other, uint64_t pages)
{
  for (uint64_t page = 0; page < pages; page++) {
    struct translation a = {0}, b = {0};
    assert_int_equal(pagetable_query(&space, page * PAGE_SIZE, &a),
                     pagetable_query(other, page * PAGE_SIZE, &b));
    assert_true(a.frame == b.frame && a.permissions == b.permissions && a.level == b.level);
  }
}

/* References of all frames in use, but of tables. */
static uint64_t all_references(void)
{
  uint64_t sum = 0;
  for (frame_t f = 0; f < frames.nframes; f++)
    sum += records[f].owner == OWNER_USER ? records[f].references : 0;
  return sum;
}

/* A turn of the test below: the range in both spaces, and what has come of it. */
static enum status map_alike(struct pagetable *other, uint64_t *seed)
{
  const uint64_t scale = unit_random(seed) % 2 == 0 ? 1 : 512;
  const uint64_t first = unit_random(seed) % 1536 / scale * scale;
  const uint64_t most = unit_random(seed) % 2 == 0 ? 1024 : 64;
  const uint64_t pages = unit_random(seed) % most + 1;
  const uint32_t permissions = unit_random(seed) % 3 == 0 ? FLOATING : PAGE_WRITE;
  const uint64_t off = unit_random(seed) % 512, near = unit_random(seed) % 3;
  const uint64_t choice = unit_random(seed) % 4; /* just before a table, or in large blocks */
  const frame_t frame =
      (frame_t)(choice == 0 ? other->root - near : near * 512 + (choice == 1 ? off : first % 512));
  const uint64_t before = all_references(), tables = free_frames();
  const enum status status = map_one_by_one(other, first * PAGE_SIZE, frame, pages, permissions);
  const uint64_t owned = all_references() - before, taken = tables - free_frames();
  assert_int_equal(map_range(first * PAGE_SIZE, frame, pages, permissions), status);
  assert_int_equal(all_references() - before, 2 * owned);
  assert_int_equal(tables - free_frames(), 2 * taken);
  assert_alike(other, 5 * pages_of(2));
  sound();
  assert_null(pagetable_check(other));
  return status;
}

static void a_range_is_mapped_as_its_pages_would_be_one_by_one(void **state)
{
  (void)state;
  uint64_t seed = 11, said[STATUS_COUNT] = {0};
  struct pagetable other;
  struct seen seen;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1 - 100); /* the last are reserved */
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
  const frame_t large = take(BLOCK2), middle = take(BLOCK2 - 1), small = take(3);
  const uint64_t before = free_frames();
  for (uint32_t turn = 0; turn < 300; turn++) {
    said[map_alike(&other, &seed)]++;
    if (turn % 5 == 4)
      for (uint32_t k = 0; k < 2; k++) {
        struct pagetable *table = k == 0 ? &space : &other;
        const uint64_t at = turn % 10 == 9 ? 0 : turn % 3 * SIZE2,
                       pages = turn % 10 == 9 ? 2560 : 512;
        assert_int_equal(pagetable_unmap_range(table, at, pages, &seen, &owed), STATUS_OK);
        pagetable_flushed(table, &owed);
      }
  }
  const enum status all[] = {
      STATUS_OK,        STATUS_OUT_OF_RANGE, STATUS_NOT_ALLOCATED, STATUS_RESERVED,
      STATUS_BAD_OWNER, STATUS_LARGER_PAGE,  STATUS_SMALLER_PAGES, STATUS_ALREADY_MAPPED};
  for (size_t i = 0; i < 8; i++)
    assert_true(said[all[i]] > 1);
  assert_int_equal(pagetable_unmap_range(&space, 0, HALF_PAGES, &seen, &owed), STATUS_OK);
  flushed();
  pagetable_destroy(&other);
  assert_int_equal(free_frames(), before + 1);
  assert_true(references(large) == 1 && references(middle) == 1 && references(small) == 1);
}

/* --- The largest size --- */

static void no_page_is_larger_than_the_caller_says(void **state)
{
  (void)state;
  for (uint32_t largest = 1; largest <= PAGE_LEVELS; largest++) {
    /* 512 pages of that size, which are one of the next. */
    const uint64_t pages = largest < PAGE_LEVELS ? pages_of(largest + 1) : 2 * pages_of(largest);
    make(60);
    assert_int_equal(pagetable_map_range(&space, SIZE3, 0, pages, largest, FLOATING), STATUS_OK);
    assert_pages(SIZE3, 0, pages, largest, FLOATING);
    unmap_again(SIZE3, pages);
  }
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map_range(&space, SIZE3, block, pages_of(2), 1, 0), STATUS_OK);
  assert_int_equal(references(block), 1 + pages_of(2));
  unmap_again(SIZE3, pages_of(2));
}

static void a_largest_size_that_no_page_has_is_refused_before_all_else(void **state)
{
  (void)state;
  const uint32_t bad[] = {0, PAGE_LEVELS + 1, UINT32_MAX};
  make(60);
  for (size_t i = 0; i < 3; i++) {
    uint8_t *before = take_picture();
    assert_int_equal(pagetable_map_range(&space, 0, 0, 1, bad[i], FLOATING), STATUS_BAD_LEVEL);
    assert_int_equal(pagetable_map_range(&space, HALF, FRAMES, 0, bad[i], UINT32_MAX),
                     STATUS_BAD_LEVEL);
    assert_picture(before);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_page_is_larger_than_the_caller_says),
      cmocka_unit_test(a_largest_size_that_no_page_has_is_refused_before_all_else),
      cmocka_unit_test(an_address_that_is_not_canonical_is_named_before_all_else),
      cmocka_unit_test(an_address_inside_a_page_of_4_kib_is_misaligned_however_long_the_range_is),
      cmocka_unit_test(a_range_of_no_page_or_out_of_its_half_is_out_of_range),
      cmocka_unit_test(permissions_that_no_page_may_have_are_refused_before_the_frames),
      cmocka_unit_test(an_owned_range_ends_with_the_last_frame),
      cmocka_unit_test(an_unowned_range_ends_with_the_last_frame_number),
      cmocka_unit_test(as_many_frames_as_there_are_numbers_or_a_whole_half_is_mapped_at_once),
      cmocka_unit_test(one_page_is_a_range),
      cmocka_unit_test(permissions_of_each_kind_are_those_of_all_pages),
      cmocka_unit_test(a_range_goes_on_behind_the_last_entry_of_a_table),
      cmocka_unit_test(a_range_fills_tables_in_its_middle),
      cmocka_unit_test(the_pages_at_both_ends_of_both_halves_are_mapped),
      cmocka_unit_test(pages_beside_a_range_stay),
      cmocka_unit_test(an_unowned_range_has_the_largest_pages_that_fit),
      cmocka_unit_test(pages_are_as_large_as_both_the_address_and_the_frames_allow),
      cmocka_unit_test(a_page_that_a_range_has_not_room_for_is_cut),
      cmocka_unit_test(owned_pages_are_as_large_as_their_blocks_allow),
      cmocka_unit_test(owned_pages_of_1_gib_lie_in_their_block),
      cmocka_unit_test(an_owned_page_never_lies_in_two_blocks),
      cmocka_unit_test(a_frame_that_no_page_may_own_is_named_wherever_it_lies_in_the_range),
      cmocka_unit_test(a_block_of_the_kernel_may_be_mapped_and_a_poisoned_frame_in_use_too),
      cmocka_unit_test(a_block_has_room_for_as_many_references_as_there_are_pages_in_the_range),
      cmocka_unit_test(a_page_in_the_way_is_named_wherever_it_lies_in_the_range),
      cmocka_unit_test(a_larger_page_in_the_way_is_named_at_each_of_its_pages),
      cmocka_unit_test(a_range_whose_pages_are_small_fits_beside_others_in_their_table),
      cmocka_unit_test(
          the_first_page_that_cannot_be_mapped_is_named_and_its_frame_before_what_is_there),
      cmocka_unit_test(what_is_in_the_way_is_named_page_by_page),
      cmocka_unit_test(a_want_of_frames_is_named_last),
      cmocka_unit_test(a_range_that_lacks_frames_for_its_tables_changes_nothing),
      cmocka_unit_test(what_was_taken_away_is_mapped_again_before_its_flush),
      cmocka_unit_test(a_range_in_one_address_space_is_nothing_in_another),
      cmocka_unit_test(destroy_gives_back_what_ranges_mapped),
      cmocka_unit_test(the_other_calls_take_a_range_as_it_was_mapped),
      cmocka_unit_test(a_range_is_mapped_as_its_pages_would_be_one_by_one),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  drop();
  return failed;
}

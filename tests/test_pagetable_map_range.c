/* Ranges of pages mapped to frames in a row. */
#define _DEFAULT_SOURCE
#include "space.h"

#define UPPER (0 - HALF)               /* the first address of the upper half */
#define HALF_PAGES (HALF / PAGE_SIZE)  /* of 4 KiB, in each half */
#define LAST (0 - (uint64_t)PAGE_SIZE) /* the last page */
#define AT SIZE3 /* where most ranges begin: the first page of tables of every size */

static uint64_t pages_of(uint32_t level)
{
  return size_of(level) / PAGE_SIZE;
}

/* What must be refused so, and then everything is as it was. */
static void assert_refused(uint64_t address, frame_t frame, uint64_t pages, uint32_t permissions,
                           enum status status)
{
  uint8_t *before = take_picture();
  assert_int_equal(pagetable_map_range(&space, address, frame, pages, PAGE_LEVELS, permissions),
                   status);
  assert_picture(before);
}

/* What must be done, after which all is sound and the range translates as asked. */
static void assert_maps(uint64_t address, frame_t frame, uint64_t pages, uint32_t permissions)
{
  struct page_run run = {0};
  assert_int_equal(pagetable_map_range(&space, address, frame, pages, PAGE_LEVELS, permissions),
                   STATUS_OK);
  sound();
  assert_int_equal(pagetable_query_range(&space, address, pages, &run), STATUS_OK);
  assert_true(run.mapped && run.pages == pages && run.frame == frame);
  assert_int_equal(run.permissions, permissions);
}

/* Takes a range away again, with its tables. */
static void undo(uint64_t address, uint64_t pages)
{
  struct seen seen;
  assert_int_equal(pagetable_unmap_range(&space, address, pages, &seen, &owed), STATUS_OK);
  assert_int_equal(seen.pages, pages);
  flushed();
  sound();
}

static void assert_unmapped(uint64_t address)
{
  struct translation found;
  assert_int_equal(pagetable_query(&space, address, &found), STATUS_NOT_MAPPED);
}

static void map_one(uint64_t address, frame_t frame, uint32_t level, uint32_t permissions)
{
  assert_int_equal(pagetable_map(&space, address, frame, level, permissions), STATUS_OK);
}

/* --- What is mapped --- */

static void each_page_translates_to_its_frame_and_its_neighbours_stay(void **state)
{
  (void)state;
  const uint64_t counts[] = {1, 2, 3, 16};
  make(60);
  const frame_t block = take(4);
  for (size_t i = 0; i < 4; i++)
    for (uint64_t begin = 0; begin < 3; begin++) {
      const uint64_t at = AT + begin * PAGE_SIZE;
      if (begin > 0)
        map_one(at - PAGE_SIZE, user, 1, PAGE_WRITE);
      map_one(at + counts[i] * PAGE_SIZE, user, 1, PAGE_WRITE);
      assert_maps(at, block, counts[i], PAGE_USER);
      for (uint64_t k = 0; k < counts[i]; k++) {
        const struct translation found = look(at + k * PAGE_SIZE);
        assert_true(found.frame == block + k && found.level == 1);
        assert_true(found.permissions == PAGE_USER && !found.accessed && !found.dirty);
      }
      assert_int_equal(look(at + counts[i] * PAGE_SIZE).frame, user);
      assert_int_equal(references(block), 1 + counts[i]);
      undo(at, counts[i]);
      undo(at + counts[i] * PAGE_SIZE, 1);
      if (begin > 0)
        undo(at - PAGE_SIZE, 1);
    }
  assert_int_equal(references(block), 1);
}

static void a_range_goes_on_behind_the_last_entry_of_a_table(void **state)
{
  (void)state;
  make(60);
  const frame_t block = take(3);
  for (uint32_t level = 2; level <= PAGETABLE_LEVELS; level++) {
    const uint64_t border = level == PAGETABLE_LEVELS ? 3 * size_of(level) : 512 * size_of(level);
    const uint64_t before = free_frames();
    if (border >= HALF)
      continue;
    assert_maps(border - 3 * PAGE_SIZE, block, 8, PAGE_WRITE);
    assert_int_not_equal(table_at(border - PAGE_SIZE, 1), table_at(border, 1));
    assert_int_equal(look(border - PAGE_SIZE).frame, block + 2);
    assert_int_equal(look(border).frame, block + 3);
    undo(border - 3 * PAGE_SIZE, 8);
    assert_int_equal(free_frames(), before);
  }
}

static void a_table_is_made_once_for_all_its_pages(void **state)
{
  (void)state;
  make(60);
  const uint64_t before = free_frames();
  assert_maps(AT + 7 * PAGE_SIZE, 0, 3 * TABLE_ENTRIES, PAGE_UNOWNED | PAGE_GLOBAL);
  /* Four of the lowest level, for the range begins inside the first one. */
  assert_int_equal(before - free_frames(), TABLES - 1 + 4);
  assert_maps(AT, 1, 7, PAGE_UNOWNED);
  assert_int_equal(before - free_frames(), TABLES - 1 + 4);
  undo(AT, 7 + 3 * TABLE_ENTRIES);
  assert_int_equal(free_frames(), before);
}

/* --- Which sizes --- */

static void the_largest_pages_are_used_that_fit_address_frames_and_length(void **state)
{
  (void)state;
  make(60);
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t whole = pages_of(level), lower = pages_of(level - 1);
    const frame_t frame = (frame_t)(2 * whole);
    const uint64_t at = 4 * size_of(level);
    const uint64_t before = free_frames();
    assert_maps(at, frame, whole, PAGE_UNOWNED);
    assert_int_equal(look(at + size_of(level) - 1).level, level);
    assert_int_equal(before - free_frames(), PAGETABLE_LEVELS - level);
    undo(at, whole);
    /* A page fewer; a page of the next smaller size more at each end; both shifted alike, and not alike. */
    assert_maps(at, frame, whole - lower, PAGE_UNOWNED);
    assert_int_equal(look(at).level, level - 1);
    undo(at, whole - lower);
    assert_maps(at - size_of(level - 1), (frame_t)(frame - lower), whole + 2 * lower, PAGE_UNOWNED);
    assert_int_equal(look(at - 1).level, level - 1);
    assert_int_equal(look(at).level, level);
    assert_int_equal(look(at + size_of(level)).level, level - 1);
    undo(at - size_of(level - 1), whole + 2 * lower);
    assert_maps(at + size_of(level - 1), frame, whole, PAGE_UNOWNED);
    assert_int_equal(look(at + size_of(level)).level, level - 1);
    undo(at + size_of(level - 1), whole);
    assert_maps(at, (frame_t)(frame + lower), whole, PAGE_UNOWNED);
    assert_int_equal(look(at).level, level - 1);
    undo(at, whole);
  }
}

static void small_pages_large_ones_and_small_ones_again_make_up_one_range(void **state)
{
  (void)state;
  make(60);
  /* Three pages, two of 2 MiB up to 1 GiB, that, one of 2 MiB, and one page. */
  const uint64_t before_2m = 3, before_1g = 2 * pages_of(2);
  const uint64_t pages = before_2m + before_1g + pages_of(3) + pages_of(2) + 1;
  const frame_t frame = (frame_t)(pages_of(3) - before_1g - before_2m);
  const uint64_t at = 5 * SIZE3 - (before_1g + before_2m) * PAGE_SIZE;
  const uint32_t sizes[] = {1, 1, 1, 2, 2, 3, 2, 1};
  uint64_t where = at;
  assert_maps(at, frame, pages, PAGE_UNOWNED | PAGE_EXECUTE);
  for (size_t i = 0; i < 8; where += size_of(sizes[i]), i++) {
    assert_int_equal(look(where).level, sizes[i]);
    assert_int_equal(look(where).frame, frame + (where - at) / PAGE_SIZE);
  }
  assert_int_equal(where, at + pages * PAGE_SIZE);
  assert_unmapped(at - 1);
  assert_unmapped(where);
}

static void a_page_is_no_larger_than_the_block_of_its_frames(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const uint32_t orders[] = {BLOCK2 - 1, BLOCK2, BLOCK2 + 1};
  for (size_t i = 0; i < 3; i++) {
    const frame_t block = take(orders[i]);
    const uint64_t pages = (uint64_t)1 << orders[i];
    const uint32_t level = orders[i] < BLOCK2 ? 1 : 2;
    /* Where 2 MiB begin as often as the frames do. */
    const uint64_t at = AT + block % pages_of(2) * PAGE_SIZE;
    assert_maps(at, block, pages, PAGE_WRITE);
    assert_int_equal(look(at).level, level);
    assert_int_equal(references(block), 1 + (level == 1 ? pages : pages / pages_of(2)));
    undo(at, pages);
    assert_int_equal(references(block), 1);
    assert_maps(at, block, pages, PAGE_UNOWNED); /* what owns nothing may be larger */
    assert_int_equal(references(block), 1);
    undo(at, pages);
  }
}

static void two_blocks_in_a_row_are_one_range(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t first = take(BLOCK2 - 1), second = take(BLOCK2 - 1);
  const frame_t low = first < second ? first : second;
  const uint64_t each = (uint64_t)1 << (BLOCK2 - 1);
  assert_int_equal(low + each, first < second ? second : first);
  assert_maps(AT, low, 2 * each, 0);
  assert_int_equal(look(AT).level, 1); /* though 2 MiB would fit but for the blocks */
  assert_int_equal(references(first), 1 + each);
  assert_int_equal(references(second), 1 + each);
  undo(AT, 2 * each);
}

static void a_block_of_1_gib_is_one_page(void **state)
{
  (void)state;
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  const frame_t block = take(BLOCK3);
  assert_int_equal(pagetable_map_range(&space, AT, block, pages_of(3), PAGE_LEVELS, PAGE_WRITE),
                   STATUS_OK);
  assert_int_equal(look(AT + SIZE3 - 1).level, 3);
  assert_int_equal(references(block), 2);
  struct seen seen;
  assert_int_equal(pagetable_unmap_range(&space, AT, pages_of(3), &seen, &owed), STATUS_OK);
  assert_int_equal(references(block), 1);
}

static void no_page_is_larger_than_the_caller_says(void **state)
{
  (void)state;
  for (uint32_t largest = 1; largest <= PAGE_LEVELS; largest++) {
    /* 512 pages of that size, which are one of the next. */
    const uint64_t pages = largest < PAGE_LEVELS ? pages_of(largest + 1) : 2 * pages_of(largest);
    make(60);
    assert_int_equal(pagetable_map_range(&space, AT, 0, pages, largest, PAGE_UNOWNED), STATUS_OK);
    sound();
    for (uint64_t k = 0; k < pages; k += pages_of(largest))
      assert_int_equal(look(AT + k * PAGE_SIZE).level, largest);
    undo(AT, pages);
  }
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map_range(&space, AT, block, pages_of(2), 1, 0), STATUS_OK);
  assert_int_equal(references(block), 1 + pages_of(2));
  undo(AT, pages_of(2));
}

static void a_largest_size_that_no_page_has_is_refused_before_all_else(void **state)
{
  (void)state;
  const uint32_t bad[] = {0, PAGE_LEVELS + 1, UINT32_MAX};
  make(60);
  for (size_t i = 0; i < 3; i++) {
    uint8_t *before = take_picture();
    assert_int_equal(pagetable_map_range(&space, AT, 0, 1, bad[i], PAGE_UNOWNED), STATUS_BAD_LEVEL);
    assert_int_equal(pagetable_map_range(&space, HALF, FRAMES, 0, bad[i], UINT32_MAX),
                     STATUS_BAD_LEVEL);
    assert_picture(before);
  }
}

/* --- Ends --- */

static void a_range_may_be_all_that_is_left_of_its_half_and_not_a_page_more(void **state)
{
  (void)state;
  const uint64_t begins[] = {HALF - 5 * PAGE_SIZE, 0 - 5 * (uint64_t)PAGE_SIZE};
  make(60);
  for (size_t i = 0; i < 2; i++) {
    assert_refused(begins[i], 0, 6, PAGE_UNOWNED, STATUS_OUT_OF_RANGE);
    assert_maps(begins[i], 0, 5, PAGE_UNOWNED);
    undo(begins[i], 5);
    assert_refused(begins[i], 0, UINT64_MAX, PAGE_UNOWNED, STATUS_OUT_OF_RANGE);
  }
  assert_maps(UPPER, 0, 5, PAGE_UNOWNED);
  assert_refused(UPPER + 5 * PAGE_SIZE, 0, HALF_PAGES - 4, PAGE_UNOWNED, STATUS_OUT_OF_RANGE);
  assert_maps(0, 0, 5, PAGE_UNOWNED);
}

static void frames_that_own_nothing_go_up_to_the_last_number(void **state)
{
  (void)state;
  const frame_t last = (frame_t)(FRAMES_MAX - 1);
  make(60);
  assert_maps(AT, last, 1, PAGE_UNOWNED);
  assert_maps(AT + PAGE_SIZE, last - 2, 3, PAGE_UNOWNED);
  assert_refused(2 * SIZE3, last, 2, PAGE_UNOWNED, STATUS_OUT_OF_RANGE);
  assert_refused(2 * SIZE3, 1, FRAMES_MAX, PAGE_UNOWNED, STATUS_OUT_OF_RANGE);
  assert_refused(2 * SIZE3, 0, FRAMES_MAX + (uint64_t)1, PAGE_UNOWNED, STATUS_OUT_OF_RANGE);
}

static void frames_that_are_owned_go_up_to_the_last_one_that_there_is(void **state)
{
  (void)state;
  make(FRAMES - 1);
  const frame_t block = take(5);
  assert_int_equal(block, FRAMES / 2);
  assert_maps(AT, block + 30, 2, 0);
  assert_refused(2 * SIZE3, block + 30, 3, 0, STATUS_OUT_OF_RANGE);
  assert_refused(2 * SIZE3, FRAMES, 1, 0, STATUS_OUT_OF_RANGE);
  assert_refused(2 * SIZE3, UINT32_MAX, 1, 0, STATUS_OUT_OF_RANGE);
}

/* --- What is wrong --- */

static void what_is_wrong_is_named_in_the_order_of_the_documentation(void **state)
{
  (void)state;
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  make(60);
  const frame_t block = take(1);
  map_one(AT + PAGE_SIZE, user, 1, 0);
  assert_refused(HALF + 1, FRAMES, 0, both, STATUS_NOT_CANONICAL);
  assert_refused(AT + 1, FRAMES, 0, both, STATUS_MISALIGNED);
  assert_refused(AT, FRAMES, 0, both, STATUS_OUT_OF_RANGE);
  assert_refused(AT, FRAMES, 2, both, STATUS_BAD_PERMISSION);
  assert_refused(AT, FRAMES, 2, 0, STATUS_OUT_OF_RANGE);
  assert_refused(AT, block + 1, 2, 0, STATUS_NOT_ALLOCATED); /* also of a page that is mapped */
  assert_refused(AT, block, 2, 0, STATUS_ALREADY_MAPPED);
}

static void permissions_that_no_page_may_have_are_refused(void **state)
{
  (void)state;
  const uint32_t bad[] = {PAGE_PERMISSIONS + 1, PAGE_WRITE | PAGE_EXECUTE,
                          PAGE_UNCACHED | PAGE_WRITE_COMBINING, UINT32_MAX};
  make(60);
  for (size_t i = 0; i < 4; i++) {
    assert_refused(AT, user, 1, bad[i], STATUS_BAD_PERMISSION);
    assert_refused(AT, FRAMES, 1, bad[i], STATUS_BAD_PERMISSION);
  }
  pagetable_allow_write_execute(&space, true);
  assert_maps(AT, user, 1, PAGE_WRITE | PAGE_EXECUTE);
}

/* So many pages of a range of five may be mapped; then comes what the caller has prepared. */
static void assert_refused_there(frame_t frame, enum status status)
{
  assert_refused(AT, frame, 5, PAGE_WRITE, status);
  assert_refused(AT + (TABLE_ENTRIES - 2) * PAGE_SIZE, frame, 5, PAGE_WRITE, status);
}

static void frames_of_others_in_the_middle_of_a_range_are_refused_by_name(void **state)
{
  (void)state;
  make(FRAMES - 1);
  const frame_t block = take(1), other = take(0);
  assert_int_equal(other + 1, block);
  /* Frame 0 is reserved. */
  assert_refused(AT, block, 3, 0, STATUS_NOT_ALLOCATED);
  assert_int_equal(frames_reserve(&frames, block + 2, 1), STATUS_OK);
  assert_refused_there(other, STATUS_RESERVED);
  assert_refused(AT, 0, 3, 0, STATUS_RESERVED);
  assert_int_equal(frames_release(&frames, block + 2, 1), STATUS_OK);
  assert_refused_there(other, STATUS_NOT_ALLOCATED);
  assert_refused(AT, space.root, 1, 0, STATUS_BAD_OWNER);
  assert_maps(AT, other, 3, 0);
  assert_int_equal(references(other), 2);
  assert_int_equal(references(block), 3);
}

static void a_table_among_the_frames_of_a_range_is_refused(void **state)
{
  (void)state;
  make(60);
  map_one(AT, user, 1, 0);
  for (frame_t f = 1; f < FRAMES; f++)
    if (records[f].owner >= OWNER_TABLE1) {
      assert_refused(2 * SIZE3, f, 1, 0, STATUS_BAD_OWNER);
      assert_maps(2 * SIZE3, f, 1, PAGE_UNOWNED); /* nobody is asked then */
      undo(2 * SIZE3, 1);
    }
}

static void a_block_without_room_for_as_many_references_as_pages_is_refused(void **state)
{
  (void)state;
  make(60);
  const frame_t block = take(3);
  for (uint32_t room = 1; room < 9; room++) {
    records[block].references = FRAME_REFERENCES_MAX - 1 - room;
    for (uint64_t pages = 1; pages <= 8; pages++)
      if (pages > room)
        assert_refused(AT, block, pages, 0, STATUS_SATURATED);
    records[block].references = FRAME_REFERENCES_MAX - 1 - room;
    assert_int_equal(pagetable_map_range(&space, AT, block, room < 8 ? room : 8, PAGE_LEVELS, 0),
                     STATUS_OK);
    records[block].references = 9;
    undo(AT, room < 8 ? room : 8);
  }
  records[block].references = FRAME_REFERENCES_MAX;
  assert_refused(AT, block + 1, 1, 0, STATUS_SATURATED);
}

static void a_page_in_the_way_refuses_all_of_a_range(void **state)
{
  (void)state;
  make(60);
  for (uint64_t k = 0; k < 5; k++) {
    map_one(AT + k * PAGE_SIZE, user, 1, 0);
    assert_refused(AT, 1, 5, PAGE_UNOWNED, STATUS_ALREADY_MAPPED);
    if (k > 0)
      assert_maps(AT, 1, k, PAGE_UNOWNED);
    undo(AT, k + 1);
  }
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t at = 4 * size_of(level);
    map_one(at, 0, level, PAGE_UNOWNED);
    assert_refused(at - 2 * PAGE_SIZE, 1, 5, PAGE_UNOWNED, STATUS_LARGER_PAGE);
    assert_refused(at + PAGE_SIZE, 1, 5, PAGE_UNOWNED, STATUS_LARGER_PAGE);
    assert_refused(at, 0, pages_of(level), PAGE_UNOWNED, STATUS_ALREADY_MAPPED);
    assert_refused(at - size_of(level), 0, 2 * pages_of(level), PAGE_UNOWNED,
                   STATUS_ALREADY_MAPPED);
    undo(at, pages_of(level));
  }
}

static void a_table_where_a_large_page_belongs_refuses_all_of_a_range(void **state)
{
  (void)state;
  make(60);
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t at = 4 * size_of(level), last = at + size_of(level) - size_of(level - 1);
    map_one(last, 0, level - 1, PAGE_UNOWNED);
    assert_refused(at, 0, pages_of(level), PAGE_UNOWNED, STATUS_SMALLER_PAGES);
    assert_refused(at - size_of(level), 0, 3 * pages_of(level), PAGE_UNOWNED, STATUS_SMALLER_PAGES);
    /* In smaller pages it fits beside that. */
    assert_maps(at, 0, pages_of(level) - pages_of(level - 1), PAGE_UNOWNED);
    undo(at, pages_of(level));
  }
}

/* --- Memory --- */

/* Leaves so many frames free. */
static void leave(uint64_t count)
{
  while (free_frames() > count)
    (void)take(0);
}

static void without_memory_for_all_its_tables_a_range_makes_none(void **state)
{
  (void)state;
  const uint64_t ranges[][2] = {
      {AT, 1},                    /* one table of each level */
      {AT, TABLE_ENTRIES + 1},    /* one more of the lowest level */
      {2 * SIZE3 - PAGE_SIZE, 2}, /* and of the next one */
      {2 * SIZE3 - 5 * SIZE2,
       9 * TABLE_ENTRIES}, /* over the border, but for frames that fit none */
  };
  const uint64_t needs[] = {TABLES, TABLES + 1, TABLES + 2, TABLES - 2 + 2 + 9};
  for (size_t i = 0; i < 4; i++)
    for (uint64_t left = 0; left <= needs[i]; left++) {
      make(60);
      leave(left);
      if (left < needs[i]) {
        assert_refused(ranges[i][0], 1, ranges[i][1], PAGE_UNOWNED, STATUS_OUT_OF_MEMORY);
        continue;
      }
      assert_maps(ranges[i][0], 1, ranges[i][1], PAGE_UNOWNED);
      assert_int_equal(free_frames(), 0);
      undo(ranges[i][0], ranges[i][1]);
      assert_int_equal(free_frames(), needs[i]);
    }
}

static void tables_that_wait_for_a_flush_are_not_free(void **state)
{
  (void)state;
  make(60);
  leave(TABLES);
  assert_maps(AT, 1, 5, PAGE_UNOWNED);
  struct seen seen;
  assert_int_equal(pagetable_unmap_range(&space, AT, 5, &seen, &owed), STATUS_OK);
  assert_refused(AT, 1, 5, PAGE_UNOWNED, STATUS_OUT_OF_MEMORY);
  flushed();
  assert_maps(AT, 1, 5, PAGE_UNOWNED);
}

static void a_page_in_the_way_is_named_before_want_of_memory(void **state)
{
  (void)state;
  make(60);
  map_one(2 * SIZE3, user, 1, 0);
  leave(0);
  assert_refused(2 * SIZE3 - PAGE_SIZE, 1, 2, PAGE_UNOWNED, STATUS_ALREADY_MAPPED);
  assert_refused(2 * SIZE3 - PAGE_SIZE, 1, 1, PAGE_UNOWNED, STATUS_OUT_OF_MEMORY);
}

static void a_range_that_is_mapped_owes_nothing_and_comes_and_goes_without_loss(void **state)
{
  (void)state;
  uint64_t seed = 3;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t block = take(BLOCK2 + 1);
  const uint64_t before = free_frames();
  for (uint32_t i = 0; i < 40; i++) {
    const frame_t frame = (frame_t)(block + unit_random(&seed) % 1000);
    const uint64_t pages = 1 + unit_random(&seed) % (block + 1024 - frame);
    const uint64_t at = AT + unit_random(&seed) % 3000 * PAGE_SIZE;
    assert_maps(at, frame, pages, PAGE_WRITE);
    assert_int_equal(owed.pages, 0);
    assert_unmapped(at - PAGE_SIZE);
    assert_unmapped(at + pages * PAGE_SIZE);
    undo(at, pages);
    assert_int_equal(free_frames(), before);
    assert_int_equal(references(block), 1);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_page_translates_to_its_frame_and_its_neighbours_stay),
      cmocka_unit_test(a_range_goes_on_behind_the_last_entry_of_a_table),
      cmocka_unit_test(a_table_is_made_once_for_all_its_pages),
      cmocka_unit_test(the_largest_pages_are_used_that_fit_address_frames_and_length),
      cmocka_unit_test(small_pages_large_ones_and_small_ones_again_make_up_one_range),
      cmocka_unit_test(a_page_is_no_larger_than_the_block_of_its_frames),
      cmocka_unit_test(two_blocks_in_a_row_are_one_range),
      cmocka_unit_test(a_block_of_1_gib_is_one_page),
      cmocka_unit_test(no_page_is_larger_than_the_caller_says),
      cmocka_unit_test(a_largest_size_that_no_page_has_is_refused_before_all_else),
      cmocka_unit_test(a_range_may_be_all_that_is_left_of_its_half_and_not_a_page_more),
      cmocka_unit_test(frames_that_own_nothing_go_up_to_the_last_number),
      cmocka_unit_test(frames_that_are_owned_go_up_to_the_last_one_that_there_is),
      cmocka_unit_test(what_is_wrong_is_named_in_the_order_of_the_documentation),
      cmocka_unit_test(permissions_that_no_page_may_have_are_refused),
      cmocka_unit_test(frames_of_others_in_the_middle_of_a_range_are_refused_by_name),
      cmocka_unit_test(a_table_among_the_frames_of_a_range_is_refused),
      cmocka_unit_test(a_block_without_room_for_as_many_references_as_pages_is_refused),
      cmocka_unit_test(a_page_in_the_way_refuses_all_of_a_range),
      cmocka_unit_test(a_table_where_a_large_page_belongs_refuses_all_of_a_range),
      cmocka_unit_test(without_memory_for_all_its_tables_a_range_makes_none),
      cmocka_unit_test(tables_that_wait_for_a_flush_are_not_free),
      cmocka_unit_test(a_page_in_the_way_is_named_before_want_of_memory),
      cmocka_unit_test(a_range_that_is_mapped_owes_nothing_and_comes_and_goes_without_loss),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  drop();
  return failed;
}

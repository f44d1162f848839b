/* Ranges of pages: unmapped, protected, tested and cleared, and asked for. */
#define _DEFAULT_SOURCE
#include "space.h"

#define GIVEN (PAGE_UNOWNED | PAGE_GLOBAL) /* by the protecting call, where nothing else is said */

/* The calls that change a range, and owe a flush for it. */
enum call { UNMAP, PROTECT, CLEAR, CALLS };

static enum status change(enum call call, struct pagetable *table, uint64_t address, uint64_t pages,
                          uint32_t permissions, struct seen *seen)
{
  if (call == UNMAP)
    return pagetable_unmap_range(table, address, pages, seen, &owed);
  if (call == PROTECT)
    return pagetable_protect_range(table, address, pages, permissions, seen, &owed);
  return pagetable_test_and_clear_range(table, address, pages, seen, &owed);
}

/* A call that must be refused so, and then everything is as it was. */
static void assert_refuses(enum call call, uint64_t address, uint64_t pages, uint32_t permissions,
                           enum status status)
{
  struct seen seen = {7, true, false};
  uint8_t *before = take_picture();
  assert_int_equal(change(call, &space, address, pages, permissions, &seen), status);
  assert_picture(before);
  assert_true(seen.pages == 7 && seen.accessed && !seen.dirty);
}

static void assert_changes_refused(uint64_t address, uint64_t pages, enum status status)
{
  for (enum call call = UNMAP; call < CALLS; call++)
    assert_refuses(call, address, pages, GIVEN, status);
}

/* The same of all four calls. */
static void assert_all_refused(uint64_t address, uint64_t pages, enum status status)
{
  struct page_run run = {7, true, 8, 9};
  assert_changes_refused(address, pages, status);
  uint8_t *before = take_picture();
  assert_int_equal(pagetable_query_range(&space, address, pages, &run), status);
  assert_picture(before);
  assert_true(run.pages == 7 && run.mapped && run.frame == 8 && run.permissions == 9);
}

/* A call that must be done, after which all is sound: so many pages were mapped, with these marks (bit 0: one was
 * accessed, bit 1: one was dirty). */
static void assert_protects(uint64_t address, uint64_t pages, uint32_t permissions, uint64_t mapped,
                            uint32_t marks)
{
  struct seen seen = {UINT64_MAX, marks % 2 == 0, marks < 2};
  assert_int_equal(pagetable_protect_range(&space, address, pages, permissions, &seen, &owed),
                   STATUS_OK);
  assert_int_equal(seen.pages, mapped);
  assert_int_equal(seen.accessed, marks % 2 != 0);
  assert_int_equal(seen.dirty, marks >= 2);
  sound();
}

static void assert_changes(enum call call, uint64_t address, uint64_t pages, uint64_t mapped,
                           uint32_t marks)
{
  struct seen seen = {UINT64_MAX, marks % 2 == 0, marks < 2};
  assert_int_equal(change(call, &space, address, pages, GIVEN, &seen), STATUS_OK);
  assert_int_equal(seen.pages, mapped);
  assert_int_equal(seen.accessed, marks % 2 != 0);
  assert_int_equal(seen.dirty, marks >= 2);
  sound();
}

/* --- What is wrong with a range --- */

static void an_address_that_is_not_canonical_is_named_before_all_else(void **state)
{
  (void)state;
  const uint64_t bad[] = {HALF, HALF + 1, UPPER - 1, UPPER - PAGE_SIZE, (uint64_t)1 << 63};
  const uint64_t pages[] = {0, 1, HALF_PAGES, UINT64_MAX};
  make_each_size();
  for (size_t i = 0; i < 5; i++)
    for (size_t k = 0; k < 4; k++) {
      assert_all_refused(bad[i], pages[k], STATUS_NOT_CANONICAL);
      assert_refuses(PROTECT, bad[i], pages[k], PAGE_PERMISSIONS, STATUS_NOT_CANONICAL);
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
      assert_all_refused(bad[i], pages[k], STATUS_MISALIGNED);
      assert_refuses(PROTECT, bad[i], pages[k], PAGE_PERMISSIONS, STATUS_MISALIGNED);
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
      assert_all_refused(begins[i], bad[k], STATUS_OUT_OF_RANGE);
      assert_refuses(PROTECT, begins[i], bad[k], PAGE_PERMISSIONS, STATUS_OUT_OF_RANGE);
    }
    (void)run_at(begins[i], room);
  }
}

static void permissions_that_no_page_may_have_are_refused_also_for_holes(void **state)
{
  (void)state;
  const uint32_t bad[] = {PAGE_PERMISSIONS + 1, PAGE_WRITE | PAGE_EXECUTE,
                          PAGE_UNCACHED | PAGE_WRITE_COMBINING, UINT32_MAX};
  make_each_size();
  for (size_t i = 0; i < 4; i++) {
    assert_refuses(PROTECT, 0, 1, bad[i], STATUS_BAD_PERMISSION);
    assert_refuses(PROTECT, PAGE_SIZE, 1, bad[i], STATUS_BAD_PERMISSION);
    assert_refuses(PROTECT, SIZE2 + PAGE_SIZE, 1, bad[i], STATUS_BAD_PERMISSION); /* and cut */
  }
  assert_refuses(PROTECT, SIZE2 + PAGE_SIZE, 1, 0, STATUS_LARGER_PAGE); /* before whose it is */
  assert_refuses(PROTECT, 0, HALF_PAGES, 0, STATUS_BAD_PERMISSION);
}

static void a_page_that_reaches_over_an_end_is_refused_and_one_inside_is_not(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t size = size_of(level), at = 3 * size, whole = pages_of(level);
    const uint64_t cut[][2] = {{at, 1},
                               {at, whole - 1},
                               {at + PAGE_SIZE, 1},
                               {at + PAGE_SIZE, whole - 1},
                               {at + PAGE_SIZE, whole - 2},
                               {at + size - PAGE_SIZE, 1},
                               {at + size - PAGE_SIZE, 2},
                               {at + size / 2, whole},
                               {at - PAGE_SIZE, 2},
                               {at - PAGE_SIZE, whole},
                               {0, 3 * whole + 1},
                               {0, 4 * whole - 1}};
    make(20);
    map(at, 0, level, PAGE_UNOWNED);
    for (size_t i = 0; i < 12; i++) {
      assert_changes_refused(cut[i][0], cut[i][1], STATUS_LARGER_PAGE);
      assert_int_equal(run_at(cut[i][0], cut[i][1]).mapped, cut[i][0] >= at);
    }
    const uint64_t whole_in[][2] = {
        {at, whole}, {at - PAGE_SIZE, whole + 2}, {0, 4 * whole}, {at, HALF_PAGES - 3 * whole}};
    for (size_t i = 0; i < 4; i++)
      assert_changes(PROTECT, whole_in[i][0], whole_in[i][1], whole, 0);
    assert_changes(UNMAP, at - PAGE_SIZE, 1, 0, 0); /* beside it */
    assert_changes(UNMAP, at + size, 1, 0, 0);
    assert_changes(UNMAP, at, whole, whole, 0);
    assert_unmapped(at);
  }
}

static void a_page_cut_by_an_end_is_changed_in_pieces_once_it_is_split(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t piece = size_of(level - 1), each = pages_of(level - 1);
    make(20);
    map(0, 0, level, PAGE_UNOWNED);
    assert_changes_refused(100 * piece, 100 * each, STATUS_LARGER_PAGE);
    assert_int_equal(pagetable_split(&space, 0, level), STATUS_OK);
    assert_changes(UNMAP, 100 * piece, 100 * each, 100 * each, 0);
    assert_owed(100 * piece, 100 * each, level - 1);
    assert_false(owed.tables);
    assert_run(0, pages_of(level), 100 * each, 0, PAGE_UNOWNED);
    assert_hole(100 * piece, pages_of(level), 100 * each);
    assert_run(200 * piece, 312 * each, 312 * each, (frame_t)(200 * each), PAGE_UNOWNED);
  }
}

/* --- Holes, halves and tables --- */

static void a_range_with_nothing_in_it_is_done_and_owes_nothing(void **state)
{
  (void)state;
  const uint64_t ranges[][2] = {{0, 1}, {0, HALF_PAGES}, {UPPER, HALF_PAGES}, {LAST, 1}};
  make(20);
  owed = (struct flush){5, 6, 7, true, 8};
  for (uint32_t full = 0; full < 2; full++) {
    if (full == 1)
      map(0x5000, user, 1, 0); /* then beside a page, with all tables there */
    for (enum call call = UNMAP; call < CALLS; call++)
      for (size_t i = 0; i < 4; i++) {
        uint8_t *before = take_picture();
        assert_changes(call, full == 1 ? 0x6000 : ranges[i][0], full == 1 ? 9 : ranges[i][1], 0, 0);
        assert_picture(before);
      }
  }
  assert_hole(UPPER, HALF_PAGES, HALF_PAGES);
}

static void pages_of_all_sizes_go_with_one_call_and_holes_are_passed_over(void **state)
{
  (void)state;
  const uint64_t all = 2 * SIZE3 / PAGE_SIZE;
  make_each_size();
  const uint64_t before = free_frames();
  assert_changes(UNMAP, 0, all, 1 + pages_of(2) + pages_of(3), 0);
  assert_unmapped(0);
  assert_unmapped(SIZE2);
  assert_unmapped(2 * SIZE3 - 1);
  assert_owed(0, all, 1);
  assert_true(owed.tables);
  assert_int_equal(free_frames(), before); /* tables wait for the flush */
  flushed();
  assert_int_equal(free_frames(), 40 - 2);
  sound();
}

static void pages_beside_a_range_stay(void **state)
{
  (void)state;
  make(40);
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t size = size_of(level), at = 4 * SIZE3 + 8 * size;
    for (uint64_t i = 0; i < 5; i++)
      map(at + i * size, (frame_t)(i * pages_of(level)), level, PAGE_UNOWNED | PAGE_WRITE);
    assert_changes(CLEAR, at + size, 3 * pages_of(level), 3 * pages_of(level), 0);
    assert_changes(PROTECT, at + size, 3 * pages_of(level), 3 * pages_of(level), 0);
    assert_run(at, 5 * pages_of(level), pages_of(level), 0, PAGE_UNOWNED | PAGE_WRITE);
    assert_changes(UNMAP, at + size, 3 * pages_of(level), 3 * pages_of(level), 0);
    assert_hole(at + size, 4 * pages_of(level), 3 * pages_of(level));
    for (uint64_t i = 0; i < 5; i += 4)
      assert_int_equal(look(at + i * size).permissions, PAGE_UNOWNED | PAGE_WRITE);
    flushed();
  }
}

static void a_range_goes_on_behind_the_last_entry_of_a_table(void **state)
{
  (void)state;
  const uint64_t at = 3 * SIZE3 - 2 * PAGE_SIZE; /* also the last entry of the table above */
  for (enum call call = UNMAP; call < CALLS; call++) {
    make(40);
    for (uint64_t i = 0; i < 4; i++) {
      map(at + i * PAGE_SIZE, 0, 1, PAGE_UNOWNED);
      mark(at + i * PAGE_SIZE, 1, i == 3 ? 3 : 0); /* nothing to clear but behind the border */
    }
    assert_changes(call, at, 3, 3, 0);
    assert_changes(call, at + PAGE_SIZE, 3, call == UNMAP ? 1 : 3, 3);
    assert_owed(call == UNMAP ? at : at + (call == CLEAR ? 1 : 0) * PAGE_SIZE,
                call == CLEAR ? 3 : 4, 1);
  }
}

static void tables_emptied_in_the_middle_of_a_range_wait_for_the_flush_and_are_free(void **state)
{
  (void)state;
  make(40);
  map(SIZE2 - 2 * PAGE_SIZE, user, 1, 0);
  for (uint64_t i = 0; i <= TABLE_ENTRIES + 1; i++)
    map(SIZE2 - PAGE_SIZE + i * PAGE_SIZE, user, 1, 0);
  map(2 * SIZE2 + PAGE_SIZE, user, 1, 0);
  const frame_t middle = table_at(SIZE2, 1);
  const uint64_t before = free_frames();
  assert_int_equal(references(user), 1 + TABLE_ENTRIES + 4);
  assert_changes(UNMAP, SIZE2 - PAGE_SIZE, TABLE_ENTRIES + 2, TABLE_ENTRIES + 2, 0);
  assert_owed(SIZE2 - PAGE_SIZE, TABLE_ENTRIES + 2, 1);
  assert_int_equal(references(user), 1 + 2);
  assert_int_equal(free_frames(), before);
  assert_true(owed.tables && owed.table == middle && records[middle].parent == middle);
  flushed();
  assert_int_equal(free_frames(), before + 1);
  assert_int_equal(records[middle].owner, OWNER_FREE);
  assert_int_equal(look(SIZE2 - 2 * PAGE_SIZE).frame, user);
  assert_int_equal(look(2 * SIZE2 + PAGE_SIZE).frame, user);
  sound();
}

static void branches_that_go_with_their_last_page_do_not_end_a_range(void **state)
{
  (void)state;
  make(60);
  uint64_t pages = 0;
  for (uint32_t level = 2; level <= PAGETABLE_LEVELS; level++) /* each in a table of its own */
    for (uint64_t i = 1; i < 4; i++, pages++)
      map(i * size_of(level) + (i - 1) * 255 * PAGE_SIZE, user, 1, PAGE_WRITE);
  assert_changes(UNMAP, 0, HALF_PAGES, pages, 0);
  assert_owed(0, HALF_PAGES, 1);
  assert_int_equal(references(user), 1);
  flushed();
  assert_int_equal(free_frames(), 60 - 2);
  sound();
}

static void a_half_goes_whole_and_the_other_one_stays(void **state)
{
  (void)state;
  for (uint32_t turn = 0; turn < 2; turn++) {
    const uint64_t half = turn == 0 ? 0 : UPPER, other = turn == 0 ? UPPER : 0;
    make(60);
    for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
      for (uint32_t end = 0; end < 2; end++) { /* at both ends of both halves */
        const uint64_t at = end == 0 ? 4 * size_of(level) : HALF - 2 * size_of(level);
        map(half + at, 0, level, PAGE_UNOWNED);
        map(other + at, 0, level, PAGE_UNOWNED);
      }
    map(half + HALF - PAGE_SIZE, user, 1, 0);
    map(other, user, 1, 0);
    map(other + HALF - PAGE_SIZE, user, 1, 0);
    const uint64_t pages = 2 * (pages_of(1) + pages_of(2) + pages_of(3));
    assert_changes(CLEAR, half, HALF_PAGES, pages + 1, 0);
    assert_changes(UNMAP, half, HALF_PAGES, pages + 1, 0);
    assert_owed(half, HALF_PAGES, 1);
    flushed();
    assert_hole(half, HALF_PAGES, HALF_PAGES);
    assert_int_equal(references(user), 3);
    assert_changes(UNMAP, other, HALF_PAGES, pages + 2, 0);
    flushed();
    assert_int_equal(free_frames(), 60 - 2);
    sound();
  }
}

static void a_range_may_end_at_the_last_page_of_its_half(void **state)
{
  (void)state;
  const uint64_t ends[] = {HALF, 0};
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
    for (uint32_t i = 0; i < 2; i++)
      for (enum call call = UNMAP; call < CALLS; call++) {
        const uint64_t at = ends[i] - size_of(level);
        make(40);
        map(at, 0, level, PAGE_UNOWNED);
        map(UPPER, 0, level, PAGE_UNOWNED); /* what follows the lower half is no part of it */
        mark(at, level, 3);
        assert_changes(call, at - PAGE_SIZE, pages_of(level) + 1, pages_of(level), 3);
        assert_owed(at - PAGE_SIZE, pages_of(level) + 1, level);
        assert_int_equal(look(UPPER).permissions, PAGE_UNOWNED);
        flushed();
      }
}

/* --- References --- */

static void each_page_that_goes_drops_its_one_reference(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t large = take(BLOCK2), small = take(3);
  map(SIZE2, large, 2, 0);
  map(0x1000, small, 1, 0);
  map(0x3000, small + 7, 1, PAGE_WRITE);
  map(2 * SIZE2, large + 300, 1, 0);
  map(2 * SIZE2 + PAGE_SIZE, small + 1, 1, 0);
  assert_int_equal(references(large), 3);
  assert_int_equal(references(small), 4);
  assert_changes(UNMAP, 0, 2 * pages_of(2), pages_of(2) + 2, 0);
  assert_int_equal(references(large), 2);
  assert_int_equal(references(small), 2);
  assert_int_equal(frame_put(&frames, small), STATUS_OK);
  assert_int_equal(records[small].owner, OWNER_USER);
  assert_changes(UNMAP, 0, 3 * pages_of(2), 2, 0);
  assert_int_equal(records[small].owner, OWNER_FREE); /* a page's frame waits for no flush */
  assert_int_equal(references(large), 1);
  flushed();
  assert_int_equal(free_frames(), LARGE_FRAMES - 1 - 2 - (1 << BLOCK2));
  sound();
}

static void a_pinned_frame_stays_pinned_when_all_its_pages_go(void **state)
{
  (void)state;
  make(20);
  map(0x1000, user, 1, 0);
  map(0x3000, user, 1, 0);
  records[user].references = FRAME_REFERENCES_MAX;
  assert_changes(UNMAP, 0, 9, 2, 0);
  assert_int_equal(references(user), FRAME_REFERENCES_MAX);
  assert_int_equal(records[user].owner, OWNER_USER);
}

static void a_frame_that_others_gave_back_is_left_alone_in_a_range(void **state)
{
  (void)state;
  struct seen seen;
  make(20);
  map(0x1000, user, 1, 0);
  map(0x2000, 3, 1, PAGE_UNOWNED);
  assert_int_equal(frame_put(&frames, user), STATUS_OK);
  assert_int_equal(frame_put(&frames, user), STATUS_OK); /* the mapping's */
  assert_int_equal(pagetable_unmap_range(&space, 0, 9, &seen, &owed), STATUS_OK);
  assert_int_equal(seen.pages, 2);
  flushed();
  assert_int_equal(free_frames(), 19);
  sound();
}

/* --- Permissions --- */

static void protect_gives_all_pages_of_a_range_the_same_permissions_and_keeps_the_rest(void **state)
{
  (void)state;
  const uint32_t given = PAGE_UNOWNED | PAGE_EXECUTE | PAGE_USER;
  make(40);
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
    for (uint32_t seen = 0; seen < 4; seen++) {
      const uint64_t at = (4 + seen) * size_of(level);
      map(at, 262144, level, PAGE_UNOWNED | (seen % 2 == 0 ? PAGE_WRITE : PAGE_UNCACHED));
      mark(at, level, seen);
    }
  const uint64_t before = free_frames();
  assert_protects(0, 8 * pages_of(3), given, 4 * (pages_of(1) + pages_of(2) + pages_of(3)), 3);
  assert_owed(0, 8 * pages_of(3), 1);
  assert_false(owed.tables);
  assert_int_equal(free_frames(), before);
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
    for (uint32_t seen = 0; seen < 4; seen++) {
      const struct translation found = look((4 + seen) * size_of(level) + size_of(level) / 2);
      assert_int_equal(found.permissions, given);
      assert_int_equal(found.level, level);
      assert_int_equal(found.frame, 262144 + pages_of(level) / 2);
      assert_int_equal(seen_of(found), seen);
    }
}

static void what_protect_has_seen_is_told_of_the_range_alone(void **state)
{
  (void)state;
  make(40);
  for (uint64_t i = 0; i < 4; i++) {
    map(i * PAGE_SIZE, 0, 1, PAGE_UNOWNED);
    mark(i * PAGE_SIZE, 1, (uint32_t)i);
  }
  for (uint32_t i = 0; i < 4; i++)
    assert_protects(i * PAGE_SIZE, 1, PAGE_UNOWNED | PAGE_WRITE, 1, i);
  assert_protects(0x1000, 2, PAGE_UNOWNED, 2, 3); /* one of each */
}

static void owned_and_unowned_pages_in_one_range_are_refused(void **state)
{
  (void)state;
  make_machine(FRAMES, 40);
  for (uint32_t first = 0; first < 2;
       first++) { /* what comes first is the owned page, or the other one */
    const uint64_t at = first * SIZE3, large = at + 2 * SIZE2;
    map(at + 0x1000, user, 1, first == 0 ? PAGE_WRITE : PAGE_UNOWNED);
    map(at + 0x9000, user, 1, first == 0 ? PAGE_UNOWNED : PAGE_WRITE);
    map(large, 0, 2, PAGE_UNOWNED);
    owed = (struct flush){5, 6, 1, false, 0};
    const uint32_t kinds[] = {0, PAGE_UNOWNED};
    for (uint32_t i = 0; i < 2; i++) {
      assert_refuses(PROTECT, at, 10, kinds[i], STATUS_BAD_PERMISSION);
      assert_refuses(PROTECT, at + 0x1000, 9, kinds[i], STATUS_BAD_PERMISSION);
      assert_refuses(PROTECT, at, 3 * pages_of(2), kinds[i], STATUS_BAD_PERMISSION);
    }
    assert_refuses(PROTECT, at, 9, kinds[1 - first], STATUS_BAD_PERMISSION);
    assert_refuses(PROTECT, large, pages_of(2), 0, STATUS_BAD_PERMISSION);
    assert_protects(at, 9, kinds[first], 1, 0); /* each by itself */
    assert_protects(at + 0x2000, 8, kinds[1 - first], 1, 0);
    assert_int_equal(look(at + 0x1000).permissions, kinds[first]);
    assert_int_equal(look(at + 0x9000).permissions, kinds[1 - first]);
  }
  assert_int_equal(references(user), 3);
}

static void writable_and_executable_at_once_is_given_where_that_is_allowed(void **state)
{
  (void)state;
  const uint32_t both = PAGE_UNOWNED | PAGE_WRITE | PAGE_EXECUTE;
  make_each_size();
  assert_refuses(PROTECT, 0, 2 * pages_of(3), both, STATUS_BAD_PERMISSION);
  pagetable_allow_write_execute(&space, true);
  assert_protects(0, pages_of(3), both, 1 + pages_of(2), 0);
  pagetable_allow_write_execute(&space, false);
  assert_refuses(PROTECT, 0, pages_of(3), both, STATUS_BAD_PERMISSION);
  mark(SIZE2, 2, 3);
  assert_changes(CLEAR, 0, pages_of(3), 1 + pages_of(2), 3); /* asks for no permission */
  assert_int_equal(look(SIZE2).permissions, both);
  assert_int_equal(look(SIZE3).permissions, PAGE_UNOWNED);
}

/* --- Accessed and dirty --- */

static void accessed_and_dirty_of_any_page_are_told_and_all_are_cleared(void **state)
{
  (void)state;
  const uint64_t all = 8 * pages_of(3);
  for (uint32_t marked = 1; marked <= PAGE_LEVELS; marked++)
    for (uint32_t seen = 0; seen < 4; seen++) {
      make_each_size();
      const uint64_t at = marked == 1 ? 0 : size_of(marked);
      mark(at, marked, seen);
      assert_changes(CLEAR, 0, all, 1 + pages_of(2) + pages_of(3), seen);
      assert_int_equal(seen_of(look(at)), 0);
      assert_owed(0, seen == 0 ? 0 : all,
                  seen == 0 ? 0 : 1); /* the smallest page, not the used one */
      assert_false(owed.tables);
      assert_changes(CLEAR, 0, all, 1 + pages_of(2) + pages_of(3), 0);
      assert_int_equal(look(at).permissions, PAGE_UNOWNED);
      assert_int_equal(look(at + size_of(marked) - 1).frame, pages_of(marked) - 1);
    }
}

static void one_page_accessed_and_another_dirty_are_told_together(void **state)
{
  (void)state;
  make_each_size();
  mark(0, 1, 1);
  mark(SIZE3, 3, 2);
  assert_changes(CLEAR, 0, 8 * pages_of(3), 1 + pages_of(2) + pages_of(3), 3);
  mark(0, 1, 1);
  mark(SIZE2, 2, 2);
  assert_changes(CLEAR, PAGE_SIZE, 8 * pages_of(2), pages_of(2), 2); /* not the page beside */
  assert_int_equal(seen_of(look(0)), 1);
}

/* --- What is owed --- */

static void a_range_owes_the_size_of_its_smallest_page(void **state)
{
  (void)state;
  for (enum call call = UNMAP; call < CALLS; call++)
    for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
      make(40);
      map(3 * SIZE3 + size_of(level), 0, level,
          PAGE_UNOWNED); /* none of its neighbours is smaller */
      map(5 * SIZE3, 0, 3, PAGE_UNOWNED);
      mark(5 * SIZE3, 3, 1);
      assert_changes(call, 3 * SIZE3, 3 * pages_of(3), pages_of(level) + pages_of(3), 1);
      assert_owed(3 * SIZE3, 3 * pages_of(3), level);
      flushed();
    }
}

static void a_range_is_added_to_what_is_owed_already(void **state)
{
  (void)state;
  for (enum call call = UNMAP; call < CALLS; call++) {
    make(40);
    owe_page(0x5000, 1);
    map(4 * SIZE2, 0, 2, PAGE_UNOWNED);
    mark(4 * SIZE2, 2, 3);
    assert_changes(call, 3 * SIZE2, 3 * pages_of(2), pages_of(2), 3);
    assert_owed(0x5000, 6 * pages_of(2) - 5, 1);
    flushed();
    owe_page(7 * SIZE3, 3);
    map(UPPER, 0, 2, PAGE_UNOWNED);
    mark(UPPER, 2, 3);
    assert_changes(call, UPPER, 9 * pages_of(2), pages_of(2), 3); /* follows the lower half */
    assert_owed(7 * SIZE3, HALF_PAGES - 7 * pages_of(3) + 9 * pages_of(2), 2);
    flushed();
  }
}

static void tables_that_went_with_a_range_follow_those_that_are_owed(void **state)
{
  (void)state;
  struct translation was;
  make(40);
  map(0x7000, user, 1, 0);
  map(UPPER, user, 1, 0);
  map(UPPER + size_of(PAGETABLE_LEVELS), user, 1, 0);
  assert_int_equal(free_frames(), 40 - 2 - 3 * TABLES);
  assert_int_equal(pagetable_unmap(&space, 0x7000, 1, &was, &owed), STATUS_OK);
  const frame_t before = owed.table;
  assert_changes(UNMAP, UPPER, HALF_PAGES, 2, 0);
  assert_owed(0x7000, PAGETABLE_PAGES - 7, 1);
  uint32_t tables = 1;
  for (frame_t table = owed.table; records[table].parent != table; tables++) {
    if (tables == 2 * TABLES)
      assert_int_equal(records[table].parent, before);
    table = records[table].parent;
  }
  assert_int_equal(tables, 3 * TABLES);
  flushed();
  assert_int_equal(free_frames(), 40 - 2);
  sound();
}

static void protect_and_clear_leave_the_tables_that_are_owed(void **state)
{
  (void)state;
  struct translation was;
  for (enum call call = PROTECT; call < CALLS; call++) {
    make(40);
    map(0x7000, user, 1, 0);
    assert_int_equal(pagetable_unmap(&space, 0x7000, 1, &was, &owed), STATUS_OK);
    const frame_t table = owed.table;
    map(0x2000, 0, 1, PAGE_UNOWNED);
    mark(0x2000, 1, 1);
    assert_changes(call, 0x1000, 3, 1, 1);
    assert_owed(0x1000, 7, 1);
    assert_true(owed.tables && owed.table == table);
    flushed();
    assert_int_equal(free_frames(), 40 - 2 - TABLES);
  }
}

/* --- Runs --- */

/* Frames in a row in pages of 4 KiB, 2 MiB, 1 GiB and 4 KiB again, all with these permissions; where that begins. */
static uint64_t make_long_run(uint32_t permissions, uint64_t *pages)
{
  const uint64_t at = SIZE3 - SIZE2 - PAGE_SIZE;
  const frame_t first = 262144 - 512 - 1;
  make(40);
  map(at, first, 1, permissions);
  map(SIZE3 - SIZE2, first + 1, 2, permissions);
  map(SIZE3, 262144, 3, permissions);
  map(2 * SIZE3, 524288, 1, permissions);
  *pages = 2 + pages_of(2) + pages_of(3);
  return at;
}

static void a_run_goes_over_pages_of_all_sizes(void **state)
{
  (void)state;
  uint64_t pages;
  const frame_t first = 262144 - 512 - 1;
  const uint64_t at = make_long_run(PAGE_UNOWNED | PAGE_WRITE, &pages);
  mark(SIZE3, 3, 3); /* what the processor did is no part of a translation */
  assert_run(at, pages, pages, first, PAGE_UNOWNED | PAGE_WRITE);
  assert_run(at, pages + 1, pages, first, PAGE_UNOWNED | PAGE_WRITE);
  assert_run(at, HALF_PAGES - at / PAGE_SIZE, pages, first, PAGE_UNOWNED | PAGE_WRITE);
  assert_hole(0, HALF_PAGES, at / PAGE_SIZE);
  assert_hole(2 * SIZE3 + PAGE_SIZE, HALF_PAGES - 2 * pages_of(3) - 1,
              HALF_PAGES - 2 * pages_of(3) - 1);
}

static void a_run_begins_and_ends_inside_a_larger_page(void **state)
{
  (void)state;
  uint64_t pages;
  const uint64_t at = make_long_run(PAGE_UNOWNED, &pages);
  for (uint64_t skipped = 0; skipped < pages; skipped += 511) {
    const frame_t frame = (frame_t)(262144 - 512 - 1 + skipped);
    assert_run(at + skipped * PAGE_SIZE, 1, 1, frame, PAGE_UNOWNED);
    assert_run(at + skipped * PAGE_SIZE, pages - skipped, pages - skipped, frame, PAGE_UNOWNED);
    if (pages - skipped > 700)
      assert_run(at + skipped * PAGE_SIZE, 700, 700, frame, PAGE_UNOWNED);
  }
}

static void a_run_stops_where_the_frames_do_not_go_on(void **state)
{
  (void)state;
  make(40);
  map(0, 10, 1, PAGE_UNOWNED);
  map(0x1000, 11, 1, PAGE_UNOWNED);
  map(0x2000, 11, 1, PAGE_UNOWNED);         /* the same one again */
  map(0x3000, 10, 1, PAGE_UNOWNED);         /* backwards */
  map(0x4000, UINT32_MAX, 1, PAGE_UNOWNED); /* the last frame number; the next is not 0 */
  map(0x5000, 0, 1, PAGE_UNOWNED);
  map(0x6000, 1, 1, PAGE_UNOWNED);
  const uint64_t lengths[] = {2, 1, 1, 1, 2};
  const frame_t starts[] = {10, 11, 10, UINT32_MAX, 0};
  uint64_t page = 0;
  for (size_t i = 0; i < 5; page += lengths[i], i++)
    assert_run(page * PAGE_SIZE, 512, lengths[i], starts[i], PAGE_UNOWNED);
  assert_hole(page * PAGE_SIZE, 512, 512);
  map(SIZE2, 512, 2, PAGE_UNOWNED);
  map(2 * SIZE2, 512, 2, PAGE_UNOWNED);
  assert_run(SIZE2 + 5 * PAGE_SIZE, 2 * pages_of(2), pages_of(2) - 5, 512 + 5, PAGE_UNOWNED);
}

static void a_run_stops_at_other_permissions_and_at_a_hole(void **state)
{
  (void)state;
  const uint32_t kinds[] = {PAGE_WRITE, PAGE_WRITE | PAGE_USER, PAGE_EXECUTE, PAGE_UNCACHED, 0};
  make(40);
  const frame_t block = take(4);
  for (uint32_t i = 0; i < 5; i++) {
    map(2 * i * (uint64_t)PAGE_SIZE, block + 2 * i, 1, kinds[i]);
    map((2 * i + 1) * (uint64_t)PAGE_SIZE, block + 2 * i + 1, 1, kinds[i]);
  }
  map(10 * (uint64_t)PAGE_SIZE, block + 10, 1, PAGE_UNOWNED); /* whose frame it is counts, too */
  map(12 * (uint64_t)PAGE_SIZE, block + 12, 1, PAGE_UNOWNED);
  for (uint32_t i = 0; i < 5; i++) {
    assert_run(2 * i * (uint64_t)PAGE_SIZE, 100, 2, block + 2 * i, kinds[i]);
    assert_run(2 * i * (uint64_t)PAGE_SIZE, 1, 1, block + 2 * i, kinds[i]); /* or the range ends */
  }
  assert_run(10 * (uint64_t)PAGE_SIZE, 100, 1, block + 10, PAGE_UNOWNED);
  assert_hole(11 * (uint64_t)PAGE_SIZE, 100, 1);
  assert_run(12 * (uint64_t)PAGE_SIZE, 100, 1, block + 12, PAGE_UNOWNED);
}

static void a_hole_goes_on_over_tables_that_are_there_and_that_are_not(void **state)
{
  (void)state;
  make(40);
  map(0x5000, 0, 1, PAGE_UNOWNED);
  map(3 * SIZE3 + 3 * SIZE2, 0, 2, PAGE_UNOWNED);
  map(HALF - PAGE_SIZE, 0, 1, PAGE_UNOWNED);
  const uint64_t second = (3 * SIZE3 + 3 * SIZE2) / PAGE_SIZE;
  assert_hole(0, HALF_PAGES, 5);
  assert_hole(0x6000, HALF_PAGES - 6, second - 6);
  assert_hole(0x6000, 3, 3);
  assert_hole(0x6000, second - 6, second - 6);
  assert_hole(3 * SIZE3 + 4 * SIZE2, HALF_PAGES - second - pages_of(2),
              HALF_PAGES - second - pages_of(2) - 1);
  assert_run(HALF - PAGE_SIZE, 1, 1, 0, PAGE_UNOWNED);
  assert_hole(UPPER, HALF_PAGES, HALF_PAGES);
}

/* --- Whole address spaces --- */

/* Goes through an address space by its runs, each of which ends where something else begins: what it says of them. */
static uint64_t walk_runs(const struct pagetable *table, uint64_t *mapped)
{
  uint64_t runs = 0;
  for (uint32_t half = 0; half < 2; half++) {
    struct page_run last = {0};
    for (uint64_t page = 0; page < HALF_PAGES; page += last.pages, runs++) {
      const uint64_t address = (half == 0 ? 0 : UPPER) + page * PAGE_SIZE;
      struct page_run run;
      assert_int_equal(pagetable_query_range(table, address, HALF_PAGES - page, &run), STATUS_OK);
      assert_true(run.pages >= 1 && run.pages <= HALF_PAGES - page);
      assert_true(page == 0 || run.mapped != last.mapped ||
                  (run.mapped && (run.frame != (uint64_t)last.frame + last.pages ||
                                  run.permissions != last.permissions)));
      *mapped += run.mapped ? run.pages : 0;
      for (uint32_t end = 0; end < 2; end++) { /* the first page of the run and the last */
        const uint64_t at = end * (run.pages - 1);
        struct translation found = {0};
        assert_int_equal(pagetable_query(table, address + at * PAGE_SIZE, &found),
                         run.mapped ? STATUS_OK : STATUS_NOT_MAPPED);
        assert_true(!run.mapped ||
                    (found.frame == run.frame + at && found.permissions == run.permissions));
      }
      last = run;
    }
  }
  return runs;
}

static void an_address_space_is_gone_through_by_its_runs(void **state)
{
  (void)state;
  uint64_t mapped = 0;
  make(40);
  assert_int_equal(walk_runs(&space, &mapped), 2);
  assert_int_equal(mapped, 0);
  map(0, 0, 3, PAGE_UNOWNED);
  map(SIZE3, 262144, 2, PAGE_UNOWNED);
  map(SIZE3 + SIZE2, 0, 1, PAGE_UNOWNED);
  map(HALF - PAGE_SIZE, 5, 1, PAGE_UNOWNED);
  map(UPPER, 6, 1, PAGE_UNOWNED); /* in another half: a run of its own */
  map(LAST, 7, 1, PAGE_UNOWNED);
  assert_int_equal(walk_runs(&space, &mapped), 7);
  assert_int_equal(mapped, pages_of(3) + pages_of(2) + 4);
}

/* The same marks on a page in another address space. */
static void mark_in(const struct pagetable *other, uint64_t address, uint32_t level, uint32_t seen)
{
  const struct pagetable first = space;
  space = *other;
  mark(address, level, seen);
  space = first;
}

/* Maps pages of 4 KiB and 2 MiB in both address spaces alike, as the seed has them. */
static void fill_alike(struct pagetable *other, uint64_t *seed)
{
  for (uint32_t i = 0; i < 40; i++) {
    const uint32_t level = unit_random(seed) % 4 == 0 ? 2 : 1;
    const uint64_t inside = level == 1 ? unit_random(seed) % 512 * PAGE_SIZE : 0;
    const uint64_t at = unit_random(seed) % 3 * SIZE2 + inside;
    const bool owned = level == 1 && at < SIZE2; /* apart from the others, mostly */
    const uint32_t permissions =
        (owned ? 0 : PAGE_UNOWNED) | (unit_random(seed) % 2 == 0 ? PAGE_WRITE : 0);
    const uint32_t marks = (uint32_t)(unit_random(seed) % 4);
    const frame_t frame = owned ? user : 0;
    if (pagetable_map(&space, at, frame, level, permissions) != STATUS_OK)
      continue;
    assert_int_equal(pagetable_map(other, at, frame, level, permissions), STATUS_OK);
    mark(at, level, marks);
    mark_in(other, at, level, marks);
  }
}

/* One page of a range call, by the call for it alone; what it was. */
static struct translation change_page(enum call call, struct pagetable *table, uint64_t address,
                                      uint32_t level, uint32_t permissions, struct flush *flush)
{
  struct translation was = {0};
  enum status status = STATUS_OK;
  if (call == UNMAP)
    status = pagetable_unmap(table, address, level, &was, flush);
  else if (call == PROTECT)
    status = pagetable_protect(table, address, level, permissions, &was, flush);
  else
    status = pagetable_test_and_clear(table, address, level, &was, flush);
  assert_int_equal(status, STATUS_OK);
  return was;
}

/* What the range call does, page by page; false where it must be refused. */
static bool change_one_by_one(enum call call, struct pagetable *table, uint64_t address,
                              uint64_t pages, uint32_t permissions, struct seen *seen,
                              struct flush *flush)
{
  struct translation found;
  for (uint32_t doing = 0; doing < 2; doing++) /* looks first, so that nothing is done by half */
    for (uint64_t i = 0; i < pages; i++) {
      const uint64_t at = address + i * PAGE_SIZE;
      if (pagetable_query(table, at, &found) != STATUS_OK)
        continue;
      if (at % size_of(found.level) != 0 || pages - i < pages_of(found.level) ||
          (call == PROTECT && (found.permissions ^ permissions) / PAGE_UNOWNED % 2 != 0))
        return false;
      i += pages_of(found.level) - 1;
      if (doing == 0)
        continue;
      const struct translation was = change_page(call, table, at, found.level, permissions, flush);
      *seen = (struct seen){seen->pages + pages_of(found.level), seen->accessed || was.accessed,
                            seen->dirty || was.dirty};
    }
  return true;
}

static void assert_alike(const struct pagetable *other)
{
  for (uint64_t page = 0; page < 4 * pages_of(2); page++) {
    struct translation a = {0}, b = {0};
    assert_int_equal(pagetable_query(&space, page * PAGE_SIZE, &a),
                     pagetable_query(other, page * PAGE_SIZE, &b));
    assert_true(a.frame == b.frame && a.permissions == b.permissions && a.level == b.level &&
                seen_of(a) == seen_of(b));
  }
}

/* A call on a range of the space, and calls on its pages in the other one, which must come to the same; whether they were
 * not refused. */
static bool compare(struct pagetable *other, enum call call, uint64_t address, uint64_t pages,
                    uint32_t permissions)
{
  struct flush flush = {0};
  struct seen expected = {0}, seen = {0};
  bool good = change_one_by_one(call, other, address, pages, permissions, &expected, &flush);
  assert_int_equal(change(call, &space, address, pages, permissions, &seen) == STATUS_OK, good);
  assert_true(seen.pages == expected.pages && seen.accessed == expected.accessed &&
              seen.dirty == expected.dirty);
  assert_int_equal(owed.pages, flush.pages == 0 ? 0 : pages);
  assert_int_equal(owed.tables, flush.tables);
  assert_true(call == CLEAR || owed.level == flush.level);
  assert_alike(other);
  sound();
  assert_null(pagetable_check(other));
  flushed();
  pagetable_flushed(other, &flush);
  return good;
}

static void a_call_on_a_range_does_what_calls_on_its_pages_do(void **state)
{
  (void)state;
  uint64_t seed = 7, done[CALLS] = {0}, refused = 0, mapped = 0;
  struct pagetable other;
  make(60);
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
  const uint64_t before = free_frames();
  for (uint32_t turn = 0; turn < 150; turn++) {
    fill_alike(&other, &seed);
    const enum call call = (enum call)(unit_random(&seed) % CALLS);
    const uint64_t scale = unit_random(&seed) % 2 == 0 ? 1 : 512; /* pages are cut, or not */
    const uint64_t first = unit_random(&seed) % 1536 / scale * scale;
    const uint64_t pages = (unit_random(&seed) % 1536 + scale) / scale * scale;
    const uint32_t given = (unit_random(&seed) % 4 == 0 ? 0 : PAGE_UNOWNED) | PAGE_EXECUTE;
    bool good = compare(&other, call, first * PAGE_SIZE, pages, given);
    done[call] += good;
    refused += !good;
  }
  for (enum call call = UNMAP; call < CALLS; call++)
    assert_true(done[call] > 5 && refused > 5);
  (void)walk_runs(&space, &mapped);
  assert_int_equal(compare(&other, UNMAP, 0, 4 * pages_of(2), 0), true);
  assert_true(mapped > 0);
  assert_hole(0, HALF_PAGES, HALF_PAGES);
  pagetable_destroy(&other);
  assert_int_equal(free_frames(), before + 1);
  assert_int_equal(references(user), 1);
}

static void a_range_in_one_address_space_is_as_before_in_another(void **state)
{
  (void)state;
  struct pagetable other;
  struct seen seen;
  for (enum call call = UNMAP; call < CALLS; call++) {
    make_each_size();
    assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
    for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
      const uint64_t at = level == 1 ? 0 : size_of(level);
      assert_int_equal(pagetable_map(&other, at, 0, level, PAGE_UNOWNED), STATUS_OK);
      mark(at, level, 3);
      mark_in(&other, at, level, 3);
    }
    const uint64_t pages = pages_of(1) + pages_of(2) + pages_of(3);
    assert_changes(call, 0, HALF_PAGES, pages, 3);
    flushed();
    assert_null(pagetable_check(&other));
    for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
      struct translation found;
      assert_int_equal(pagetable_query(&other, (level == 1 ? 0 : size_of(level)), &found),
                       STATUS_OK);
      assert_true(found.frame == 0 && found.permissions == PAGE_UNOWNED && seen_of(found) == 3);
    }
    assert_int_equal(pagetable_unmap_range(&other, 0, HALF_PAGES, &seen, &owed), STATUS_OK);
    assert_int_equal(seen.pages, pages);
    pagetable_flushed(&other, &owed);
    assert_int_equal(run_at(0, HALF_PAGES).mapped, call != UNMAP);
    sound();
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_that_is_not_canonical_is_named_before_all_else),
      cmocka_unit_test(an_address_inside_a_page_of_4_kib_is_misaligned_however_long_the_range_is),
      cmocka_unit_test(a_range_of_no_page_or_out_of_its_half_is_out_of_range),
      cmocka_unit_test(permissions_that_no_page_may_have_are_refused_also_for_holes),
      cmocka_unit_test(a_page_that_reaches_over_an_end_is_refused_and_one_inside_is_not),
      cmocka_unit_test(a_page_cut_by_an_end_is_changed_in_pieces_once_it_is_split),
      cmocka_unit_test(a_range_with_nothing_in_it_is_done_and_owes_nothing),
      cmocka_unit_test(pages_of_all_sizes_go_with_one_call_and_holes_are_passed_over),
      cmocka_unit_test(pages_beside_a_range_stay),
      cmocka_unit_test(a_range_goes_on_behind_the_last_entry_of_a_table),
      cmocka_unit_test(tables_emptied_in_the_middle_of_a_range_wait_for_the_flush_and_are_free),
      cmocka_unit_test(branches_that_go_with_their_last_page_do_not_end_a_range),
      cmocka_unit_test(a_half_goes_whole_and_the_other_one_stays),
      cmocka_unit_test(a_range_may_end_at_the_last_page_of_its_half),
      cmocka_unit_test(each_page_that_goes_drops_its_one_reference),
      cmocka_unit_test(a_pinned_frame_stays_pinned_when_all_its_pages_go),
      cmocka_unit_test(a_frame_that_others_gave_back_is_left_alone_in_a_range),
      cmocka_unit_test(protect_gives_all_pages_of_a_range_the_same_permissions_and_keeps_the_rest),
      cmocka_unit_test(what_protect_has_seen_is_told_of_the_range_alone),
      cmocka_unit_test(owned_and_unowned_pages_in_one_range_are_refused),
      cmocka_unit_test(writable_and_executable_at_once_is_given_where_that_is_allowed),
      cmocka_unit_test(accessed_and_dirty_of_any_page_are_told_and_all_are_cleared),
      cmocka_unit_test(one_page_accessed_and_another_dirty_are_told_together),
      cmocka_unit_test(a_range_owes_the_size_of_its_smallest_page),
      cmocka_unit_test(a_range_is_added_to_what_is_owed_already),
      cmocka_unit_test(tables_that_went_with_a_range_follow_those_that_are_owed),
      cmocka_unit_test(protect_and_clear_leave_the_tables_that_are_owed),
      cmocka_unit_test(a_run_goes_over_pages_of_all_sizes),
      cmocka_unit_test(a_run_begins_and_ends_inside_a_larger_page),
      cmocka_unit_test(a_run_stops_where_the_frames_do_not_go_on),
      cmocka_unit_test(a_run_stops_at_other_permissions_and_at_a_hole),
      cmocka_unit_test(a_hole_goes_on_over_tables_that_are_there_and_that_are_not),
      cmocka_unit_test(an_address_space_is_gone_through_by_its_runs),
      cmocka_unit_test(a_call_on_a_range_does_what_calls_on_its_pages_do),
      cmocka_unit_test(a_range_in_one_address_space_is_as_before_in_another),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  drop();
  return failed;
}

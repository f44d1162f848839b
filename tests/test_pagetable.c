/* Pages one by one: mapped, unmapped, protected, split, merged and cleared, and what that owes. */
#define _DEFAULT_SOURCE
#include "space.h"

static void a_mapped_page_translates_and_its_neighbours_do_not(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x7000, user, 1, PAGE_WRITE | PAGE_USER), STATUS_OK);
  assert_int_equal(pagetable_query(&space, 0x7FFF, &found), STATUS_OK);
  assert_int_equal(found.frame, user);
  assert_int_equal(found.permissions, PAGE_WRITE | PAGE_USER);
  assert_int_equal(found.level, 1);
  assert_false(found.accessed || found.dirty);
  assert_int_equal(pagetable_query(&space, 0x6FFF, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_query(&space, 0x8000, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_query(&space, 0x7000 + (HALF >> 1), &found), STATUS_NOT_MAPPED);
  assert_int_equal(free_frames(), 20 - 2 - TABLES);
  assert_int_equal(references(user), 2);
  sound();
}

static void mapping_a_mapped_page_is_refused_and_changes_nothing(void **state)
{
  (void)state;
  struct translation found;
  frame_t other;
  make(20);
  assert_int_equal(frame_alloc(&frames, 0, OWNER_USER, 0, &other), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x7000, user, 1, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x7000, other, 1, PAGE_WRITE), STATUS_ALREADY_MAPPED);
  assert_int_equal(pagetable_query(&space, 0x7000, &found), STATUS_OK);
  assert_int_equal(found.frame, user);
  assert_int_equal(references(other), 1);
  records[other].references =
      FRAME_REFERENCES_MAX - 1; /* a reference taken and given back would pin it */
  assert_int_equal(pagetable_map(&space, 0x7000, other, 1, PAGE_WRITE), STATUS_ALREADY_MAPPED);
  assert_int_equal(references(other), FRAME_REFERENCES_MAX - 1);
  sound();
}

static void bad_addresses_have_their_own_statuses(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  const uint64_t bad[] = {HALF, 0 - HALF - PAGE_SIZE, (uint64_t)1 << 63};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(pagetable_map(&space, bad[i], user, 1, 0), STATUS_NOT_CANONICAL);
    assert_int_equal(pagetable_unmap(&space, bad[i], 1, &found, &owed), STATUS_NOT_CANONICAL);
    assert_int_equal(pagetable_protect(&space, bad[i], 1, 0, &found, &owed), STATUS_NOT_CANONICAL);
    assert_int_equal(pagetable_query(&space, bad[i], &found), STATUS_NOT_CANONICAL);
  }
  assert_int_equal(pagetable_map(&space, 0x7001, user, 1, 0), STATUS_MISALIGNED);
  assert_int_equal(pagetable_unmap(&space, 0x7800, 1, &found, &owed), STATUS_MISALIGNED);
  assert_int_equal(pagetable_protect(&space, 0x7FFF, 1, 0, &found, &owed), STATUS_MISALIGNED);
}

static void the_pages_at_both_ends_of_both_halves_can_be_mapped(void **state)
{
  (void)state;
  struct translation found;
  const uint64_t ends[] = {0, HALF - PAGE_SIZE, 0 - HALF, 0 - (uint64_t)PAGE_SIZE};
  make(40);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pagetable_map(&space, ends[i], user, 1, 0), STATUS_OK);
  assert_int_equal(references(user), 5);
  sound();
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pagetable_unmap(&space, ends[i], 1, &found, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), 40 - 2);
  sound();
}

static void writable_and_executable_at_once_is_refused(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, 1, PAGE_WRITE | PAGE_EXECUTE),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 0, user, 1, PAGE_PERMISSIONS + 1), STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 0, user, 1, PAGE_EXECUTE), STATUS_OK);
  assert_int_equal(pagetable_protect(&space, 0, 1, PAGE_WRITE | PAGE_EXECUTE, &found, &owed),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_protect(&space, 0, 1, PAGE_EXECUTE | PAGE_UNOWNED, &found, &owed),
                   STATUS_BAD_PERMISSION);
}

static void writable_and_executable_at_once_is_mapped_where_that_is_allowed(void **state)
{
  (void)state;
  struct translation found;
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  make(20);
  pagetable_allow_write_execute(&space, true);
  assert_int_equal(pagetable_map(&space, 0, user, 1, both), STATUS_OK);
  assert_int_equal(pagetable_map(&space, PAGE_SIZE, user, 1, PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_protect(&space, PAGE_SIZE, 1, both, &found, &owed), STATUS_OK);
  pagetable_allow_write_execute(&space, false);
  assert_int_equal(pagetable_query(&space, PAGE_SIZE, &found), STATUS_OK);
  assert_int_equal(found.permissions, both); /* as it was */
  assert_int_equal(pagetable_protect(&space, 0, 1, both, &found, &owed), STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 2 * PAGE_SIZE, user, 1, both), STATUS_BAD_PERMISSION);
  sound();
  struct pagetable other = {.write_execute = true};
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
  assert_int_equal(pagetable_map(&other, 0, user, 1, both), STATUS_BAD_PERMISSION);
}

static void uncached_and_write_combining_at_once_is_refused(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, 1, PAGE_UNCACHED | PAGE_WRITE_COMBINING),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 0, user, 1, PAGE_UNCACHED), STATUS_OK);
  assert_int_equal(
      pagetable_protect(&space, 0, 1, PAGE_UNCACHED | PAGE_WRITE_COMBINING, &found, &owed),
      STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_query(&space, 0, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_UNCACHED);
  assert_int_equal(
      pagetable_protect(&space, 0, 1, PAGE_WRITE_COMBINING | PAGE_WRITE, &found, &owed), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_UNCACHED);
  assert_int_equal(pagetable_query(&space, 0, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_WRITE_COMBINING | PAGE_WRITE);
}

static void frames_that_no_mapping_may_own_are_refused_by_name(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, FRAMES, 1, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(pagetable_map(&space, 0, 15, 1, 0), STATUS_NOT_ALLOCATED);
  assert_int_equal(pagetable_map(&space, 0, 0, 1, 0), STATUS_RESERVED);
  assert_int_equal(pagetable_map(&space, 0, space.root, 1, 0), STATUS_BAD_OWNER);
  records[user].references = FRAME_REFERENCES_MAX;
  assert_int_equal(pagetable_map(&space, 0, user, 1, 0), STATUS_SATURATED);
  assert_int_equal(free_frames(), 18);
}

static void an_unowned_mapping_takes_any_frame_and_no_reference(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, 15, 1, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x2000, UINT32_MAX, 1, PAGE_UNOWNED | PAGE_WRITE),
                   STATUS_OK);
  assert_int_equal(pagetable_query(&space, 0x2000, &found), STATUS_OK);
  assert_int_equal(found.frame, UINT32_MAX);
  assert_int_equal(found.permissions, PAGE_UNOWNED | PAGE_WRITE);
  sound();
  assert_int_equal(pagetable_unmap(&space, 0x1000, 1, &found, &owed), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, 0x2000, 1, &found, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), 18);
}

static void a_table_goes_with_its_last_entry(void **state)
{
  (void)state;
  struct translation was;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x0, user, 1, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x200000, user, 1, 0), STATUS_OK);
  assert_int_equal(free_frames(), 20 - 2 - TABLES - 1);
  assert_int_equal(pagetable_unmap(&space, 0x0, 1, &was, &owed), STATUS_OK);
  assert_int_equal(free_frames(), 20 - 2 - TABLES - 1);
  flushed();
  assert_int_equal(free_frames(), 20 - 2 - TABLES);
  assert_int_equal(was.frame, user);
  sound();
  assert_int_equal(pagetable_unmap(&space, 0x0, 1, &was, &owed), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_unmap(&space, 0x200000, 1, &was, &owed), STATUS_OK);
  assert_int_equal(free_frames(), 20 - 2 - TABLES);
  sound();
  flushed();
  assert_int_equal(free_frames(), 18);
  sound();
}

static void a_mapped_frame_lives_until_its_last_page_goes(void **state)
{
  (void)state;
  struct translation was;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, user, 1, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x2000, user, 1, PAGE_WRITE), STATUS_OK);
  assert_int_equal(frame_put(&frames, user), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, 0x1000, 1, &was, &owed), STATUS_OK);
  assert_int_equal(records[user].owner, OWNER_USER);
  assert_int_equal(pagetable_unmap(&space, 0x2000, 1, &was, &owed), STATUS_OK);
  assert_int_equal(records[user].owner, OWNER_FREE); /* a page's frame waits for no flush */
  assert_int_equal(free_frames(), 19 - TABLES);
  flushed();
  assert_int_equal(free_frames(), 19);
}

static void a_page_in_the_middle_of_a_block_keeps_the_block(void **state)
{
  (void)state;
  frame_t block;
  make(40);
  assert_int_equal(frame_alloc(&frames, 3, OWNER_USER, 0, &block), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x1000, block + 5, 1, 0), STATUS_OK);
  assert_int_equal(references(block), 2);
  assert_int_equal(frame_put(&frames, block), STATUS_OK);
  assert_int_equal(records[block].owner, OWNER_USER);
  pagetable_destroy(&space);
  assert_int_equal(records[block].owner, OWNER_FREE);
  assert_int_equal(free_frames(), 39);
}

/* What the processor does when it writes to a page. */
static void touch(frame_t table, uint32_t index, uint32_t level)
{
  memory[table * TABLE_ENTRIES + index] |= pte_page(0, 0, 3, level) - pte_page(0, 0, 0, level);
}

static void protect_changes_permissions_and_keeps_accessed_and_dirty(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, user, 1, PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_protect(&space, 0x2000, 1, 0, &found, &owed), STATUS_NOT_MAPPED);
  frame_t leaf = 0;
  for (frame_t f = 0; f < FRAMES; f++)
    leaf = records[f].owner == OWNER_TABLE1 ? f : leaf;
  touch(leaf, 1, 1);
  assert_int_equal(pagetable_protect(&space, 0x1000, 1, PAGE_USER | PAGE_EXECUTE, &found, &owed),
                   STATUS_OK);
  assert_int_equal(found.permissions, PAGE_WRITE);
  assert_true(found.accessed && found.dirty);
  assert_int_equal(pagetable_query(&space, 0x1000, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_USER | PAGE_EXECUTE);
  assert_true(found.accessed && found.dirty);
  assert_int_equal(found.frame, user);
  assert_int_equal(pagetable_unmap(&space, 0x1000, 1, &found, &owed), STATUS_OK);
  assert_true(found.dirty);
}

static void destroy_gives_every_frame_back(void **state)
{
  (void)state;
  make(60);
  for (uint64_t i = 0; i < 12; i++)
    assert_int_equal(pagetable_map(&space, i << (12 + 9 * (i % PAGETABLE_LEVELS)), user, 1, 0),
                     STATUS_OK);
  sound();
  pagetable_destroy(&space);
  assert_int_equal(references(user), 1);
  assert_int_equal(free_frames(), 59);
  assert_null(frames_check(&frames));
}

static void two_spaces_share_frames_and_no_tables(void **state)
{
  (void)state;
  struct pagetable other;
  struct translation found;
  make(30);
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x1000, user, 1, PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_query(&other, 0x1000, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_map(&other, 0x1000, user, 1, 0), STATUS_OK);
  assert_int_equal(references(user), 3);
  pagetable_destroy(&other);
  assert_int_equal(pagetable_query(&space, 0x1000, &found), STATUS_OK);
  sound();
}

static void creating_a_space_without_memory_fails(void **state)
{
  (void)state;
  struct pagetable other;
  make(2);
  assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OUT_OF_MEMORY);
}

/* --- Large pages --- */

/* Asserts that a page maps the frames from one on, at each of its addresses and not beside it. */
static void assert_maps(uint64_t address, frame_t first, uint32_t level, uint32_t permissions)
{
  struct translation found;
  for (uint64_t i = 0; i < size_of(level) / PAGE_SIZE; i++) {
    enum status status = pagetable_query(&space, address + i * PAGE_SIZE + i % PAGE_SIZE, &found);
    if (status != STATUS_OK || found.frame != first + i || found.level != level ||
        found.permissions != permissions)
      fail_msg("frame %u of the page: %s, frame %u, level %u", (unsigned)i, status_name(status),
               found.frame, found.level);
  }
  assert_int_equal(pagetable_query(&space, address - 1, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_query(&space, address + size_of(level), &found), STATUS_NOT_MAPPED);
}

static void a_page_of_2_mib_translates_to_each_of_its_frames(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  uint64_t before = free_frames();
  assert_int_equal(pagetable_map(&space, 3 * SIZE2, block, 2, PAGE_WRITE | PAGE_USER), STATUS_OK);
  assert_maps(3 * SIZE2, block, 2, PAGE_WRITE | PAGE_USER);
  assert_int_equal(free_frames(), before - (TABLES - 1));
  sound();
}

static void a_page_of_1_gib_translates_to_each_of_its_frames(void **state)
{
  (void)state;
  const frame_t first = 5 * 262144;
  const uint32_t permissions = PAGE_EXECUTE | PAGE_GLOBAL | PAGE_UNOWNED;
  make(20);
  assert_int_equal(pagetable_map(&space, 7 * SIZE3, first, 3, permissions), STATUS_OK);
  assert_maps(7 * SIZE3, first, 3, permissions);
  assert_int_equal(free_frames(), 20 - 2 - (TABLES - 2));
  sound();
}

static void the_last_page_of_each_size_can_be_mapped(void **state)
{
  (void)state;
  struct translation found;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const frame_t first = (frame_t)(0 - size_of(level) / PAGE_SIZE); /* the last ones, too */
    make(20);
    assert_int_equal(pagetable_map(&space, 0 - size_of(level), first, level, PAGE_UNOWNED),
                     STATUS_OK);
    assert_int_equal(pagetable_query(&space, UINT64_MAX, &found), STATUS_OK);
    assert_int_equal(found.frame, UINT32_MAX);
    assert_int_equal(pagetable_query(&space, 0 - size_of(level) - 1, &found), STATUS_NOT_MAPPED);
    assert_int_equal(pagetable_map(&space, HALF - size_of(level), first, level, PAGE_UNOWNED),
                     STATUS_OK);
    assert_int_equal(pagetable_query(&space, HALF - 1, &found), STATUS_OK);
    assert_int_equal(found.frame, UINT32_MAX);
    assert_int_equal(pagetable_map(&space, HALF, first, level, PAGE_UNOWNED), STATUS_NOT_CANONICAL);
    sound();
    assert_int_equal(pagetable_unmap(&space, 0 - size_of(level), level, &found, &owed), STATUS_OK);
    assert_int_equal(pagetable_unmap(&space, HALF - size_of(level), level, &found, &owed),
                     STATUS_OK);
    flushed();
    assert_int_equal(free_frames(), 18);
  }
}

/* A page of this level takes one reference to a block that holds it, and gives it back. */
static void assert_one_reference(frame_t block, uint32_t level)
{
  struct translation was;
  assert_int_equal(pagetable_map(&space, 0, block, level, 0), STATUS_OK);
  assert_int_equal(references(block), 2);
  assert_int_equal(references(block + 1), 0);
  assert_int_equal(frame_put(&frames, block), STATUS_OK);
  assert_int_equal(records[block].owner, OWNER_USER);
  sound();
  assert_int_equal(pagetable_unmap(&space, 0, level, &was, &owed), STATUS_OK);
  assert_int_equal(was.frame, block);
  assert_int_equal(was.level, level);
  assert_int_equal(records[block].owner, OWNER_FREE);
  flushed();
}

static void an_owned_large_page_holds_one_reference_to_its_block(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  assert_one_reference(take(BLOCK2), 2);
  assert_int_equal(free_frames(), LARGE_FRAMES - 1 - 2);
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  assert_one_reference(take(BLOCK3), 3);
  assert_int_equal(free_frames(), HUGE_FRAMES - 1 - 2);
}

static void pages_of_2_mib_share_a_larger_block(void **state)
{
  (void)state;
  struct translation was;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2 + 1);
  assert_int_equal(pagetable_map(&space, 0, block + 512, 2, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, SIZE2, block, 2, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 2 * SIZE2, block + 700, 1, 0), STATUS_OK);
  assert_int_equal(references(block), 4);
  assert_int_equal(pagetable_unmap(&space, 0, 2, &was, &owed), STATUS_OK);
  assert_int_equal(was.frame, block + 512);
  assert_int_equal(references(block), 3);
  sound();
}

static void a_page_has_level_1_2_or_3(void **state)
{
  (void)state;
  struct translation found;
  const uint32_t bad[] = {0, 4, 5, UINT32_MAX};
  make(20);
  for (size_t i = 0; i < 4; i++) { /* whatever else is wrong */
    assert_int_equal(pagetable_map(&space, HALF + 1, 0, bad[i], PAGE_PERMISSIONS),
                     STATUS_BAD_LEVEL);
    assert_int_equal(pagetable_map(&space, 0, user, bad[i], 0), STATUS_BAD_LEVEL);
    assert_int_equal(pagetable_unmap(&space, HALF + 1, bad[i], &found, &owed), STATUS_BAD_LEVEL);
    assert_int_equal(pagetable_protect(&space, HALF + 1, bad[i], PAGE_PERMISSIONS, &found, &owed),
                     STATUS_BAD_LEVEL);
  }
  assert_int_equal(free_frames(), 18);
}

static void a_large_page_begins_at_a_multiple_of_its_size(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t bad[] = {1, PAGE_SIZE, size_of(level) - PAGE_SIZE, 3 * size_of(level - 1)};
    for (size_t i = 0; i < 4; i++) {
      assert_int_equal(pagetable_map(&space, bad[i], 0, level, PAGE_PERMISSIONS),
                       STATUS_MISALIGNED);
      assert_int_equal(pagetable_unmap(&space, bad[i], level, &found, &owed), STATUS_MISALIGNED);
      assert_int_equal(pagetable_protect(&space, bad[i], level, PAGE_PERMISSIONS, &found, &owed),
                       STATUS_MISALIGNED);
      assert_int_equal(pagetable_map(&space, HALF + bad[i], 0, level, 0), STATUS_NOT_CANONICAL);
    }
    const frame_t frame = (frame_t)(size_of(level) / PAGE_SIZE);
    const frame_t inside[] = {1, frame - 1, frame + 1, 3 * frame / 2};
    for (size_t i = 0; i < 4; i++)
      assert_int_equal(pagetable_map(&space, 0, inside[i], level, PAGE_PERMISSIONS),
                       STATUS_MISALIGNED);
    assert_int_equal(pagetable_map(&space, 0, frame, level, PAGE_PERMISSIONS),
                     STATUS_BAD_PERMISSION);
    assert_int_equal(pagetable_map(&space, 0, frame, level, 0), STATUS_OUT_OF_RANGE);
    assert_int_equal(pagetable_map(&space, 0, 0, level, 0), STATUS_RESERVED);
  }
  sound();
}

/* A block of this order at the start of a page of this level: the second block of half a page's size, if need be. */
static frame_t take_at_start(uint32_t order, uint32_t level)
{
  frame_t block = take(order);
  for (uint32_t tries = 0; tries < 8 && block % (size_of(level) / PAGE_SIZE) != 0; tries++)
    block = take(order);
  assert_int_equal(block % (size_of(level) / PAGE_SIZE), 0);
  return block;
}

static void a_large_page_owns_no_block_smaller_than_itself(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t small = take_at_start(BLOCK2 - 1, 2);
  assert_int_equal(pagetable_map(&space, 0, small, 2, 0), STATUS_WRONG_ORDER);
  records[small].references = FRAME_REFERENCES_MAX;
  assert_int_equal(pagetable_map(&space, 0, small, 2, 0), STATUS_WRONG_ORDER);
  assert_int_equal(pagetable_map(&space, 0, small, 1, 0), STATUS_SATURATED);
  records[small].references = 1;
  frame_t block = take(BLOCK2);
  records[block].references = FRAME_REFERENCES_MAX;
  assert_int_equal(pagetable_map(&space, 0, block, 2, 0), STATUS_SATURATED);
  records[block].references = 1;
  assert_int_equal(pagetable_map(&space, 0, small, 2, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(references(small), 1);
  sound();
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  small = take_at_start(BLOCK3 - 1, 3);
  assert_int_equal(pagetable_map(&space, 0, small, 3, 0), STATUS_WRONG_ORDER);
  assert_int_equal(pagetable_map(&space, 0, small, 2, 0), STATUS_OK);
}

static void assert_refused(uint64_t address, uint32_t level, enum status map, enum status others)
{
  struct translation out = {1, 2, 3, true, false};
  struct flush other = {5, 6, 7, true, 8};
  uint64_t before = free_frames();
  assert_int_equal(pagetable_map(&space, address, 0, level, PAGE_UNOWNED), map);
  assert_int_equal(pagetable_unmap(&space, address, level, &out, &other), others);
  assert_int_equal(pagetable_protect(&space, address, level, PAGE_UNOWNED, &out, &other), others);
  assert_int_equal(pagetable_test_and_clear(&space, address, level, &out, &other), others);
  assert_true(out.frame == 1 && out.permissions == 2 && out.level == 3 && out.accessed &&
              !out.dirty);
  assert_true(other.address == 5 && other.pages == 6 && other.level == 7 && other.tables &&
              other.table == 8);
  assert_int_equal(free_frames(), before);
}

static void a_page_in_the_way_is_named_by_its_size(void **state)
{
  (void)state;
  struct translation found;
  make_each_size();
  assert_refused(SIZE2, 1, STATUS_LARGER_PAGE, STATUS_LARGER_PAGE);
  assert_refused(2 * SIZE2 - PAGE_SIZE, 1, STATUS_LARGER_PAGE, STATUS_LARGER_PAGE);
  assert_refused(SIZE3, 1, STATUS_LARGER_PAGE, STATUS_LARGER_PAGE);
  assert_refused(2 * SIZE3 - SIZE2, 2, STATUS_LARGER_PAGE, STATUS_LARGER_PAGE);
  assert_refused(0, 2, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  assert_refused(0, 3, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t address = level == 1 ? 0 : size_of(level);
    assert_int_equal(pagetable_map(&space, address, 0, level, PAGE_UNOWNED | PAGE_WRITE),
                     STATUS_ALREADY_MAPPED);
    assert_int_equal(pagetable_protect(&space, address, level, 0, &found, &owed),
                     STATUS_BAD_PERMISSION);
    assert_int_equal(pagetable_query(&space, address, &found), STATUS_OK);
    assert_int_equal(found.permissions, PAGE_UNOWNED);
    assert_int_equal(found.level, level);
  }
  sound();
}

static void a_large_page_goes_with_the_tables_that_it_needed(void **state)
{
  (void)state;
  struct translation was;
  make_each_size();
  uint64_t all = free_frames();
  assert_int_equal(pagetable_unmap(&space, SIZE3, 3, &was, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), all); /* the table of level 3 has another entry */
  assert_int_equal(pagetable_unmap(&space, 0, 1, &was, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), all + 1);
  assert_int_equal(pagetable_map(&space, 0, 0, 2, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, SIZE2, 2, &was, &owed), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, 0, 2, &was, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), 40 - 2);
  assert_int_equal(pagetable_map(&space, 0, 0, 3, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, 0, 3, &was, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), 40 - 2);
  sound();
}

static void protect_keeps_the_frames_and_the_size_of_a_large_page(void **state)
{
  (void)state;
  struct translation found;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    make(20);
    frame_t table = 0;
    assert_int_equal(
        pagetable_map(&space, size_of(level), 262144, level, PAGE_UNOWNED | PAGE_WRITE), STATUS_OK);
    for (frame_t f = 0; f < FRAMES; f++)
      table = records[f].owner == OWNER_TABLE1 + level - 1 ? f : table;
    touch(table, 1, level);
    assert_int_equal(pagetable_protect(&space, size_of(level), level, PAGE_UNOWNED | PAGE_EXECUTE,
                                       &found, &owed),
                     STATUS_OK);
    assert_true(found.accessed && found.dirty);
    assert_int_equal(found.permissions, PAGE_UNOWNED | PAGE_WRITE);
    assert_int_equal(pagetable_query(&space, 2 * size_of(level) - 1, &found), STATUS_OK);
    assert_int_equal(found.frame, 262144 + size_of(level) / PAGE_SIZE - 1);
    assert_int_equal(found.permissions, PAGE_UNOWNED | PAGE_EXECUTE);
    assert_int_equal(found.level, level);
    assert_true(found.accessed && found.dirty);
    sound();
  }
}

static void destroy_gives_back_the_tables_and_references_of_pages_of_each_size(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  uint64_t before = free_frames();
  for (uint64_t i = 0; i < 8; i++) {
    const uint64_t far = i % 2 == 0 ? 0 : 0 - HALF;
    assert_int_equal(pagetable_map(&space, far + (2 * i) * SIZE2, block, 2, 0), STATUS_OK);
    assert_int_equal(pagetable_map(&space, far + (2 * i + 1) * SIZE2, block + 5, 1, 0), STATUS_OK);
    assert_int_equal(pagetable_map(&space, far + (i + 1) * SIZE3, 262144, 3, PAGE_UNOWNED),
                     STATUS_OK);
  }
  assert_int_equal(references(block), 17);
  sound();
  pagetable_destroy(&space);
  assert_int_equal(references(block), 1);
  assert_int_equal(free_frames(), before + 1);
  assert_null(frames_check(&frames));
}

/* A map that must fail for want of memory, and then everything is as it was. */
static void assert_out_of_memory(uint32_t level, uint64_t address, frame_t frame,
                                 uint32_t permissions)
{
  uint8_t *before = take_picture();
  assert_int_equal(pagetable_map(&space, address, frame, level, permissions), STATUS_OUT_OF_MEMORY);
  assert_picture(before);
}

/* Gives back one of the frames that were taken to leave few. */
static void give_one_back(void)
{
  frame_t f = FRAMES - 1;
  while (f == user || records[f].owner != OWNER_USER)
    f--;
  assert_int_equal(frame_put(&frames, f), STATUS_OK);
}

/* Maps a page of this level, which needs so many tables, with fewer frames free and then with as many. */
static void map_with_few_frames(uint32_t level, uint64_t address, uint32_t permissions,
                                uint64_t missing)
{
  const frame_t frame = permissions < PAGE_UNOWNED ? user : 0;
  while (free_frames() > 0)
    (void)take(0);
  for (uint64_t spare = 0; spare < missing; spare++) {
    assert_out_of_memory(level, address, frame, permissions);
    give_one_back();
  }
  assert_int_equal(pagetable_map(&space, address, frame, level, permissions), STATUS_OK);
  assert_int_equal(free_frames(), 0);
  sound();
}

static void a_map_without_enough_frames_for_its_tables_changes_nothing(void **state)
{
  (void)state;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    make(20);
    map_with_few_frames(level, 0 - HALF, PAGE_UNOWNED, PAGETABLE_LEVELS - level);
  }
  make(20);
  map_with_few_frames(1, 0x7000, 0, TABLES);
  /* With a part of the tables there. */
  for (uint32_t there = 2; there < PAGETABLE_LEVELS; there++)
    for (uint32_t level = 1; level < there && level <= PAGE_LEVELS; level++) {
      make(20);
      assert_int_equal(pagetable_map(&space, size_of(there), user, 1, 0), STATUS_OK);
      map_with_few_frames(level, 0, PAGE_UNOWNED, there - level);
    }
}

/* --- Splitting and merging --- */

/* Asserts that 512 pages of the level below are where one of this level was or could be. */
static void assert_pieces(uint64_t address, frame_t first, uint32_t level, uint32_t permissions,
                          bool seen)
{
  const uint64_t frames_each = size_of(level - 1) / PAGE_SIZE;
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    struct translation found = look(address + (i + 1) * size_of(level - 1) - 1);
    if (found.frame != first + (i + 1) * frames_each - 1 || found.level != level - 1 ||
        found.permissions != permissions || found.accessed != seen || found.dirty != seen)
      fail_msg("piece %u: frame %u, level %u, permissions %u", (unsigned)i, found.frame,
               found.level, found.permissions);
  }
  assert_int_equal(records[table_at(address, level - 1)].live, TABLE_ENTRIES);
}

/* Both calls, each of which must fail so, and then everything is as it was. */
static void assert_neither(uint64_t address, uint32_t level, enum status split, enum status merge)
{
  uint8_t *before = take_picture();
  assert_int_equal(pagetable_split(&space, address, level), split);
  assert_int_equal(pagetable_merge(&space, address, level, &owed), merge);
  assert_picture(before);
}

static void a_split_page_translates_as_before_in_pages_of_the_level_below(void **state)
{
  (void)state;
  const uint32_t kinds[] = {PAGE_WRITE, PAGE_EXECUTE | PAGE_USER, PAGE_WRITE | PAGE_UNCACHED,
                            PAGE_WRITE_COMBINING | PAGE_GLOBAL};
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++)
    for (size_t kind = 0; kind < 4; kind++) {
      const uint32_t permissions = kinds[kind] | PAGE_UNOWNED;
      const uint64_t address = 0 - size_of(level); /* under entry 511 */
      make(20);
      assert_int_equal(pagetable_map(&space, address, 262144, level, permissions), STATUS_OK);
      if (kind % 2 == 0)
        touch(table_at(address, level), 511, level);
      uint64_t before = free_frames();
      assert_int_equal(pagetable_split(&space, address, level), STATUS_OK);
      assert_pieces(address, 262144, level, permissions, kind % 2 == 0);
      assert_int_equal(free_frames(), before - 1);
      assert_int_equal(pagetable_query(&space, address - 1, &(struct translation){0}),
                       STATUS_NOT_MAPPED);
      sound();
    }
}

static void a_split_page_becomes_one_again_accessed_and_dirty_if_it_is_writable(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++)
    for (uint32_t write = 0; write <= PAGE_WRITE; write += PAGE_WRITE) {
      make(20);
      assert_int_equal(pagetable_map(&space, 0, 262144, level, write | PAGE_UNOWNED), STATUS_OK);
      uint64_t before = free_frames();
      assert_int_equal(pagetable_split(&space, 0, level), STATUS_OK);
      assert_int_equal(pagetable_merge(&space, 0, level, &owed), STATUS_OK);
      assert_maps(0, 262144, level, write | PAGE_UNOWNED);
      assert_true(look(0).accessed);
      assert_int_equal(look(0).dirty, write != 0);
      assert_int_equal(free_frames(), before - 1);
      flushed();
      assert_int_equal(free_frames(), before);
      sound();
    }
}

/* A page of this level, split down to pages of 4 KiB in its middle and merged again, with the references to its block. */
static void split_with_references(uint32_t level, uint32_t order)
{
  struct translation was;
  const uint64_t page = size_of(level) / 2; /* the piece that is split again */
  frame_t block = take(order);
  assert_int_equal(pagetable_map(&space, 0, block, level, PAGE_WRITE), STATUS_OK);
  for (uint32_t l = level; l > 1; l--) {
    assert_int_equal(pagetable_split(&space, l == level ? 0 : page, l), STATUS_OK);
    assert_int_equal(references(block), 1 + 1 + 511 * (level - l + 1));
    sound();
  }
  for (uint32_t l = 2; l <= level; l++)
    assert_int_equal(pagetable_merge(&space, l == level ? 0 : page, l, &owed), STATUS_OK);
  assert_int_equal(references(block), 2);
  assert_int_equal(pagetable_split(&space, 0, level), STATUS_OK);
  assert_int_equal(frame_put(&frames, block), STATUS_OK);
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    assert_int_equal(records[block].owner, OWNER_USER);
    assert_int_equal(pagetable_unmap(&space, i * size_of(level - 1), level - 1, &was, &owed),
                     STATUS_OK);
    assert_int_equal(was.frame, block + i * (size_of(level - 1) / PAGE_SIZE));
  }
  assert_int_equal(records[block].owner, OWNER_FREE);
  flushed();
  sound();
}

static void each_piece_of_a_split_page_holds_a_reference(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  split_with_references(2, BLOCK2);
  split_with_references(2, BLOCK2 + 1);
  assert_int_equal(free_frames(), LARGE_FRAMES - 1 - 2);
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  split_with_references(3, BLOCK3);
  assert_int_equal(free_frames(), HUGE_FRAMES - 1 - 2);
}

static void a_piece_is_unmapped_and_protected_by_itself(void **state)
{
  (void)state;
  struct translation was;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t piece = size_of(level - 1);
    make(20);
    assert_int_equal(pagetable_map(&space, 0, 0, level, PAGE_UNOWNED | PAGE_WRITE), STATUS_OK);
    assert_int_equal(pagetable_split(&space, 0, level), STATUS_OK);
    assert_int_equal(pagetable_protect(&space, 7 * piece, level - 1, PAGE_UNOWNED, &was, &owed),
                     STATUS_OK);
    assert_int_equal(pagetable_unmap(&space, 9 * piece, level - 1, &was, &owed), STATUS_OK);
    assert_int_equal(was.frame, 9 * piece / PAGE_SIZE);
    for (uint64_t i = 6; i < 11; i++)
      if (i != 9)
        assert_int_equal(look(i * piece).permissions, PAGE_UNOWNED | (i == 7 ? 0 : PAGE_WRITE));
    assert_int_equal(pagetable_query(&space, 9 * piece, &was), STATUS_NOT_MAPPED);
    assert_int_equal(pagetable_query(&space, 10 * piece - 1, &was), STATUS_NOT_MAPPED);
    sound();
  }
}

static void a_split_wants_a_frame_and_room_for_511_references(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map(&space, 0, block, 2, 0), STATUS_OK);
  records[block].references = FRAME_REFERENCES_MAX - 511;
  frame_t last = take(0);
  while (free_frames() > 0)
    last = take(0);
  assert_neither(0, 2, STATUS_SATURATED, STATUS_ALREADY_MAPPED); /* named first */
  records[block].references--;
  assert_neither(0, 2, STATUS_OUT_OF_MEMORY, STATUS_ALREADY_MAPPED);
  assert_int_equal(frame_put(&frames, last), STATUS_OK);
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  assert_int_equal(references(block), FRAME_REFERENCES_MAX - 1);
  assert_int_equal(free_frames(), 0);
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_OK); /* needs none */
  assert_int_equal(references(block), FRAME_REFERENCES_MAX - 512);
  assert_int_equal(free_frames(), 0);
  flushed();
  assert_int_equal(free_frames(), 1);
  sound();
}

static void a_pinned_block_stays_pinned_in_pieces(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map(&space, 0, block, 2, 0), STATUS_OK);
  records[block].references = FRAME_REFERENCES_MAX;
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  assert_int_equal(references(block), FRAME_REFERENCES_MAX);
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_OK);
  assert_int_equal(references(block), FRAME_REFERENCES_MAX);
  sound();
}

static void what_is_there_instead_of_a_page_to_split_or_merge_is_named(void **state)
{
  (void)state;
  const uint32_t bad[] = {0, 1, 4, 5, UINT32_MAX};
  make_each_size();
  for (size_t i = 0; i < 5; i++)
    assert_neither(HALF + 1, bad[i], STATUS_BAD_LEVEL, STATUS_BAD_LEVEL);
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    assert_neither(HALF + 1, level, STATUS_NOT_CANONICAL, STATUS_NOT_CANONICAL);
    assert_neither(0 - HALF - size_of(level), level, STATUS_NOT_CANONICAL, STATUS_NOT_CANONICAL);
    assert_neither(size_of(level) + 1, level, STATUS_MISALIGNED, STATUS_MISALIGNED);
    assert_neither(size_of(level - 1), level, STATUS_MISALIGNED, STATUS_MISALIGNED);
    assert_neither(0 - HALF, level, STATUS_NOT_MAPPED, STATUS_NOT_MAPPED);
    assert_neither(3 * size_of(level), level, STATUS_NOT_MAPPED, STATUS_NOT_MAPPED);
    assert_neither(0, level, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  }
  assert_neither(SIZE3 + SIZE2, 2, STATUS_LARGER_PAGE, STATUS_LARGER_PAGE);
  assert_int_equal(pagetable_merge(&space, SIZE2, 2, &owed), STATUS_ALREADY_MAPPED);
  assert_int_equal(pagetable_merge(&space, SIZE3, 3, &owed), STATUS_ALREADY_MAPPED);
  assert_int_equal(pagetable_split(&space, SIZE3, 3), STATUS_OK);
  assert_int_equal(pagetable_split(&space, SIZE3, 3), STATUS_SMALLER_PAGES);
}

static void pages_mapped_one_by_one_are_merged(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2 + 1);
  for (uint32_t i = TABLE_ENTRIES; i-- > 0;)
    assert_int_equal(pagetable_map(&space, SIZE2 + i * PAGE_SIZE, block + 512 + i, 1, PAGE_USER),
                     STATUS_OK);
  assert_int_equal(references(block), 513);
  frame_t table = table_at(SIZE2, 1);
  assert_int_equal(pagetable_merge(&space, SIZE2, 2, &owed), STATUS_OK);
  assert_maps(SIZE2, block + 512, 2, PAGE_USER);
  assert_int_equal(references(block), 2);
  assert_int_equal(records[table].owner, OWNER_TABLE1);
  sound();
  flushed();
  assert_int_equal(records[table].owner, OWNER_FREE);
  sound();
}

/* A page of a level not owned, split; then the piece at an index is changed: nothing is merged until it is mended. */
static void merge_with_another_piece(uint32_t level, uint64_t index)
{
  struct translation was;
  const uint64_t piece = index * size_of(level - 1);
  const frame_t frame = (frame_t)(piece / PAGE_SIZE),
                next = (frame_t)(size_of(level - 1) / PAGE_SIZE);
  make(20);
  assert_int_equal(pagetable_map(&space, 0, 0, level, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_split(&space, 0, level), STATUS_OK);
  assert_int_equal(
      pagetable_protect(&space, piece, level - 1, PAGE_UNOWNED | PAGE_GLOBAL, &was, &owed),
      STATUS_OK);
  assert_neither(0, level, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  assert_int_equal(pagetable_unmap(&space, piece, level - 1, &was, &owed), STATUS_OK);
  assert_neither(0, level, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  assert_int_equal(pagetable_map(&space, piece, frame + next, level - 1, PAGE_UNOWNED), STATUS_OK);
  assert_neither(0, level, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  assert_int_equal(pagetable_unmap(&space, piece, level - 1, &was, &owed), STATUS_OK);
  if (level > 2) { /* a table among the pages, of as many pages as one */
    assert_int_equal(pagetable_map(&space, piece, frame, level - 1, PAGE_UNOWNED), STATUS_OK);
    assert_int_equal(pagetable_split(&space, piece, level - 1), STATUS_OK);
    assert_neither(0, level, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
    assert_int_equal(pagetable_merge(&space, piece, level - 1, &owed), STATUS_OK);
  } else {
    assert_int_equal(pagetable_map(&space, piece, frame, level - 1, PAGE_UNOWNED), STATUS_OK);
  }
  assert_int_equal(pagetable_merge(&space, 0, level, &owed), STATUS_OK);
  sound();
}

static void pages_that_do_not_make_up_one_are_not_merged(void **state)
{
  (void)state;
  const uint64_t places[] = {0, 1, 200, 510, 511};
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++)
    for (size_t i = 0; i < 5; i++)
      merge_with_another_piece(level, places[i]);
}

static void pages_in_a_row_that_begins_inside_a_larger_one_are_not_merged(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const frame_t each = (frame_t)(size_of(level - 1) / PAGE_SIZE);
    make(20);
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
      assert_int_equal(
          pagetable_map(&space, i * size_of(level - 1), (i + 256) * each, level - 1, PAGE_UNOWNED),
          STATUS_OK);
    assert_neither(0, level, STATUS_SMALLER_PAGES, STATUS_SMALLER_PAGES);
  }
}

static void pages_are_merged_only_in_a_block_that_holds_them_all(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t first = take_at_start(BLOCK2 - 1, 2);
  frame_t second = take(BLOCK2 - 1);
  assert_int_equal(second, first + 256);
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    assert_int_equal(pagetable_map(&space, i * (uint64_t)PAGE_SIZE, first + i, 1, 0), STATUS_OK);
  assert_neither(0, 2, STATUS_SMALLER_PAGES, STATUS_WRONG_ORDER); /* 257 references: named first */
  records[first].references = FRAME_REFERENCES_MAX;
  assert_neither(0, 2, STATUS_SMALLER_PAGES, STATUS_WRONG_ORDER);
  make_machine(HUGE_FRAMES, HUGE_FRAMES - 1);
  first = take_at_start(BLOCK3 - 1, 3);
  assert_int_equal(take(BLOCK3 - 1), first + 131072);
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    assert_int_equal(pagetable_map(&space, i * SIZE2, first + 512 * i, 2, 0), STATUS_OK);
  assert_int_equal(pagetable_merge(&space, 0, 3, &owed), STATUS_WRONG_ORDER);
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_OK);
  sound();
}

static void pages_whose_references_others_dropped_are_not_merged(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map(&space, 0, block, 2, 0), STATUS_OK);
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  assert_int_equal(frame_put(&frames, block), STATUS_OK); /* the caller's own */
  assert_int_equal(frame_put(&frames, block + 5), STATUS_OK);
  assert_int_equal(references(block), 511);
  assert_neither(0, 2, STATUS_SMALLER_PAGES, STATUS_NOT_ALLOCATED);
  assert_int_equal(frame_get(&frames, block), STATUS_OK);
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_OK);
  assert_int_equal(references(block), 1);
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  while (records[block].owner != OWNER_FREE)
    assert_int_equal(frame_put(&frames, block), STATUS_OK);
  assert_neither(0, 2, STATUS_SMALLER_PAGES, STATUS_NOT_ALLOCATED);
  records[block].owner = OWNER_RESERVED;
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_NOT_ALLOCATED);
  records[block].owner = OWNER_TABLE1;
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_NOT_ALLOCATED);
  records[block].owner = OWNER_FREE;
  const frame_t table = table_at(0, 1);
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) /* beyond the last frame */
    memory[table * TABLE_ENTRIES + i] = pte_leaf(LARGE_FRAMES + i, 0, 1);
  assert_neither(0, 2, STATUS_SMALLER_PAGES, STATUS_NOT_ALLOCATED);
}

static void a_page_whose_block_others_gave_back_is_split_without_references(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map(&space, 0, block, 2, 0), STATUS_OK);
  assert_int_equal(frame_put(&frames, block), STATUS_OK);
  assert_int_equal(frame_put(&frames, block), STATUS_OK); /* the mapping's */
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  assert_pieces(0, block, 2, 0, false);
  assert_null(frames_check(&frames));
}

static void a_table_that_others_hold_is_not_free_after_a_flush(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, 0, 2, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  const frame_t table = table_at(0, 1);
  assert_int_equal(frame_get(&frames, table), STATUS_OK);
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_OK);
  assert_int_equal(references(table), 2);
  flushed();
  assert_int_equal(records[table].owner, OWNER_TABLE1);
  assert_int_equal(references(table), 1);
  sound();
  assert_int_equal(frame_put(&frames, table), STATUS_OK);
  assert_int_equal(records[table].owner, OWNER_FREE);
  sound();
}

static void destroy_gives_back_pages_in_pieces(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  frame_t block = take(BLOCK2);
  uint64_t before = free_frames();
  assert_int_equal(pagetable_map(&space, 0, block, 2, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, SIZE3, 0, 3, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_split(&space, 0, 2), STATUS_OK);
  assert_int_equal(pagetable_split(&space, SIZE3, 3), STATUS_OK);
  assert_int_equal(pagetable_split(&space, SIZE3 + 511 * SIZE2, 2), STATUS_OK);
  sound();
  pagetable_destroy(&space);
  assert_int_equal(references(block), 1);
  assert_int_equal(free_frames(), before + 1);
  assert_null(frames_check(&frames));
}

/* --- What is owed after a change --- */

static void nothing_and_a_page_is_exactly_that_page(void **state)
{
  (void)state;
  struct translation was;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t address = 0 - 3 * size_of(level);
    make(20);
    owe_page(address, level);
    assert_owed(address, size_of(level) / PAGE_SIZE, level);
    assert_false(owed.tables);
    flushed();
    assert_int_equal(pagetable_unmap(&space, address, level, &was, &owed), STATUS_OK);
    assert_owed(address, size_of(level) / PAGE_SIZE, level);
    assert_int_equal(owed.tables, level < PAGETABLE_LEVELS); /* the root stays */
    flushed();
    assert_owed(0, 0, 0);
    assert_false(owed.tables);
  }
}

static void map_and_split_owe_nothing(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, 0, 3, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_split(&space, 0, 3), STATUS_OK);
  owe_page(4 * SIZE3, 1);
  assert_owed(4 * SIZE3, 1, 1);
}

static void two_changes_owe_all_that_is_between(void **state)
{
  (void)state;
  make(20);
  owe_page(0x5000, 1);
  owe_page(0x2000, 1);
  assert_owed(0x2000, 4, 1);
  owe_page(0x3000, 1);
  assert_owed(0x2000, 4, 1);
  owe_page(0x9000, 1);
  assert_owed(0x2000, 8, 1);
  owe_page(SIZE2, 2);
  assert_owed(0x2000, 1024 - 2, 1);
}

static void the_upper_half_follows_the_lower_one(void **state)
{
  (void)state;
  for (uint32_t turn = 0; turn < 2; turn++) {
    make(40);
    owe_page(turn == 0 ? HALF - PAGE_SIZE : 0 - HALF, 1);
    owe_page(turn == 0 ? 0 - HALF : HALF - PAGE_SIZE, 1);
    assert_owed(HALF - PAGE_SIZE, 2, 1);
    owe_page(turn == 0 ? 0 : 0 - (uint64_t)PAGE_SIZE, 1);
    owe_page(turn == 0 ? 0 - (uint64_t)PAGE_SIZE : 0, 1);
    assert_owed(0, PAGETABLE_PAGES, 1);
  }
}

static void the_smallest_size_is_owed(void **state)
{
  (void)state;
  make(20);
  owe_page(SIZE3, 3);
  owe_page(0, 2);
  assert_owed(0, 2 * SIZE3 / PAGE_SIZE, 2);
  owe_page(SIZE3 - PAGE_SIZE, 1);
  owe_page(SIZE3 - 2 * SIZE2, 2);
  owe_page(2 * SIZE3, 3);
  assert_owed(0, 3 * SIZE3 / PAGE_SIZE, 1);
}

static void a_refused_call_owes_nothing_more(void **state)
{
  (void)state;
  struct translation was;
  make_each_size();
  owe_page(5 * SIZE3, 1);
  assert_int_equal(pagetable_unmap(&space, 5 * SIZE3, 1, &was, &owed), STATUS_OK);
  const struct flush before = owed;
  assert_true(before.tables);
  assert_int_equal(pagetable_unmap(&space, 0, 0, &was, &owed), STATUS_BAD_LEVEL);
  assert_int_equal(pagetable_unmap(&space, HALF, 1, &was, &owed), STATUS_NOT_CANONICAL);
  assert_int_equal(pagetable_unmap(&space, 1, 1, &was, &owed), STATUS_MISALIGNED);
  assert_int_equal(pagetable_unmap(&space, 0x1000, 1, &was, &owed), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_unmap(&space, SIZE2, 1, &was, &owed), STATUS_LARGER_PAGE);
  assert_int_equal(pagetable_unmap(&space, 0, 2, &was, &owed), STATUS_SMALLER_PAGES);
  assert_int_equal(pagetable_protect(&space, 0, 1, PAGE_PERMISSIONS, &was, &owed),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_protect(&space, 0, 1, 0, &was, &owed), STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_protect(&space, 0x1000, 1, 0, &was, &owed), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_merge(&space, 0, 1, &owed), STATUS_BAD_LEVEL);
  assert_int_equal(pagetable_merge(&space, 0, 2, &owed), STATUS_SMALLER_PAGES);
  assert_int_equal(pagetable_merge(&space, SIZE2, 2, &owed), STATUS_ALREADY_MAPPED);
  assert_int_equal(pagetable_merge(&space, 6 * SIZE3, 3, &owed), STATUS_NOT_MAPPED);
  assert_memory_equal(&owed, &before, sizeof owed);
}

static void a_merge_owes_its_512_pages_and_their_table(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t address = 3 * size_of(level);
    make(20);
    assert_int_equal(pagetable_map(&space, address, 0, level, PAGE_UNOWNED), STATUS_OK);
    assert_int_equal(pagetable_split(&space, address, level), STATUS_OK);
    const frame_t table = table_at(address, level - 1);
    assert_int_equal(pagetable_merge(&space, address, level, &owed), STATUS_OK);
    assert_owed(address, size_of(level) / PAGE_SIZE, level - 1);
    assert_true(owed.tables);
    assert_int_equal(owed.table, table);
    assert_int_equal(records[table].parent, table);
    assert_int_equal(records[table].index, TABLE_ENTRIES);
    assert_int_equal(records[table].owner, OWNER_TABLE1 + level - 2);
  }
}

/* The tables on the way to the page of 4 KiB at this address, none of which another page needs: they go with it. */
static void cut_branch(uint64_t address, frame_t *tables)
{
  struct translation was;
  for (uint32_t level = 1; level < PAGETABLE_LEVELS; level++)
    tables[level - 1] = table_at(address, level);
  assert_int_equal(pagetable_unmap(&space, address, 1, &was, &owed), STATUS_OK);
}

static void each_table_that_went_names_the_one_before(void **state)
{
  (void)state;
  frame_t first[TABLES];
  frame_t second[TABLES];
  make(40);
  assert_int_equal(pagetable_map(&space, 0x7000, user, 1, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0 - HALF, user, 1, 0), STATUS_OK);
  const uint64_t before = free_frames();
  cut_branch(0x7000, first);
  cut_branch(0 - HALF, second);
  assert_int_equal(owed.table, second[TABLES - 1]);
  for (uint32_t i = 0; i < TABLES; i++) {
    assert_int_equal(records[first[i]].parent, first[i == 0 ? 0 : i - 1]);
    assert_int_equal(records[second[i]].parent, i == 0 ? first[TABLES - 1] : second[i - 1]);
    assert_int_equal(records[first[i]].index, TABLE_ENTRIES);
    assert_int_equal(records[second[i]].index, TABLE_ENTRIES);
    assert_int_equal(records[first[i]].owner, OWNER_TABLE1 + i);
  }
  assert_int_equal(free_frames(), before);
  sound();
  flushed();
  for (uint32_t i = 0; i < TABLES; i++)
    assert_true(records[first[i]].owner == OWNER_FREE && records[second[i]].owner == OWNER_FREE);
  assert_int_equal(free_frames(), 40 - 2);
  sound();
}

static void tables_that_went_are_no_memory_until_the_flush_is_done(void **state)
{
  (void)state;
  frame_t tables[TABLES];
  frame_t frame;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, 0, 1, PAGE_UNOWNED), STATUS_OK);
  while (free_frames() > 0)
    (void)take(0);
  cut_branch(0, tables);
  assert_out_of_memory(1, 0, 0, PAGE_UNOWNED);
  assert_int_equal(frame_alloc(&frames, 0, OWNER_USER, 0, &frame), STATUS_OUT_OF_MEMORY);
  for (uint32_t i = 0; i < TABLES; i++) /* nor may a page own one */
    assert_int_equal(pagetable_map(&space, 0, tables[i], 1, 0), STATUS_BAD_OWNER);
  flushed();
  assert_int_equal(free_frames(), TABLES);
  assert_int_equal(pagetable_map(&space, 0, 0, 1, PAGE_UNOWNED), STATUS_OK);
  sound();
}

/* Asserts that to say that a flush is done that names this table changes nothing but the flush. */
static void assert_left_alone(frame_t table)
{
  owed = (struct flush){0};
  uint8_t *before = take_picture();
  owed =
      (struct flush){.address = 1, .pages = UINT64_MAX, .level = 9, .tables = true, .table = table};
  flushed();
  assert_true(owed.address == 0 && owed.pages == 0 && owed.level == 0 && !owed.tables &&
              owed.table == 0);
  owed = (struct flush){0};
  assert_picture(before);
}

static void what_is_no_table_that_went_is_left_alone(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, 1, 0), STATUS_OK);
  uint8_t *before = take_picture();
  flushed(); /* nothing is owed */
  assert_picture(before);
  assert_left_alone(FRAMES);
  assert_left_alone(UINT32_MAX);
  for (frame_t f = 0; f < FRAMES; f++) /* reserved, the user's, tables in use, free */
    assert_left_alone(f);
  records[user].index = TABLE_ENTRIES;
  assert_left_alone(user);
  records[space.root].index = TABLE_ENTRIES; /* no root goes */
  assert_left_alone(space.root);
}

/* The tables of a page that went, first[0] before the others; the frames that are free meanwhile. */
static uint64_t make_chain(frame_t *tables)
{
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, 1, 0), STATUS_OK);
  cut_branch(0, tables);
  return free_frames();
}

static void a_chain_that_was_cut_is_given_back_as_far_as_it_goes(void **state)
{
  (void)state;
  frame_t tables[TABLES];
  make(20);
  const frame_t ends[] = {FRAMES, UINT32_MAX, 0, user, space.root, FRAMES - 1};
  for (size_t i = 0; i < 6; i++) {
    const uint64_t before = make_chain(tables);
    records[owed.table].parent = ends[i];
    flushed();
    assert_int_equal(free_frames(), before + 1);
    assert_int_equal(references(user), 1);
    assert_int_equal(records[tables[0]].owner, OWNER_TABLE1);
    sound();
    owed = (struct flush){.tables = true, .table = tables[TABLES - 2]}; /* the rest, by hand */
    flushed();
    assert_int_equal(free_frames(), 20 - 2);
  }
}

static void a_chain_that_is_a_circle_ends(void **state)
{
  (void)state;
  frame_t tables[TABLES];
  const uint64_t before = make_chain(tables);
  records[tables[0]].parent = tables[TABLES - 1];
  flushed();
  assert_int_equal(free_frames(), before + TABLES);
  sound();
  (void)make_chain(tables); /* and so it does with tables that are never free */
  records[tables[0]].parent = tables[TABLES - 1];
  for (uint32_t i = 0; i < TABLES; i++)
    records[tables[i]].references = FRAME_REFERENCES_MAX;
  flushed();
  assert_int_equal(free_frames(), before);
  assert_int_equal(records[tables[0]].owner, OWNER_TABLE1);
  sound();
}

static void whatever_a_flush_says_it_covers_what_is_changed_to_the_end(void **state)
{
  (void)state;
  make(20);
  owed = (struct flush){.address = 0x5000, .pages = UINT64_MAX, .level = 9};
  owe_page(0x7000, 1);
  assert_owed(0x5000, PAGETABLE_PAGES - 5, 1);
  owed = (struct flush){.address = UINT64_MAX, .pages = UINT64_MAX, .level = UINT32_MAX};
  owe_page(SIZE3, 3);
  assert_owed(SIZE3, PAGETABLE_PAGES - SIZE3 / PAGE_SIZE, 3);
  owed = (struct flush){.address = 0x8000, .pages = PAGETABLE_PAGES - 8, .level = 1};
  owe_page(0x9000, 1);
  assert_owed(0x8000, PAGETABLE_PAGES - 8, 1);
  owed.pages++;
  owe_page(0 - (uint64_t)PAGE_SIZE, 1);
  assert_owed(0x8000, PAGETABLE_PAGES - 8, 1);
}

/* --- Accessed and dirty, tested and cleared --- */

/* Clears a page that has these marks: they are told, and all else is kept. */
static void assert_clears(uint64_t address, uint32_t level, uint32_t seen)
{
  struct translation was = {0};
  const struct translation before = look(address);
  assert_int_equal(pagetable_test_and_clear(&space, address, level, &was, &owed), STATUS_OK);
  const struct translation after = look(address);
  assert_int_equal(seen_of(was), seen);
  assert_int_equal(seen_of(after), 0);
  assert_int_equal(was.frame, before.frame);
  assert_int_equal(was.permissions, before.permissions);
  assert_int_equal(was.level, level);
  assert_int_equal(after.frame, before.frame);
  assert_int_equal(after.permissions, before.permissions);
  assert_int_equal(after.level, level);
}

static void what_the_processor_did_with_a_page_is_told_and_cleared(void **state)
{
  (void)state;
  const uint32_t kinds[] = {0, PAGE_WRITE | PAGE_USER, PAGE_EXECUTE | PAGE_GLOBAL,
                            PAGE_WRITE | PAGE_UNCACHED, PAGE_WRITE_COMBINING};
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
    for (size_t kind = 0; kind < 5; kind++) {
      const uint64_t address = 0 - 2 * size_of(level);
      make(20);
      assert_int_equal(pagetable_map(&space, address, 262144, level, kinds[kind] | PAGE_UNOWNED),
                       STATUS_OK);
      const uint64_t before = free_frames();
      for (uint32_t seen = 0; seen < 4; seen++) {
        mark(address, level, seen);
        assert_clears(address, level, seen);
        assert_clears(address, level, 0);
      }
      assert_maps(address, 262144, level, kinds[kind] | PAGE_UNOWNED);
      assert_int_equal(free_frames(), before);
      sound();
    }
}

static void a_cleared_page_keeps_its_reference(void **state)
{
  (void)state;
  make_machine(LARGE_FRAMES, LARGE_FRAMES - 1);
  const frame_t block = take(BLOCK2);
  assert_int_equal(pagetable_map(&space, SIZE2, block, 2, PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0, block + 7, 1, PAGE_WRITE), STATUS_OK);
  mark(SIZE2, 2, 3);
  mark(0, 1, 3);
  assert_clears(SIZE2, 2, 3);
  assert_clears(0, 1, 3);
  assert_int_equal(references(block), 3);
  sound();
}

static void a_page_that_was_neither_accessed_nor_dirty_owes_nothing(void **state)
{
  (void)state;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t address = 3 * size_of(level);
    make(20);
    assert_int_equal(pagetable_map(&space, address, 0, level, PAGE_UNOWNED), STATUS_OK);
    assert_clears(address, level, 0);
    assert_owed(0, 0, 0);
    assert_false(owed.tables);
    const struct flush before = {5, 6, 7, true, 8}; /* whatever is owed already */
    owed = before;
    assert_clears(address, level, 0);
    assert_owed(5, 6, 7);
    assert_true(owed.tables);
    assert_int_equal(owed.table, 8);
  }
}

static void a_page_that_was_accessed_or_dirty_owes_its_flush(void **state)
{
  (void)state;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
    for (uint32_t seen = 1; seen < 4; seen++) {
      const uint64_t address = 0 - 3 * size_of(level);
      make(20);
      assert_int_equal(pagetable_map(&space, address, 0, level, PAGE_UNOWNED), STATUS_OK);
      mark(address, level, seen);
      assert_clears(address, level, seen);
      assert_owed(address, size_of(level) / PAGE_SIZE, level);
      assert_false(owed.tables);
      flushed();
      assert_owed(0, 0, 0);
    }
}

static void a_cleared_page_is_added_to_what_is_owed(void **state)
{
  (void)state;
  frame_t tables[TABLES];
  make(40);
  assert_int_equal(pagetable_map(&space, 0x5000, 0, 1, PAGE_UNOWNED), STATUS_OK);
  cut_branch(0x5000, tables);
  const frame_t last = owed.table;
  for (uint64_t page = 1; page < 10; page++)
    assert_int_equal(pagetable_map(&space, page * PAGE_SIZE, 0, 1, PAGE_UNOWNED), STATUS_OK);
  mark(0x2000, 1, 1);
  mark(0x7000, 1, 3);
  for (uint64_t page = 1; page < 10; page++)
    assert_clears(page * PAGE_SIZE, 1, page == 2 ? 1 : page == 7 ? 3 : 0);
  assert_owed(0x2000, 6, 1);
  assert_true(owed.tables);
  assert_int_equal(owed.table, last);
  flushed();
  sound();
}

/* A clear that must fail so, and then everything is as it was. */
static void assert_not_cleared(uint64_t address, uint32_t level, enum status status)
{
  struct translation out = {1, 2, 3, true, false};
  uint8_t *before = take_picture();
  assert_int_equal(pagetable_test_and_clear(&space, address, level, &out, &owed), status);
  assert_picture(before);
  assert_true(out.frame == 1 && out.permissions == 2 && out.level == 3 && out.accessed &&
              !out.dirty);
}

static void a_refused_clear_changes_nothing(void **state)
{
  (void)state;
  const uint32_t bad[] = {0, 4, 5, UINT32_MAX};
  make_each_size();
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++)
    mark(level == 1 ? 0 : size_of(level), level, 3);
  owe_page(5 * SIZE3, 1); /* so that the flush is not nothing either */
  for (size_t i = 0; i < 4; i++) {
    assert_not_cleared(0, bad[i], STATUS_BAD_LEVEL);
    assert_not_cleared(HALF + 1, bad[i], STATUS_BAD_LEVEL);
  }
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    const uint64_t address = level == 1 ? 0 : size_of(level);
    assert_not_cleared(HALF, level, STATUS_NOT_CANONICAL);
    assert_not_cleared(0 - HALF - 1, level, STATUS_NOT_CANONICAL);
    assert_not_cleared(address + 1, level, STATUS_MISALIGNED);
    assert_not_cleared(address + size_of(level) / 2, level, STATUS_MISALIGNED);
    assert_not_cleared(3 * SIZE3, level, STATUS_NOT_MAPPED);
    assert_not_cleared(0 - HALF, level, STATUS_NOT_MAPPED);
  }
  assert_not_cleared(PAGE_SIZE, 1, STATUS_NOT_MAPPED); /* beside the page of 4 KiB */
  assert_not_cleared(2 * SIZE2, 2, STATUS_NOT_MAPPED);
  assert_not_cleared(SIZE2, 1, STATUS_LARGER_PAGE);
  assert_not_cleared(2 * SIZE3 - PAGE_SIZE, 1, STATUS_LARGER_PAGE);
  assert_not_cleared(SIZE3, 2, STATUS_LARGER_PAGE);
  assert_not_cleared(0, 2, STATUS_SMALLER_PAGES);
  assert_not_cleared(0, 3, STATUS_SMALLER_PAGES);
}

static void a_page_that_could_not_be_mapped_any_more_can_be_cleared(void **state)
{
  (void)state;
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE | PAGE_UNOWNED;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    make(20);
    pagetable_allow_write_execute(&space, true);
    assert_int_equal(pagetable_map(&space, 0, 0, level, both), STATUS_OK);
    pagetable_allow_write_execute(&space, false);
    mark(0, level, 3);
    assert_clears(0, level, 3);
    assert_int_equal(look(0).permissions, both);
    sound();
  }
}

static void pages_beside_a_cleared_one_keep_their_accessed_and_dirty(void **state)
{
  (void)state;
  struct pagetable other;
  for (uint32_t level = 1; level <= PAGE_LEVELS; level++) {
    make(60);
    const uint64_t size = size_of(level);
    const uint64_t beside[] = {3 * size, 5 * size, 6 * size, 0 - 4 * size};
    assert_int_equal(pagetable_map(&space, 4 * size, 0, level, PAGE_UNOWNED), STATUS_OK);
    mark(4 * size, level, 3);
    for (uint32_t i = 0; i < 4; i++) { /* one of each kind, all on the same frames */
      assert_int_equal(pagetable_map(&space, beside[i], 0, level, PAGE_UNOWNED), STATUS_OK);
      mark(beside[i], level, i);
    }
    const struct pagetable first = space;
    assert_int_equal(pagetable_create(&other, &frames, memory), STATUS_OK);
    assert_int_equal(pagetable_map(&other, 4 * size, 0, level, PAGE_UNOWNED), STATUS_OK);
    space = other;
    mark(4 * size, level, 3);
    space = first;
    assert_clears(4 * size, level, 3);
    for (uint32_t i = 0; i < 4; i++)
      assert_int_equal(seen_of(look(beside[i])), i);
    space = other; /* nor does the same page of another address space change */
    assert_int_equal(seen_of(look(4 * size)), 3);
    space = first;
  }
}

static void a_piece_of_a_split_page_is_cleared_by_itself(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= PAGE_LEVELS; level++) {
    const uint64_t piece = size_of(level - 1);
    make(20);
    assert_int_equal(pagetable_map(&space, 0, 0, level, PAGE_UNOWNED | PAGE_WRITE), STATUS_OK);
    mark(0, level, 3);
    assert_int_equal(pagetable_split(&space, 0, level), STATUS_OK);
    assert_clears(511 * piece, level - 1, 3);
    assert_clears(9 * piece, level - 1, 3);
    for (uint64_t i = 0; i < TABLE_ENTRIES; i++)
      assert_int_equal(seen_of(look(i * piece)), i == 9 || i == 511 ? 0 : 3);
    assert_int_equal(pagetable_merge(&space, 0, level, &owed), STATUS_OK);
    assert_clears(0, level, 3); /* a page that was merged counts as used */
  }
}

static void a_frame_that_others_gave_back_is_left_alone(void **state)
{
  (void)state;
  struct translation was;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, user, 1, 0), STATUS_OK);
  assert_int_equal(frame_put(&frames, user), STATUS_OK);
  assert_int_equal(frame_put(&frames, user), STATUS_OK); /* the mapping's */
  assert_string_equal(pagetable_check(&space),
                      "pagetable: a mapping owns a frame that is not in use");
  assert_int_equal(pagetable_unmap(&space, 0x1000, 1, &was, &owed), STATUS_OK);
  flushed();
  assert_int_equal(free_frames(), 19);
  sound();
}

static void check_names_planted_corruptions(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, 1, 0), STATUS_OK);
  records[space.root].live = 2;
  assert_string_equal(pagetable_check(&space), "pagetable: a live count is wrong");
  records[space.root].live = 1;
  frame_t child = pte_next(memory[space.root * TABLE_ENTRIES]);
  records[child].index = 3;
  assert_string_equal(pagetable_check(&space),
                      "pagetable: a table does not know the slot that points at it");
  records[child].index = 0;
  memory[space.root * TABLE_ENTRIES] = pte_table(15);
  assert_string_equal(pagetable_check(&space),
                      "pagetable: an entry points at a frame that is no table of the level below");
}

static void check_names_pages_that_their_table_cannot_hold(void **state)
{
  (void)state;
  const char *cannot = "pagetable: an entry maps a page that its table cannot hold";
  make(20);
  assert_int_equal(pagetable_map(&space, 0, 0, 3, PAGE_UNOWNED), STATUS_OK);
  frame_t table = space.root;
  while (records[table].owner != OWNER_TABLE3)
    table = pte_next(memory[table * TABLE_ENTRIES]);
  const uint64_t page = pte_leaf(262144, PAGE_UNOWNED, 3);
  memory[table * TABLE_ENTRIES] = page + (pte_table(512) - pte_table(0)); /* not a multiple */
  assert_string_equal(pagetable_check(&space), cannot);
  memory[table * TABLE_ENTRIES] = page;
  assert_null(pagetable_check(&space));
#if PAGETABLE_LEVELS > 3
  memory[space.root * TABLE_ENTRIES] = page; /* in a table above level 3 */
  assert_string_equal(pagetable_check(&space), cannot);
#endif
  records[space.root].owner--;
  assert_string_equal(pagetable_check(&space),
                      "pagetable: the root is no table of the highest level");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mapped_page_translates_and_its_neighbours_do_not),
      cmocka_unit_test(mapping_a_mapped_page_is_refused_and_changes_nothing),
      cmocka_unit_test(bad_addresses_have_their_own_statuses),
      cmocka_unit_test(the_pages_at_both_ends_of_both_halves_can_be_mapped),
      cmocka_unit_test(writable_and_executable_at_once_is_refused),
      cmocka_unit_test(writable_and_executable_at_once_is_mapped_where_that_is_allowed),
      cmocka_unit_test(uncached_and_write_combining_at_once_is_refused),
      cmocka_unit_test(frames_that_no_mapping_may_own_are_refused_by_name),
      cmocka_unit_test(an_unowned_mapping_takes_any_frame_and_no_reference),
      cmocka_unit_test(a_table_goes_with_its_last_entry),
      cmocka_unit_test(a_mapped_frame_lives_until_its_last_page_goes),
      cmocka_unit_test(a_page_in_the_middle_of_a_block_keeps_the_block),
      cmocka_unit_test(protect_changes_permissions_and_keeps_accessed_and_dirty),
      cmocka_unit_test(destroy_gives_every_frame_back),
      cmocka_unit_test(two_spaces_share_frames_and_no_tables),
      cmocka_unit_test(creating_a_space_without_memory_fails),
      cmocka_unit_test(a_page_of_2_mib_translates_to_each_of_its_frames),
      cmocka_unit_test(a_page_of_1_gib_translates_to_each_of_its_frames),
      cmocka_unit_test(the_last_page_of_each_size_can_be_mapped),
      cmocka_unit_test(an_owned_large_page_holds_one_reference_to_its_block),
      cmocka_unit_test(pages_of_2_mib_share_a_larger_block),
      cmocka_unit_test(a_page_has_level_1_2_or_3),
      cmocka_unit_test(a_large_page_begins_at_a_multiple_of_its_size),
      cmocka_unit_test(a_large_page_owns_no_block_smaller_than_itself),
      cmocka_unit_test(a_page_in_the_way_is_named_by_its_size),
      cmocka_unit_test(a_large_page_goes_with_the_tables_that_it_needed),
      cmocka_unit_test(protect_keeps_the_frames_and_the_size_of_a_large_page),
      cmocka_unit_test(destroy_gives_back_the_tables_and_references_of_pages_of_each_size),
      cmocka_unit_test(a_map_without_enough_frames_for_its_tables_changes_nothing),
      cmocka_unit_test(a_split_page_translates_as_before_in_pages_of_the_level_below),
      cmocka_unit_test(a_split_page_becomes_one_again_accessed_and_dirty_if_it_is_writable),
      cmocka_unit_test(each_piece_of_a_split_page_holds_a_reference),
      cmocka_unit_test(a_piece_is_unmapped_and_protected_by_itself),
      cmocka_unit_test(a_split_wants_a_frame_and_room_for_511_references),
      cmocka_unit_test(a_pinned_block_stays_pinned_in_pieces),
      cmocka_unit_test(what_is_there_instead_of_a_page_to_split_or_merge_is_named),
      cmocka_unit_test(pages_mapped_one_by_one_are_merged),
      cmocka_unit_test(pages_that_do_not_make_up_one_are_not_merged),
      cmocka_unit_test(pages_in_a_row_that_begins_inside_a_larger_one_are_not_merged),
      cmocka_unit_test(pages_are_merged_only_in_a_block_that_holds_them_all),
      cmocka_unit_test(pages_whose_references_others_dropped_are_not_merged),
      cmocka_unit_test(a_page_whose_block_others_gave_back_is_split_without_references),
      cmocka_unit_test(a_table_that_others_hold_is_not_free_after_a_flush),
      cmocka_unit_test(destroy_gives_back_pages_in_pieces),
      cmocka_unit_test(nothing_and_a_page_is_exactly_that_page),
      cmocka_unit_test(map_and_split_owe_nothing),
      cmocka_unit_test(two_changes_owe_all_that_is_between),
      cmocka_unit_test(the_upper_half_follows_the_lower_one),
      cmocka_unit_test(the_smallest_size_is_owed),
      cmocka_unit_test(a_refused_call_owes_nothing_more),
      cmocka_unit_test(a_merge_owes_its_512_pages_and_their_table),
      cmocka_unit_test(each_table_that_went_names_the_one_before),
      cmocka_unit_test(tables_that_went_are_no_memory_until_the_flush_is_done),
      cmocka_unit_test(what_is_no_table_that_went_is_left_alone),
      cmocka_unit_test(a_chain_that_was_cut_is_given_back_as_far_as_it_goes),
      cmocka_unit_test(a_chain_that_is_a_circle_ends),
      cmocka_unit_test(whatever_a_flush_says_it_covers_what_is_changed_to_the_end),
      cmocka_unit_test(what_the_processor_did_with_a_page_is_told_and_cleared),
      cmocka_unit_test(a_cleared_page_keeps_its_reference),
      cmocka_unit_test(a_page_that_was_neither_accessed_nor_dirty_owes_nothing),
      cmocka_unit_test(a_page_that_was_accessed_or_dirty_owes_its_flush),
      cmocka_unit_test(a_cleared_page_is_added_to_what_is_owed),
      cmocka_unit_test(a_refused_clear_changes_nothing),
      cmocka_unit_test(a_page_that_could_not_be_mapped_any_more_can_be_cleared),
      cmocka_unit_test(pages_beside_a_cleared_one_keep_their_accessed_and_dirty),
      cmocka_unit_test(a_piece_of_a_split_page_is_cleared_by_itself),
      cmocka_unit_test(a_frame_that_others_gave_back_is_left_alone),
      cmocka_unit_test(check_names_planted_corruptions),
      cmocka_unit_test(check_names_pages_that_their_table_cannot_hold),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  drop();
  return failed;
}

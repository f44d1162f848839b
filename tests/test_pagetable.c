/* Address spaces over a small machine whose memory is an array. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "leaf.h"
#include "pagetable.h"

enum { FRAMES = 64 };

static struct frames frames;
static struct frame records[FRAMES];
static uint64_t memory[FRAMES * TABLE_ENTRIES];
static uint64_t *words;
static struct pagetable space;
static frame_t user; /* a frame in use, to be mapped */

/* A machine with count free frames from frame 1 on, one address space and one user frame. */
static void make(uint64_t count)
{
  free(words);
  words = malloc(8 * buddy_words(FRAMES));
  assert_non_null(words);
  memset(memory, 0xEE, sizeof memory);
  assert_int_equal(frames_init(&frames, FRAMES, words, buddy_words(FRAMES), records, FRAMES),
                   STATUS_OK);
  assert_int_equal(frames_release(&frames, 1, count), STATUS_OK);
  assert_int_equal(pagetable_create(&space, &frames, memory), STATUS_OK);
  assert_int_equal(frame_alloc(&frames, 0, OWNER_USER, 0, &user), STATUS_OK);
}

static uint64_t free_frames(void)
{
  return buddy_free_frames(&frames.buddy);
}

static uint32_t references(frame_t frame)
{
  return records[frame].references;
}

static void sound(void)
{
  assert_null(frames_check(&frames));
  assert_null(pagetable_check(&space));
}

static void a_mapped_page_translates_and_its_neighbours_do_not(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x7000, user, PAGE_WRITE | PAGE_USER), STATUS_OK);
  assert_int_equal(pagetable_query(&space, 0x7FFF, &found), STATUS_OK);
  assert_int_equal(found.frame, user);
  assert_int_equal(found.permissions, PAGE_WRITE | PAGE_USER);
  assert_false(found.accessed || found.dirty);
  assert_int_equal(pagetable_query(&space, 0x6FFF, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_query(&space, 0x8000, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_query(&space, 0x7000 + (1ull << 39), &found), STATUS_NOT_MAPPED);
  assert_int_equal(free_frames(), 20 - 2 - 3);
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
  assert_int_equal(pagetable_map(&space, 0x7000, user, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x7000, other, PAGE_WRITE), STATUS_ALREADY_MAPPED);
  assert_int_equal(pagetable_query(&space, 0x7000, &found), STATUS_OK);
  assert_int_equal(found.frame, user);
  assert_int_equal(references(other), 1);
  records[other].references =
      FRAME_REFERENCES_MAX - 1; /* a reference taken and given back would pin it */
  assert_int_equal(pagetable_map(&space, 0x7000, other, PAGE_WRITE), STATUS_ALREADY_MAPPED);
  assert_int_equal(references(other), FRAME_REFERENCES_MAX - 1);
  sound();
}

static void bad_addresses_have_their_own_statuses(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  const uint64_t bad[] = {1ull << 47, 0xFFFF7FFFFFFFF000u, 0x8000000000000000u};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(pagetable_map(&space, bad[i], user, 0), STATUS_NOT_CANONICAL);
    assert_int_equal(pagetable_unmap(&space, bad[i], &found), STATUS_NOT_CANONICAL);
    assert_int_equal(pagetable_protect(&space, bad[i], 0, &found), STATUS_NOT_CANONICAL);
    assert_int_equal(pagetable_query(&space, bad[i], &found), STATUS_NOT_CANONICAL);
  }
  assert_int_equal(pagetable_map(&space, 0x7001, user, 0), STATUS_MISALIGNED);
  assert_int_equal(pagetable_unmap(&space, 0x7800, &found), STATUS_MISALIGNED);
  assert_int_equal(pagetable_protect(&space, 0x7FFF, 0, &found), STATUS_MISALIGNED);
}

static void the_pages_at_both_ends_of_both_halves_can_be_mapped(void **state)
{
  (void)state;
  struct translation found;
  const uint64_t ends[] = {0, 0x7FFFFFFFF000u, 0xFFFF800000000000u, 0xFFFFFFFFFFFFF000u};
  make(40);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pagetable_map(&space, ends[i], user, 0), STATUS_OK);
  assert_int_equal(references(user), 5);
  sound();
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pagetable_unmap(&space, ends[i], &found), STATUS_OK);
  assert_int_equal(free_frames(), 40 - 2);
  sound();
}

static void writable_and_executable_at_once_is_refused(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, PAGE_WRITE | PAGE_EXECUTE),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 0, user, PAGE_PERMISSIONS + 1), STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 0, user, PAGE_EXECUTE), STATUS_OK);
  assert_int_equal(pagetable_protect(&space, 0, PAGE_WRITE | PAGE_EXECUTE, &found),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_protect(&space, 0, PAGE_EXECUTE | PAGE_UNOWNED, &found),
                   STATUS_BAD_PERMISSION);
}

static void uncached_and_write_combining_at_once_is_refused(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, PAGE_UNCACHED | PAGE_WRITE_COMBINING),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_map(&space, 0, user, PAGE_UNCACHED), STATUS_OK);
  assert_int_equal(pagetable_protect(&space, 0, PAGE_UNCACHED | PAGE_WRITE_COMBINING, &found),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(pagetable_query(&space, 0, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_UNCACHED);
  assert_int_equal(pagetable_protect(&space, 0, PAGE_WRITE_COMBINING | PAGE_WRITE, &found),
                   STATUS_OK);
  assert_int_equal(found.permissions, PAGE_UNCACHED);
  assert_int_equal(pagetable_query(&space, 0, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_WRITE_COMBINING | PAGE_WRITE);
}

static void frames_that_no_mapping_may_own_are_refused_by_name(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, FRAMES, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(pagetable_map(&space, 0, 15, 0), STATUS_NOT_ALLOCATED);
  assert_int_equal(pagetable_map(&space, 0, 0, 0), STATUS_RESERVED);
  assert_int_equal(pagetable_map(&space, 0, space.root, 0), STATUS_BAD_OWNER);
  records[user].references = FRAME_REFERENCES_MAX;
  assert_int_equal(pagetable_map(&space, 0, user, 0), STATUS_SATURATED);
  assert_int_equal(free_frames(), 18);
}

static void an_unowned_mapping_takes_any_frame_and_no_reference(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, 15, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x2000, UINT32_MAX, PAGE_UNOWNED | PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_query(&space, 0x2000, &found), STATUS_OK);
  assert_int_equal(found.frame, UINT32_MAX);
  assert_int_equal(found.permissions, PAGE_UNOWNED | PAGE_WRITE);
  sound();
  assert_int_equal(pagetable_unmap(&space, 0x1000, &found), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, 0x2000, &found), STATUS_OK);
  assert_int_equal(free_frames(), 18);
}

static void out_of_memory_at_each_table_gives_everything_back(void **state)
{
  (void)state;
  for (uint64_t spare = 0; spare < 3; spare++) {
    make(2 + spare);
    assert_int_equal(pagetable_map(&space, 0x7000, user, 0), STATUS_OUT_OF_MEMORY);
    assert_int_equal(free_frames(), spare);
    assert_int_equal(references(user), 1);
    sound();
  }
  make(5);
  assert_int_equal(pagetable_map(&space, 0x7000, user, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x8000, user, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x200000, user, 0), STATUS_OUT_OF_MEMORY);
  sound();
}

static void a_table_goes_with_its_last_entry(void **state)
{
  (void)state;
  struct translation was;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x0, user, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x200000, user, 0), STATUS_OK);
  assert_int_equal(free_frames(), 20 - 2 - 4);
  assert_int_equal(pagetable_unmap(&space, 0x0, &was), STATUS_OK);
  assert_int_equal(free_frames(), 20 - 2 - 3);
  assert_int_equal(was.frame, user);
  sound();
  assert_int_equal(pagetable_unmap(&space, 0x0, &was), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_unmap(&space, 0x200000, &was), STATUS_OK);
  assert_int_equal(free_frames(), 18);
  sound();
}

static void a_mapped_frame_lives_until_its_last_page_goes(void **state)
{
  (void)state;
  struct translation was;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, user, 0), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x2000, user, PAGE_WRITE), STATUS_OK);
  assert_int_equal(frame_put(&frames, user), STATUS_OK);
  assert_int_equal(pagetable_unmap(&space, 0x1000, &was), STATUS_OK);
  assert_int_equal(records[user].owner, OWNER_USER);
  assert_int_equal(pagetable_unmap(&space, 0x2000, &was), STATUS_OK);
  assert_int_equal(records[user].owner, OWNER_FREE);
  assert_int_equal(free_frames(), 19);
}

static void a_page_in_the_middle_of_a_block_keeps_the_block(void **state)
{
  (void)state;
  frame_t block;
  make(40);
  assert_int_equal(frame_alloc(&frames, 3, OWNER_USER, 0, &block), STATUS_OK);
  assert_int_equal(pagetable_map(&space, 0x1000, block + 5, 0), STATUS_OK);
  assert_int_equal(references(block), 2);
  assert_int_equal(frame_put(&frames, block), STATUS_OK);
  assert_int_equal(records[block].owner, OWNER_USER);
  pagetable_destroy(&space);
  assert_int_equal(records[block].owner, OWNER_FREE);
  assert_int_equal(free_frames(), 39);
}

static void protect_changes_permissions_and_keeps_accessed_and_dirty(void **state)
{
  (void)state;
  struct translation found;
  make(20);
  assert_int_equal(pagetable_map(&space, 0x1000, user, PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_protect(&space, 0x2000, 0, &found), STATUS_NOT_MAPPED);
  frame_t leaf = 0;
  for (frame_t f = 0; f < FRAMES; f++)
    leaf = records[f].owner == OWNER_TABLE1 ? f : leaf;
  memory[leaf * TABLE_ENTRIES + 1] |=
      pte_page(0, 0, 3, 1) - pte_page(0, 0, 0, 1); /* as the processor would */
  assert_int_equal(pagetable_protect(&space, 0x1000, PAGE_USER | PAGE_EXECUTE, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_WRITE);
  assert_true(found.accessed && found.dirty);
  assert_int_equal(pagetable_query(&space, 0x1000, &found), STATUS_OK);
  assert_int_equal(found.permissions, PAGE_USER | PAGE_EXECUTE);
  assert_true(found.accessed && found.dirty);
  assert_int_equal(found.frame, user);
  assert_int_equal(pagetable_unmap(&space, 0x1000, &found), STATUS_OK);
  assert_true(found.dirty);
}

static void destroy_gives_every_frame_back(void **state)
{
  (void)state;
  make(60);
  for (uint64_t i = 0; i < 12; i++)
    assert_int_equal(pagetable_map(&space, i << (12 + 9 * (i % 4)), user, 0), STATUS_OK);
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
  assert_int_equal(pagetable_map(&space, 0x1000, user, PAGE_WRITE), STATUS_OK);
  assert_int_equal(pagetable_query(&other, 0x1000, &found), STATUS_NOT_MAPPED);
  assert_int_equal(pagetable_map(&other, 0x1000, user, 0), STATUS_OK);
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

static void check_names_planted_corruptions(void **state)
{
  (void)state;
  make(20);
  assert_int_equal(pagetable_map(&space, 0, user, 0), STATUS_OK);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mapped_page_translates_and_its_neighbours_do_not),
      cmocka_unit_test(mapping_a_mapped_page_is_refused_and_changes_nothing),
      cmocka_unit_test(bad_addresses_have_their_own_statuses),
      cmocka_unit_test(the_pages_at_both_ends_of_both_halves_can_be_mapped),
      cmocka_unit_test(writable_and_executable_at_once_is_refused),
      cmocka_unit_test(uncached_and_write_combining_at_once_is_refused),
      cmocka_unit_test(frames_that_no_mapping_may_own_are_refused_by_name),
      cmocka_unit_test(an_unowned_mapping_takes_any_frame_and_no_reference),
      cmocka_unit_test(out_of_memory_at_each_table_gives_everything_back),
      cmocka_unit_test(a_table_goes_with_its_last_entry),
      cmocka_unit_test(a_mapped_frame_lives_until_its_last_page_goes),
      cmocka_unit_test(a_page_in_the_middle_of_a_block_keeps_the_block),
      cmocka_unit_test(protect_changes_permissions_and_keeps_accessed_and_dirty),
      cmocka_unit_test(destroy_gives_every_frame_back),
      cmocka_unit_test(two_spaces_share_frames_and_no_tables),
      cmocka_unit_test(creating_a_space_without_memory_fails),
      cmocka_unit_test(check_names_planted_corruptions),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(words);
  return failed;
}

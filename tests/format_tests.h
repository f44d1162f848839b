/* What holds of every entry format; the tests of a format include it after its pte.h. */
#ifndef ASHLAR_FORMAT_TESTS_H
#define ASHLAR_FORMAT_TESTS_H

#include "core/leaf.h"
#include "unit.h"

#define PAGE_SIZES 3u

static const uint32_t frames[] = {0, 0x40000, 0x1000000, 0x80000000, UINT32_MAX - 0x3FFFF};
#define FRAMES (sizeof frames / sizeof *frames)

/* What a page may have: not both ways to do without a cache. */
static bool known(uint32_t permissions)
{
  return !((permissions & PAGE_UNCACHED) && (permissions & PAGE_WRITE_COMBINING));
}

static void an_empty_entry_is_not_present(void **state)
{
  (void)state;
  assert_false(pte_present(pte_empty()));
  assert_false(pte_present(0));
  assert_false(pte_present(~(uint64_t)1));
}

static void frames_of_32_bits_survive_the_round_trip_at_every_size(void **state)
{
  (void)state;
  for (size_t i = 0; i < FRAMES; i++)
    for (uint32_t level = 1; level <= PAGE_SIZES; level++) {
      assert_int_equal(pte_frame(pte_leaf(frames[i], 0, level), level), frames[i]);
      assert_int_equal(
          pte_frame(pte_leaf(frames[i], PAGE_PERMISSIONS - PAGE_UNCACHED, level), level),
          frames[i]);
    }
  assert_int_equal(pte_frame(pte_leaf(UINT32_MAX, PAGE_PERMISSIONS - PAGE_UNCACHED, 1), 1),
                   UINT32_MAX);
}

static void a_table_is_no_page_and_a_page_is_no_table(void **state)
{
  (void)state;
  assert_int_equal(pte_next(pte_table(UINT32_MAX)), UINT32_MAX);
  for (uint32_t level = 2; level <= 5; level++)
    assert_true(pte_points(pte_table(7), level));
  for (uint32_t level = 1; level <= PAGE_SIZES; level++)
    for (uint32_t p = 0; p <= PAGE_PERMISSIONS; p++)
      if (known(p))
        assert_false(pte_points(pte_leaf(0x40000, p, level), level));
}

static void permissions_survive_the_round_trip_at_every_size(void **state)
{
  (void)state;
  for (uint32_t level = 1; level <= PAGE_SIZES; level++)
    for (uint32_t p = 0; p <= PAGE_PERMISSIONS; p++) {
      if (!known(p))
        continue;
      uint64_t entry = pte_leaf(0x12340000, p, level);
      assert_true(pte_present(entry));
      assert_int_equal(pte_permissions(entry, level), p);
      assert_false(pte_accessed(entry));
      assert_false(pte_dirty(entry));
    }
}

static void new_permissions_keep_frame_accessed_and_dirty_at_every_size(void **state)
{
  (void)state;
  for (uint32_t level = 1; level <= PAGE_SIZES; level++)
    for (uint32_t seen = 0; seen < 4; seen++) {
      uint64_t entry = pte_page(0x80000, PAGE_WRITE | PAGE_WRITE_COMBINING, seen, level);
      uint64_t changed = pte_with_permissions(entry, PAGE_USER | PAGE_UNCACHED, level, false);
      assert_int_equal(pte_permissions(changed, level), PAGE_USER | PAGE_UNCACHED);
      assert_int_equal(pte_frame(changed, level), 0x80000);
      assert_int_equal(pte_accessed(changed), seen & 1);
      assert_int_equal(pte_dirty(changed), seen >> 1);
    }
}

static void accessed_and_dirty_are_cleared_at_every_size_and_nothing_else(void **state)
{
  (void)state;
  uint32_t permissions = PAGE_WRITE | PAGE_WRITE_COMBINING;
  for (uint32_t level = 1; level <= PAGE_SIZES; level++)
    for (uint32_t seen = 0; seen < 4; seen++) {
      uint64_t entry = pte_page(0x80000, permissions, seen, level);
      uint64_t cleared = pte_with_permissions(entry, permissions, level, true);
      assert_true(cleared == pte_page(0x80000, permissions, 0, level));
    }
}

static void what_the_format_makes_it_does_not_refuse(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= 5; level++)
    assert_false(pte_reserved(pte_table(UINT32_MAX), level));
  for (uint32_t level = 1; level <= PAGE_SIZES; level++)
    for (uint32_t p = 0; p <= PAGE_PERMISSIONS; p++)
      if (known(p))
        assert_false(pte_reserved(pte_page(frames[p % FRAMES], p, p % 4, level), level));
}

static void a_page_that_does_not_begin_at_its_length_is_refused(void **state)
{
  (void)state;
  uint64_t frame = pte_table(1) - pte_table(0); /* what one frame is worth in an entry */
  assert_false(pte_reserved(pte_leaf(0x40000, 0, 1) + frame * 8, 1));
  assert_true(pte_reserved(pte_leaf(0x40000, 0, 2) + frame * 8, 2));
  assert_true(pte_reserved(pte_leaf(0x40000, 0, 3) + frame * 512, 3));
  assert_true(pte_reserved(pte_leaf(0x40000, 0, 3), 4));
}

static void frame_numbers_of_more_than_32_bits_are_refused(void **state)
{
  (void)state;
  uint64_t frame = pte_table(1) - pte_table(0);
  assert_true(pte_reserved(pte_table(0) + (frame << 32), 2));
  assert_true(pte_reserved(pte_leaf(0, 0, 1) + (frame << 32), 1));
}

#define FORMAT_TESTS                                                                               \
  cmocka_unit_test(an_empty_entry_is_not_present),                                                 \
      cmocka_unit_test(frames_of_32_bits_survive_the_round_trip_at_every_size),                    \
      cmocka_unit_test(a_table_is_no_page_and_a_page_is_no_table),                                 \
      cmocka_unit_test(permissions_survive_the_round_trip_at_every_size),                          \
      cmocka_unit_test(new_permissions_keep_frame_accessed_and_dirty_at_every_size),               \
      cmocka_unit_test(accessed_and_dirty_are_cleared_at_every_size_and_nothing_else),             \
      cmocka_unit_test(what_the_format_makes_it_does_not_refuse),                                  \
      cmocka_unit_test(a_page_that_does_not_begin_at_its_length_is_refused),                       \
      cmocka_unit_test(frame_numbers_of_more_than_32_bits_are_refused)

#endif

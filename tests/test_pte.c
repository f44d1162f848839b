/* The x86_64 entry format, bit by bit. */
#include "unit.h"

#include "pte.h"

static void an_empty_entry_is_not_present(void **state)
{
  (void)state;
  assert_false(pte_present(0));
  assert_false(pte_present(~(uint64_t)1));
}

static void frames_of_32_bits_survive_the_round_trip(void **state)
{
  (void)state;
  const uint32_t frames[] = {0, 1, 0xFFFFF, 0x100000, 0x80000000, UINT32_MAX};
  for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
    assert_int_equal(pte_frame(pte_table(frames[i])), frames[i]);
    assert_int_equal(pte_frame(pte_leaf(frames[i], 0)), frames[i]);
    assert_int_equal(pte_frame(pte_leaf(frames[i], PAGE_PERMISSIONS)), frames[i]);
  }
}

static void permissions_survive_the_round_trip(void **state)
{
  (void)state;
  for (uint32_t p = 0; p <= PAGE_PERMISSIONS; p++) {
    uint64_t entry = pte_leaf(0x12345678, p);
    assert_true(pte_present(entry));
    assert_int_equal(pte_permissions(entry), p);
    assert_false(pte_accessed(entry));
    assert_false(pte_dirty(entry));
  }
}

static void the_bits_are_where_the_processor_looks(void **state)
{
  (void)state;
  assert_true(pte_leaf(5, PAGE_WRITE) == (0x8000000000000000u | 5u << 12 | 3u));
  assert_true(pte_leaf(5, PAGE_EXECUTE | PAGE_USER) == (5u << 12 | 5u));
  assert_true(pte_leaf(5, PAGE_EXECUTE | PAGE_GLOBAL) == (5u << 12 | 0x101u));
  assert_true(pte_table(5) == (5u << 12 | 7u));
}

static void new_permissions_keep_accessed_and_dirty(void **state)
{
  (void)state;
  for (uint64_t bits = 0; bits < 4; bits++) {
    uint64_t entry = pte_leaf(9, PAGE_WRITE) | bits << 5;
    uint64_t changed = pte_with_permissions(entry, PAGE_USER);
    assert_int_equal(pte_permissions(changed), PAGE_USER);
    assert_int_equal(pte_frame(changed), 9);
    assert_int_equal(pte_accessed(changed), bits & 1);
    assert_int_equal(pte_dirty(changed), bits >> 1);
  }
}

static void an_update_is_refused_when_the_slot_has_changed(void **state)
{
  (void)state;
  uint64_t slot = 0x21;
  assert_int_equal(pte_update(&slot, 1, 3), 0x21);
  assert_int_equal(pte_read(&slot), 0x21);
  assert_int_equal(pte_update(&slot, 0x21, 3), 0x21);
  assert_int_equal(pte_exchange(&slot, 4), 3);
  assert_int_equal(pte_read(&slot), 4);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_entry_is_not_present),
      cmocka_unit_test(frames_of_32_bits_survive_the_round_trip),
      cmocka_unit_test(permissions_survive_the_round_trip),
      cmocka_unit_test(the_bits_are_where_the_processor_looks),
      cmocka_unit_test(new_permissions_keep_accessed_and_dirty),
      cmocka_unit_test(an_update_is_refused_when_the_slot_has_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The x86_64 entry format, bit by bit. */
#include "arch/x86_64/pte.h"
#include "format_tests.h"

#define NO_EXECUTE 0x8000000000000000u

static void the_bits_are_where_the_processor_looks(void **state)
{
  (void)state;
  assert_true(pte_leaf(5, PAGE_WRITE, 1) == (NO_EXECUTE | 5u << 12 | 3u));
  assert_true(pte_leaf(5, PAGE_EXECUTE | PAGE_USER, 1) == (5u << 12 | 5u));
  assert_true(pte_leaf(5, PAGE_EXECUTE | PAGE_GLOBAL, 1) == (5u << 12 | 0x101u));
  assert_true(pte_table(5) == (5u << 12 | 7u));
}

static void a_large_page_has_bit_7(void **state)
{
  (void)state;
  assert_true(pte_leaf(512, PAGE_EXECUTE, 2) == (512u << 12 | 0x81u));
  assert_true(pte_leaf(0x40000, PAGE_EXECUTE, 3) == (0x40000u << 12 | 0x81u));
}

static void uncached_is_pcd_and_write_combining_is_pwt_at_every_size(void **state)
{
  (void)state;
  assert_true(pte_leaf(512, PAGE_EXECUTE | PAGE_WRITE_COMBINING, 1) == (512u << 12 | 9u));
  assert_true(pte_leaf(512, PAGE_EXECUTE | PAGE_WRITE_COMBINING, 2) == (512u << 12 | 0x89u));
  assert_true(pte_leaf(512, PAGE_EXECUTE | PAGE_UNCACHED, 1) == (512u << 12 | 0x11u));
  assert_true(pte_leaf(512, PAGE_EXECUTE | PAGE_UNCACHED, 2) == (512u << 12 | 0x91u));
}

static void the_page_attribute_bit_is_refused_where_it_stands_for_the_size(void **state)
{
  (void)state;
  assert_true(pte_reserved(0x81, 1));
  assert_true(pte_reserved(0x1081, 2));
  assert_true(pte_reserved(0x1081, 3));
  assert_false(pte_reserved(0x1001, 1)); /* there bit 12 is the frame's */
}

static void a_page_of_512_gib_is_refused(void **state)
{
  (void)state;
  assert_true(pte_reserved(0x81, 4));
  assert_true(pte_reserved(0x81, 5));
}

static void an_update_is_refused_when_the_slot_has_changed(void **state)
{
  (void)state;
  uint64_t slot = 0x21;
  assert_int_equal(pte_update(&slot, 1, 3), 0x21);
  assert_int_equal(pte_read(&slot), 0x21);
  assert_int_equal(pte_update(&slot, 0x21, 3), 0x21);
  assert_int_equal(pte_exchange(&slot, 9), 3); /* no memory order has this number */
  assert_int_equal(pte_read(&slot), 9);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FORMAT_TESTS,
      cmocka_unit_test(the_bits_are_where_the_processor_looks),
      cmocka_unit_test(a_large_page_has_bit_7),
      cmocka_unit_test(uncached_is_pcd_and_write_combining_is_pwt_at_every_size),
      cmocka_unit_test(the_page_attribute_bit_is_refused_where_it_stands_for_the_size),
      cmocka_unit_test(a_page_of_512_gib_is_refused),
      cmocka_unit_test(an_update_is_refused_when_the_slot_has_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

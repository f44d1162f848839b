/* The riscv64 entry format, bit by bit. */
#include "arch/riscv64/pte.h"
#include "format_tests.h"

static void the_bits_are_where_the_processor_looks(void **state)
{
  (void)state;
  assert_true(pte_leaf(5, 0, 1) == (5u << 10 | 3u));
  assert_true(pte_leaf(5, PAGE_WRITE, 1) == (5u << 10 | 7u));
  assert_true(pte_leaf(5, PAGE_EXECUTE | PAGE_USER, 1) == (5u << 10 | 0x1Bu));
  assert_true(pte_leaf(5, PAGE_GLOBAL | PAGE_UNOWNED, 1) == (5u << 10 | 0x123u));
  assert_true(pte_page(5, PAGE_WRITE, 3, 1) == (5u << 10 | 0xC7u));
  assert_true(pte_table(5) == (5u << 10 | 1u));
}

static void the_memory_type_stands_in_the_bits_of_svpbmt(void **state)
{
  (void)state;
  assert_true(pte_leaf(0, PAGE_WRITE_COMBINING, 1) == (0x2000000000000000u | 3u));
  assert_true(pte_leaf(0, PAGE_UNCACHED, 1) == (0x4000000000000000u | 3u));
}

static void reserved_encodings_are_refused(void **state)
{
  (void)state;
  const uint64_t page = pte_leaf(0, 0, 1);
  assert_true(pte_reserved(5, 1));                          /* writable, not readable */
  assert_true(pte_reserved(0xD, 1));                        /* the same, executable */
  assert_true(pte_reserved(1, 1));                          /* a table below the last level */
  assert_true(pte_reserved(0x11, 2));                       /* a table for users */
  assert_true(pte_reserved(0x41, 2));                       /* a table accessed */
  assert_true(pte_reserved(0x81, 2));                       /* a table dirty */
  assert_true(pte_reserved(0x2000000000000001u, 2));        /* a table with a memory type */
  assert_true(pte_reserved(page + 0x6000000000000000u, 1)); /* both memory types */
  assert_true(pte_reserved(page + 0x8000000000000000u, 1)); /* Svnapot */
  assert_true(pte_reserved(page + 0x0040000000000000u, 1)); /* bit 54 */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FORMAT_TESTS,
      cmocka_unit_test(the_bits_are_where_the_processor_looks),
      cmocka_unit_test(the_memory_type_stands_in_the_bits_of_svpbmt),
      cmocka_unit_test(reserved_encodings_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

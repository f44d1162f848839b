/* The processor of riscv64 in the replayer, against entries written down by hand. */
#include "unit.h"

#include "core/page.h"
#include "fuzz/walk.h"

#define FRAME(number) ((uint64_t)(number) << 10)

static void what_is_not_valid_is_nothing(void **state)
{
  (void)state;
  assert_int_equal(walk_decode(0, 3).kind, WALK_ABSENT);
  assert_int_equal(walk_decode(0xFFFFFFFFFFFFFFFEu, 1).kind, WALK_ABSENT);
}

static void read_or_execute_makes_a_page(void **state)
{
  (void)state;
  for (uint32_t level = 1; level <= 5; level++) {
    assert_int_equal(walk_decode(FRAME(7) + 1, level).kind, level == 1 ? WALK_REFUSED : WALK_TABLE);
    assert_int_equal(walk_decode(FRAME(7) + 1, level).frame, 7);
    assert_int_equal(walk_decode(0x3, level).kind, WALK_PAGE);
    assert_int_equal(walk_decode(0x9, level).kind, WALK_PAGE);
  }
}

static void bits_that_are_reserved_are_refused(void **state)
{
  (void)state;
  const uint64_t bad[] = {0x5, /* writable, not readable */
                          0xD, /* the same, executable */
                          (uint64_t)1 << 54 | 3,
                          (uint64_t)1 << 60 | 3,
                          (uint64_t)3 << 61 | 3, /* no memory type */
                          (uint64_t)1 << 63 | 3, /* Svnapot */
                          FRAME(1) + 3,          /* inside a page of 2 MiB */
                          0x11,
                          0x41,
                          0x81, /* in a table: user, accessed, dirty, ... */
                          (uint64_t)1 << 61 | 1,
                          (uint64_t)2 << 61 | 1};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(walk_decode(bad[i], 2).kind, WALK_REFUSED);
  assert_int_equal(walk_decode(FRAME(512) + 3, 2).kind, WALK_PAGE);
  assert_int_equal(walk_decode(FRAME(512) + 3, 3).kind, WALK_REFUSED);
}

static void caching_is_the_memory_type_and_global_is_inherited(void **state)
{
  (void)state;
  assert_int_equal(walk_decode(0x3, 1).caching, 0);
  assert_int_equal(walk_decode((uint64_t)1 << 61 | 3, 1).caching, PAGE_WRITE_COMBINING);
  assert_int_equal(walk_decode((uint64_t)2 << 61 | 3, 1).caching, PAGE_UNCACHED);
  assert_true(walk_decode(0x23, 1).global);
  assert_true(walk_decode(0x21, 2).global);
}

static void the_entry_of_the_page_alone_decides(void **state)
{
  (void)state;
  assert_true(walk_allows(0x1, WALK_TABLE, WALK_USER | WALK_WRITE));
  assert_true(walk_allows(0x3, WALK_PAGE, 0));
  assert_false(walk_allows(0x9, WALK_PAGE, 0)); /* executable, not readable */
  assert_true(walk_allows(0x9, WALK_PAGE, WALK_EXECUTE));
  assert_false(walk_allows(0x3, WALK_PAGE, WALK_WRITE));
  assert_true(walk_allows(0x7, WALK_PAGE, WALK_WRITE));
  assert_false(walk_allows(0x7, WALK_PAGE, WALK_EXECUTE));
}

static void users_and_the_kernel_are_kept_apart(void **state)
{
  (void)state;
  assert_false(walk_allows(0xF, WALK_PAGE, WALK_USER));
  assert_true(walk_allows(0x1F, WALK_PAGE, WALK_USER | WALK_WRITE | WALK_EXECUTE));
  assert_true(walk_allows(0x1F, WALK_PAGE, WALK_WRITE));
  assert_false(walk_allows(0x1F, WALK_PAGE, WALK_EXECUTE));
}

static void accessed_and_dirty_are_set_in_the_page_alone(void **state)
{
  (void)state;
  assert_int_equal(walk_touched(0x1, WALK_TABLE, WALK_WRITE), 0x1);
  assert_int_equal(walk_touched(0x7, WALK_PAGE, WALK_WRITE), 0xC7);
  assert_int_equal(walk_touched(0x7, WALK_PAGE, 0), 0x47);
  assert_int_equal(walk_touched(0x7, WALK_PAGE, WALK_REMEMBERED), 0x7);
  assert_int_equal(walk_touched(0x7, WALK_PAGE, WALK_REMEMBERED | WALK_WRITE), 0x87);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_valid_is_nothing),
      cmocka_unit_test(read_or_execute_makes_a_page),
      cmocka_unit_test(bits_that_are_reserved_are_refused),
      cmocka_unit_test(caching_is_the_memory_type_and_global_is_inherited),
      cmocka_unit_test(the_entry_of_the_page_alone_decides),
      cmocka_unit_test(users_and_the_kernel_are_kept_apart),
      cmocka_unit_test(accessed_and_dirty_are_set_in_the_page_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

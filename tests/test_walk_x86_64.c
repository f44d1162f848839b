/* The processor of x86_64 in the replayer, against entries written down by hand. */
#include "unit.h"

#include "core/page.h"
#include "fuzz/walk.h"

#define NX 0x8000000000000000u

static void what_is_not_present_is_nothing(void **state)
{
  (void)state;
  assert_int_equal(walk_decode(0, 4).kind, WALK_ABSENT);
  assert_int_equal(walk_decode(0xFFFFFFFFFFFFFFFEu, 1).kind, WALK_ABSENT);
}

static void the_level_and_bit_7_say_what_an_entry_is(void **state)
{
  (void)state;
  for (uint32_t level = 2; level <= 5; level++) {
    assert_int_equal(walk_decode(0x12345067, level).kind, WALK_TABLE);
    assert_int_equal(walk_decode(0x12345067, level).frame, 0x12345);
    assert_int_equal(walk_decode(0x400000E7, level).kind, level <= 3 ? WALK_PAGE : WALK_REFUSED);
  }
  assert_int_equal(walk_decode(0x12345067, 1).kind, WALK_PAGE);
}

static void bits_inside_a_large_page_are_refused_but_for_its_pat(void **state)
{
  (void)state;
  assert_int_equal(walk_decode(0x40202083, 2).kind, WALK_REFUSED);
  assert_int_equal(walk_decode(0x40200083, 3).kind, WALK_REFUSED);
  assert_int_equal(walk_decode(0x40201083, 2).kind, WALK_PAGE);
  assert_int_equal(walk_decode(0x40201083, 2).frame, 0x40200);
}

static void caching_is_what_the_attribute_table_says(void **state)
{
  (void)state;
  assert_int_equal(walk_decode(0x1003, 1).caching, 0);
  assert_int_equal(walk_decode(0x100B, 1).caching, PAGE_WRITE_COMBINING);
  assert_int_equal(walk_decode(0x1013, 1).caching, PAGE_UNCACHED);
  assert_int_equal(walk_decode(0x101B, 1).caching, WALK_OTHER_CACHING);
  assert_int_equal(walk_decode(0x1083, 1).caching, WALK_OTHER_CACHING);
  assert_int_equal(walk_decode(0x201093, 2).caching, WALK_OTHER_CACHING);
}

static void only_a_page_is_global(void **state)
{
  (void)state;
  assert_true(walk_decode(0x1103, 1).global);
  assert_false(walk_decode(0x1103, 2).global);
  assert_false(walk_decode(0x1003, 1).global);
}

static void every_entry_on_the_way_must_allow_an_access(void **state)
{
  (void)state;
  for (enum walk_kind kind = WALK_TABLE; kind <= WALK_PAGE; kind++) {
    assert_true(walk_allows(NX | 1, kind, 0));
    assert_false(walk_allows(NX | 1, kind, WALK_EXECUTE));
    assert_true(walk_allows(1, kind, WALK_EXECUTE));
    assert_false(walk_allows(5, kind, WALK_WRITE));
    assert_true(walk_allows(3, kind, WALK_WRITE));
    assert_false(walk_allows(3, kind, WALK_USER));
    assert_true(walk_allows(7, kind, WALK_USER | WALK_WRITE | WALK_EXECUTE));
  }
}

static void accessed_is_set_on_the_way_and_dirty_in_the_page(void **state)
{
  (void)state;
  assert_int_equal(walk_touched(7, WALK_TABLE, WALK_WRITE), 0x27);
  assert_int_equal(walk_touched(7, WALK_PAGE, WALK_WRITE), 0x67);
  assert_int_equal(walk_touched(7, WALK_PAGE, 0), 0x27);
  assert_int_equal(walk_touched(7, WALK_PAGE, WALK_REMEMBERED), 7);
  assert_int_equal(walk_touched(7, WALK_PAGE, WALK_REMEMBERED | WALK_WRITE), 0x47);
  assert_int_equal(walk_touched(7, WALK_TABLE, WALK_REMEMBERED), 0x27);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_present_is_nothing),
      cmocka_unit_test(the_level_and_bit_7_say_what_an_entry_is),
      cmocka_unit_test(bits_inside_a_large_page_are_refused_but_for_its_pat),
      cmocka_unit_test(caching_is_what_the_attribute_table_says),
      cmocka_unit_test(only_a_page_is_global),
      cmocka_unit_test(every_entry_on_the_way_must_allow_an_access),
      cmocka_unit_test(accessed_is_set_on_the_way_and_dirty_in_the_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

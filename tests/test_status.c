/* Statuses: every one has a name of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status.h"

static void every_status_has_a_name_of_its_own(void **state)
{
  (void)state;
  for (int a = STATUS_OK; a < STATUS_COUNT; a++) {
    assert_true(strlen(status_name((enum status)a)) > 0);
    assert_string_not_equal(status_name((enum status)a), "unknown status");
    for (int b = STATUS_OK; b < a; b++)
      assert_string_not_equal(status_name((enum status)a), status_name((enum status)b));
  }
}

static void a_value_that_is_no_status_is_unknown(void **state)
{
  (void)state;
  assert_string_equal(status_name(STATUS_COUNT), "unknown status");
  assert_string_equal(status_name((enum status)1000), "unknown status");
}

static void ok_is_zero_so_that_success_tests_as_false(void **state)
{
  (void)state;
  assert_int_equal(STATUS_OK, 0);
  assert_string_equal(status_name(STATUS_OK), "ok");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_status_has_a_name_of_its_own),
      cmocka_unit_test(a_value_that_is_no_status_is_unknown),
      cmocka_unit_test(ok_is_zero_so_that_success_tests_as_false),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

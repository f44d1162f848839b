/* The set with summary levels, against an array of booleans. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "bitset.h"

static uint64_t *make(struct bitset *set, uint64_t size)
{
  uint64_t nwords = bitset_words(size);
  uint64_t *words = malloc(nwords * sizeof *words);
  assert_non_null(words);
  memset(words, 0xA5, nwords * sizeof *words);
  assert_int_equal(bitset_init(set, size, words, nwords), STATUS_OK);
  return words;
}

static void a_new_set_is_empty(void **state)
{
  (void)state;
  const uint64_t sizes[] = {1, 63, 64, 65, 4095, 4096, 4097, 262144, 262145};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct bitset set;
    uint64_t *words = make(&set, sizes[i]);
    assert_int_equal(bitset_next(&set, 0), sizes[i]);
    assert_int_equal(bitset_next(&set, sizes[i]), sizes[i]);
    assert_null(bitset_check(&set));
    free(words);
  }
}

static void sizes_that_no_set_has_need_no_words(void **state)
{
  (void)state;
  struct bitset set;
  uint64_t word;
  assert_int_equal(bitset_words(0), 0);
  assert_int_equal(bitset_words((uint64_t)BITSET_SIZE_MAX + 1), 0);
  assert_int_equal(bitset_words(1), 1);
  assert_int_equal(bitset_words(64), 1);
  assert_int_equal(bitset_words(65), 3);
  assert_true(bitset_words(BITSET_SIZE_MAX) > BITSET_SIZE_MAX / 64);
  assert_int_equal(bitset_init(&set, 0, &word, 1), STATUS_OUT_OF_RANGE);
  assert_int_equal(bitset_init(&set, (uint64_t)BITSET_SIZE_MAX + 1, &word, 1), STATUS_OUT_OF_RANGE);
}

static void too_few_words_are_refused_and_not_written(void **state)
{
  (void)state;
  struct bitset set;
  uint64_t words[3] = {7, 7, 7};
  assert_int_equal(bitset_init(&set, 65, words, 2), STATUS_NO_SPACE);
  assert_int_equal(words[0], 7);
  assert_int_equal(bitset_init(&set, 65, words, 3), STATUS_OK);
}

static void the_first_and_last_member_are_found_from_everywhere(void **state)
{
  (void)state;
  struct bitset set;
  uint64_t size = 300000;
  uint64_t *words = make(&set, size);
  bitset_add(&set, size - 1);
  assert_int_equal(bitset_next(&set, 0), size - 1);
  assert_int_equal(bitset_next(&set, size - 1), size - 1);
  bitset_add(&set, 0);
  assert_int_equal(bitset_next(&set, 0), 0);
  assert_int_equal(bitset_next(&set, 1), size - 1);
  bitset_remove(&set, size - 1);
  assert_int_equal(bitset_next(&set, 1), size);
  free(words);
}

static void random_adds_and_removes_agree_with_an_array(void **state)
{
  (void)state;
  enum { SIZE = 9000 };
  static bool model[SIZE];
  struct bitset set;
  uint64_t seed = 42;
  uint64_t *words = make(&set, SIZE);
  for (int i = 0; i < 200000; i++) {
    uint64_t n = unit_random(&seed) % SIZE;
    bool add =
        unit_random(&seed) % 8 < (uint64_t)(i / 25000); /* from nearly empty to nearly full */
    if (add)
      bitset_add(&set, n);
    else
      bitset_remove(&set, n);
    model[n] = add;
    uint64_t from = unit_random(&seed) % SIZE;
    uint64_t expected = from;
    while (expected < SIZE && !model[expected])
      expected++;
    assert_int_equal(bitset_has(&set, n), add);
    assert_int_equal(bitset_next(&set, from), expected);
  }
  assert_null(bitset_check(&set));
  free(words);
}

static void check_names_a_planted_corruption(void **state)
{
  (void)state;
  struct bitset set;
  uint64_t *words = make(&set, 100);
  words[0] = 1; /* a member that the summary does not know */
  assert_string_equal(bitset_check(&set), "bitset: a summary disagrees with its members");
  words[0] = 0;
  assert_null(bitset_check(&set));
  bitset_add(&set, 64);
  words[1] |= (uint64_t)1 << 63; /* member 127 of a set of 100 */
  assert_string_equal(bitset_check(&set), "bitset: a member is beyond the size");
  free(words);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_set_is_empty),
      cmocka_unit_test(sizes_that_no_set_has_need_no_words),
      cmocka_unit_test(too_few_words_are_refused_and_not_written),
      cmocka_unit_test(the_first_and_last_member_are_found_from_everywhere),
      cmocka_unit_test(random_adds_and_removes_agree_with_an_array),
      cmocka_unit_test(check_names_a_planted_corruption),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

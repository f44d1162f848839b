/* A word, and an array of words, as a set. */
#include "unit.h"

#include "bits.h"

/* The lowest set bit, by a loop: what __builtin_ctzll is trusted to give. */
static uint32_t lowest_by_loop(uint64_t word)
{
  uint32_t bit = 0;
  while (!(word >> bit & 1))
    bit++;
  return bit;
}

static void the_lowest_bit_agrees_with_a_loop(void **state)
{
  (void)state;
  uint64_t seed = 1;
  for (uint32_t i = 0; i < 64; i++)
    for (uint32_t j = i; j < 64; j++) {
      uint64_t word = (uint64_t)1 << i | (uint64_t)1 << j;
      assert_int_equal(word_lowest(word), lowest_by_loop(word));
    }
  for (int i = 0; i < 100000; i++) {
    uint64_t word = unit_random(&seed) << (i % 64) | (uint64_t)1 << 63;
    assert_int_equal(word_lowest(word), lowest_by_loop(word));
  }
}

static void adding_and_removing_touch_one_bit_only(void **state)
{
  (void)state;
  const uint64_t words[] = {0, UINT64_MAX, 0xAAAAAAAAAAAAAAAAu, 1, (uint64_t)1 << 63};
  for (size_t w = 0; w < sizeof words / sizeof *words; w++)
    for (uint32_t bit = 0; bit < 64; bit++)
      for (uint32_t other = 0; other < 64; other++) {
        bool before = word_has(words[w], other);
        assert_int_equal(word_has(word_add(words[w], bit), other), other == bit || before);
        assert_int_equal(word_has(word_remove(words[w], bit), other), other != bit && before);
      }
}

static void the_full_word_has_every_bit(void **state)
{
  (void)state;
  for (uint32_t bit = 0; bit < 64; bit++)
    assert_true(word_has(word_all(), bit));
}

static void next_is_the_smallest_bit_at_or_above(void **state)
{
  (void)state;
  const uint64_t words[] = {
      0, 1, (uint64_t)1 << 63, 0x8000000000000001u, 0x00F0000000000F00u, UINT64_MAX};
  for (size_t w = 0; w < sizeof words / sizeof *words; w++)
    for (uint32_t bit = 0; bit < 64; bit++) {
      uint32_t expected = bit;
      while (expected < 64 && !word_has(words[w], expected))
        expected++;
      assert_int_equal(word_next(words[w], bit), expected);
    }
}

static void an_array_of_words_holds_members_across_words(void **state)
{
  (void)state;
  uint64_t words[4] = {0};
  const uint64_t members[] = {0, 63, 64, 127, 128, 255};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    words_add(words, members[i]);
  for (uint64_t n = 0, i = 0; n < 256; n++) {
    bool expected = i < sizeof members / sizeof *members && members[i] == n;
    assert_int_equal(words_has(words, n), expected);
    i += expected;
  }
  words_remove(words, 64);
  assert_false(words_has(words, 64));
  assert_true(words_has(words, 63));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lowest_bit_agrees_with_a_loop),
      cmocka_unit_test(adding_and_removing_touch_one_bit_only),
      cmocka_unit_test(the_full_word_has_every_bit),
      cmocka_unit_test(next_is_the_smallest_bit_at_or_above),
      cmocka_unit_test(an_array_of_words_holds_members_across_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Mutation by whole operations. */
#include "unit.h"

#include <string.h>

#include "fuzz/mutate.h"
#include "fuzz/ops.h"

enum { MOST = OPS_HEADER_BYTES + OPS_BYTES * 32, ROUNDS = 2000 };

static uint8_t input[MOST + 16];

static void make(size_t operations)
{
  for (size_t i = 0; i < sizeof input; i++)
    input[i] = (uint8_t)(i * 37);
  memset(input + OPS_HEADER_BYTES + OPS_BYTES * operations, 0xEE,
         sizeof input - OPS_HEADER_BYTES - OPS_BYTES * operations);
}

static void a_mutated_input_has_whole_operations_and_fits(void **state)
{
  (void)state;
  for (uint32_t seed = 0; seed < ROUNDS; seed++) {
    make(seed % 33);
    size_t size = mutate(input, OPS_HEADER_BYTES + OPS_BYTES * (seed % 33), MOST, seed);
    assert_true(size >= OPS_HEADER_BYTES && size <= MOST);
    assert_int_equal((size - OPS_HEADER_BYTES) % OPS_BYTES, 0);
    for (size_t i = MOST; i < sizeof input; i++)
      assert_int_equal(input[i], 0xEE);
  }
}

static void operations_come_and_go_one_by_one_and_in_groups(void **state)
{
  (void)state;
  uint32_t longer = 0;
  uint32_t shorter = 0;
  uint32_t same = 0;
  for (uint32_t seed = 0; seed < ROUNDS; seed++) {
    make(16);
    size_t size = mutate(input, OPS_HEADER_BYTES + OPS_BYTES * 16, MOST, seed);
    longer += size > OPS_HEADER_BYTES + OPS_BYTES * 16;
    shorter += size < OPS_HEADER_BYTES + OPS_BYTES * 16;
    same += size == OPS_HEADER_BYTES + OPS_BYTES * 16;
  }
  assert_true(longer > ROUNDS / 10 && shorter > ROUNDS / 10 && same > ROUNDS / 10);
}

static void the_same_seed_does_the_same(void **state)
{
  (void)state;
  static uint8_t copy[sizeof input];
  for (uint32_t seed = 0; seed < 200; seed++) {
    make(9);
    size_t size = mutate(input, OPS_HEADER_BYTES + OPS_BYTES * 9, MOST, seed);
    memcpy(copy, input, sizeof copy);
    make(9);
    assert_int_equal(mutate(input, OPS_HEADER_BYTES + OPS_BYTES * 9, MOST, seed), size);
    assert_memory_equal(input, copy, size);
  }
}

static void an_input_shorter_than_a_machine_becomes_one(void **state)
{
  (void)state;
  for (size_t size = 0; size < OPS_HEADER_BYTES; size++) {
    make(0);
    assert_true(mutate(input, size, MOST, 5) >= OPS_HEADER_BYTES);
  }
}

static void an_input_that_may_not_hold_a_machine_stays_as_it_is(void **state)
{
  (void)state;
  make(0);
  assert_int_equal(mutate(input, 3, OPS_HEADER_BYTES - 1, 5), 3);
}

static void a_splice_is_a_head_of_one_and_a_tail_of_the_other(void **state)
{
  (void)state;
  uint8_t first[OPS_HEADER_BYTES + OPS_BYTES * 10];
  uint8_t second[OPS_HEADER_BYTES + OPS_BYTES * 20];
  memset(first, 1, sizeof first);
  memset(second, 2, sizeof second);
  for (uint32_t seed = 0; seed < 200; seed++) {
    make(0);
    size_t size = mutate_splice(first, sizeof first, second, sizeof second, input, MOST, seed);
    assert_true(size >= OPS_HEADER_BYTES && size <= MOST);
    size_t i = 0;
    while (i < size && input[i] == 1)
      i++;
    assert_true(i >= OPS_HEADER_BYTES && i % OPS_BYTES == 0);
    while (i < size && input[i] == 2)
      i++;
    assert_int_equal(i, size);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mutated_input_has_whole_operations_and_fits),
      cmocka_unit_test(operations_come_and_go_one_by_one_and_in_groups),
      cmocka_unit_test(the_same_seed_does_the_same),
      cmocka_unit_test(an_input_shorter_than_a_machine_becomes_one),
      cmocka_unit_test(an_input_that_may_not_hold_a_machine_stays_as_it_is),
      cmocka_unit_test(a_splice_is_a_head_of_one_and_a_tail_of_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

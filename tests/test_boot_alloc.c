/* The start-up allocator over runs. */
#include "unit.h"

#include "boot_alloc.h"

static void sizes_in_bytes_are_rounded_up_to_frames(void **state)
{
  (void)state;
  assert_int_equal(boot_alloc_frames(0), 0);
  assert_int_equal(boot_alloc_frames(1), 1);
  assert_int_equal(boot_alloc_frames(4096), 1);
  assert_int_equal(boot_alloc_frames(4097), 2);
  assert_int_equal(boot_alloc_frames(UINT64_MAX), (uint64_t)1 << 52);
}

static void frames_come_from_the_lowest_run_that_has_them(void **state)
{
  (void)state;
  struct run runs[] = {{1, 3}, {10, 20}};
  struct boot_alloc alloc;
  struct run rest;
  frame_t frame;
  assert_int_equal(boot_alloc_init(&alloc, runs, 2), STATUS_OK);
  assert_int_equal(boot_alloc(&alloc, 5, 1, &frame), STATUS_OK);
  assert_int_equal(frame, 10);
  assert_int_equal(boot_alloc(&alloc, 2, 1, &frame), STATUS_OK);
  assert_int_equal(frame, 1); /* the run skipped before is not lost */
  assert_int_equal(boot_alloc_rest(&alloc, 0, &rest), STATUS_OK);
  assert_int_equal(rest.first, rest.end);
  assert_int_equal(boot_alloc_rest(&alloc, 1, &rest), STATUS_OK);
  assert_int_equal(rest.first, 15);
  assert_int_equal(rest.end, 20);
  assert_int_equal(boot_alloc_rest(&alloc, 2, &rest), STATUS_OUT_OF_RANGE);
}

static void the_first_frame_is_a_multiple_of_the_alignment(void **state)
{
  (void)state;
  struct run runs[] = {{5, 100}};
  struct boot_alloc alloc;
  frame_t frame;
  assert_int_equal(boot_alloc_init(&alloc, runs, 1), STATUS_OK);
  assert_int_equal(boot_alloc(&alloc, 1, 8, &frame), STATUS_OK);
  assert_int_equal(frame, 8);
  assert_int_equal(boot_alloc(&alloc, 3, 7, &frame), STATUS_OK);
  assert_int_equal(frame, 14);
  assert_int_equal(boot_alloc(&alloc, 1, 17, &frame), STATUS_OK);
  assert_int_equal(frame, 17);
  assert_int_equal(boot_alloc(&alloc, 1, UINT64_MAX, &frame), STATUS_OUT_OF_MEMORY);
}

static void a_failure_changes_nothing(void **state)
{
  (void)state;
  struct run runs[] = {{5, 10}};
  struct boot_alloc alloc;
  frame_t frame = 77;
  assert_int_equal(boot_alloc_init(&alloc, runs, 1), STATUS_OK);
  assert_int_equal(boot_alloc(&alloc, 6, 1, &frame), STATUS_OUT_OF_MEMORY);
  assert_int_equal(boot_alloc(&alloc, UINT64_MAX, 1, &frame), STATUS_OUT_OF_MEMORY);
  assert_int_equal(boot_alloc(&alloc, 5, 2, &frame), STATUS_OUT_OF_MEMORY);
  assert_int_equal(boot_alloc(&alloc, 0, 1, &frame), STATUS_BAD_ARGUMENT);
  assert_int_equal(boot_alloc(&alloc, 1, 0, &frame), STATUS_BAD_ARGUMENT);
  assert_int_equal(frame, 77);
  assert_int_equal(runs[0].first, 5);
  assert_int_equal(runs[0].end, 10);
  assert_int_equal(boot_alloc(&alloc, 5, 1, &frame), STATUS_OK);
}

static void runs_that_are_unsorted_overlapping_or_empty_are_refused(void **state)
{
  (void)state;
  struct boot_alloc alloc;
  struct run unsorted[] = {{10, 20}, {1, 3}};
  struct run overlapping[] = {{1, 5}, {4, 6}};
  struct run empty[] = {{1, 1}};
  struct run beyond[] = {{1, (uint64_t)FRAMES_MAX + 1}};
  assert_int_equal(boot_alloc_init(&alloc, unsorted, 2), STATUS_BAD_ARGUMENT);
  assert_int_equal(boot_alloc_init(&alloc, overlapping, 2), STATUS_BAD_ARGUMENT);
  assert_int_equal(boot_alloc_init(&alloc, empty, 1), STATUS_BAD_ARGUMENT);
  assert_int_equal(boot_alloc_init(&alloc, beyond, 1), STATUS_OUT_OF_RANGE);
  assert_int_equal(boot_alloc_init(&alloc, NULL, 0), STATUS_OK);
}

static void nothing_is_handed_out_twice(void **state)
{
  (void)state;
  enum { FRAMES = 2000 };
  static bool taken[FRAMES];
  uint64_t seed = 3;
  for (int round = 0; round < 200; round++) {
    struct run runs[8];
    struct boot_alloc alloc;
    uint64_t at = 0;
    for (uint32_t k = 0; k < 8; k++) {
      runs[k].first = at + unit_random(&seed) % 50;
      runs[k].end = runs[k].first + 1 + unit_random(&seed) % 150;
      at = runs[k].end;
    }
    for (uint64_t f = 0; f < FRAMES; f++)
      taken[f] = true; /* outside every run */
    for (uint32_t k = 0; k < 8; k++)
      for (uint64_t f = runs[k].first; f < runs[k].end; f++)
        taken[f] = false;
    assert_int_equal(boot_alloc_init(&alloc, runs, 8), STATUS_OK);
    for (int i = 0; i < 60; i++) {
      frame_t frame;
      uint64_t count = 1 + unit_random(&seed) % 20;
      uint64_t align = 1 + unit_random(&seed) % 16;
      if (boot_alloc(&alloc, count, align, &frame) != STATUS_OK)
        continue;
      assert_int_equal(frame % align, 0);
      for (uint64_t f = frame; f < frame + count; f++) {
        assert_false(taken[f]);
        taken[f] = true;
      }
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_in_bytes_are_rounded_up_to_frames),
      cmocka_unit_test(frames_come_from_the_lowest_run_that_has_them),
      cmocka_unit_test(the_first_frame_is_a_multiple_of_the_alignment),
      cmocka_unit_test(a_failure_changes_nothing),
      cmocka_unit_test(runs_that_are_unsorted_overlapping_or_empty_are_refused),
      cmocka_unit_test(nothing_is_handed_out_twice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

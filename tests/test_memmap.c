/* The firmware map made into runs, also against a model that looks at every byte range. */
#include "unit.h"

#include <string.h>

#include "memmap.h"

#define USABLE MEMMAP_USABLE

static struct run runs[MEMMAP_RUNS_MAX];
static uint32_t nruns;

static enum status sanitise(const struct memmap_entry *map, uint32_t nmap,
                            const struct memmap_entry *reserved, uint32_t nreserved)
{
  nruns = 999;
  return memmap_runs(map, nmap, reserved, nreserved, FRAMES_MAX, runs, MEMMAP_RUNS_MAX, &nruns);
}

#define SANITISE(map) sanitise(map, sizeof(map) / sizeof *(map), NULL, 0)

static void expect_run(uint32_t k, uint64_t first, uint64_t end)
{
  assert_true(k < nruns);
  assert_int_equal(runs[k].first, first);
  assert_int_equal(runs[k].end, end);
}

static void unsorted_entries_come_out_ascending(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x300000, 0x1000, USABLE}, {0x1000, 0x2000, USABLE}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  assert_int_equal(nruns, 2);
  expect_run(0, 1, 3);
  expect_run(1, 0x300, 0x301);
}

static void overlapping_and_adjacent_usable_entries_are_one_run(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {
      {0x0, 0x3000, USABLE}, {0x2000, 0x2000, USABLE}, {0x4000, 0x1000, USABLE}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  assert_int_equal(nruns, 1);
  expect_run(0, 0, 5);
}

static void two_entries_that_meet_within_a_frame_make_it_usable(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0, 0x1800, USABLE}, {0x1800, 0x800, USABLE}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  assert_int_equal(nruns, 1);
  expect_run(0, 0, 2);
}

static void an_unusable_entry_wins_over_a_usable_one(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {
      {0x0, 0x10000, USABLE}, {0x4000, 0x1000, 2}, {0x8000, 1, 77}, {0x9000, 0x1000, 0}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  assert_int_equal(nruns, 3);
  expect_run(0, 0, 4);
  expect_run(1, 5, 8);
  expect_run(2, 10, 16);
}

static void a_reservation_splits_a_run_whatever_its_type(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0, 0x10000, USABLE}};
  const struct memmap_entry reserved[] = {{0x0, 0x1000, USABLE}, {0x5800, 0x1000, 9}};
  assert_int_equal(sanitise(map, 1, reserved, 2), STATUS_OK);
  assert_int_equal(nruns, 2);
  expect_run(0, 1, 5);
  expect_run(1, 7, 16);
}

static void partial_frames_are_rounded_inwards(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0FFF, 0x3002, USABLE}, {0x10001, 0xFFF, USABLE}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  assert_int_equal(nruns, 1);
  expect_run(0, 1, 4);
}

static void a_zero_length_entry_says_nothing(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0, 0x4000, USABLE}, {0x2000, 0, 2}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  expect_run(0, 0, 4);
}

static void an_end_that_wraps_is_clipped_to_the_last_byte(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0, UINT64_MAX, USABLE}, {0x5000, UINT64_MAX, 2}};
  assert_int_equal(SANITISE(map), STATUS_OK);
  assert_int_equal(nruns, 1);
  expect_run(0, 0, 5);
  const struct memmap_entry top[] = {{UINT64_MAX - 0xFFF, 0x2000, USABLE}};
  assert_int_equal(SANITISE(top), STATUS_NO_MEMORY); /* above every frame number */
}

static void the_frame_limit_cuts_a_run(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0, 0x10000, USABLE}, {0x20000, 0x1000, USABLE}};
  assert_int_equal(memmap_runs(map, 2, NULL, 0, 7, runs, MEMMAP_RUNS_MAX, &nruns), STATUS_OK);
  assert_int_equal(nruns, 1);
  expect_run(0, 0, 7);
  assert_int_equal(memmap_runs(map, 2, NULL, 0, 0, runs, MEMMAP_RUNS_MAX, &nruns),
                   STATUS_NO_MEMORY);
  assert_int_equal(memmap_runs(map, 2, NULL, 0, (uint64_t)FRAMES_MAX + 1, runs, 1, &nruns),
                   STATUS_OUT_OF_RANGE);
}

static void too_many_entries_are_refused(void **state)
{
  (void)state;
  static struct memmap_entry map[MEMMAP_ENTRIES_MAX + 1];
  map[0] = (struct memmap_entry){0, 0x1000, USABLE};
  assert_int_equal(sanitise(map, MEMMAP_ENTRIES_MAX, NULL, 0), STATUS_OK);
  assert_int_equal(sanitise(map, MEMMAP_ENTRIES_MAX + 1, NULL, 0), STATUS_TOO_MANY_ENTRIES);
  assert_int_equal(sanitise(map, 1, map, MEMMAP_RESERVATIONS_MAX + 1), STATUS_TOO_MANY_ENTRIES);
  assert_int_equal(nruns, 999);
}

static void no_usable_frame_is_an_error(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x800, 0x1000, USABLE}, {0x10000, 0x1000, 2}};
  assert_int_equal(SANITISE(map), STATUS_NO_MEMORY);
  assert_int_equal(sanitise(NULL, 0, NULL, 0), STATUS_NO_MEMORY);
  assert_int_equal(nruns, 999);
}

static void more_runs_than_the_caller_has_room_for_is_an_error(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x0, 0x1000, USABLE}, {0x2000, 0x1000, USABLE}};
  assert_int_equal(memmap_runs(map, 2, NULL, 0, FRAMES_MAX, runs, 1, &nruns), STATUS_NO_SPACE);
  assert_int_equal(memmap_runs(map, 2, NULL, 0, FRAMES_MAX, runs, 2, &nruns), STATUS_OK);
}

static void without_room_for_all_the_lowest_runs_are_written(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {
      {0x9000, 0x1000, USABLE}, {0x1000, 0x2000, USABLE}, {0x5000, 0x1000, USABLE}};
  nruns = 999;
  runs[2] = (struct run){77, 78};
  assert_int_equal(memmap_runs(map, 3, NULL, 0, FRAMES_MAX, runs, 2, &nruns), STATUS_NO_SPACE);
  assert_int_equal(nruns, 999);
  nruns = 3; /* what expect_run may look at */
  expect_run(0, 1, 3);
  expect_run(1, 5, 6);
  expect_run(2, 77, 78);
}

static void the_other_errors_leave_the_runs_alone(void **state)
{
  (void)state;
  static struct memmap_entry map[MEMMAP_ENTRIES_MAX + 1];
  map[0] = (struct memmap_entry){0x800, 0x1000, USABLE}; /* holds no whole frame */
  runs[0] = (struct run){77, 78};
  assert_int_equal(sanitise(map, 1, NULL, 0), STATUS_NO_MEMORY);
  assert_int_equal(sanitise(map, MEMMAP_ENTRIES_MAX + 1, NULL, 0), STATUS_TOO_MANY_ENTRIES);
  assert_int_equal(memmap_runs(map, 1, NULL, 0, FRAMES_MAX + UINT64_C(1), runs, 1, &nruns),
                   STATUS_OUT_OF_RANGE);
  nruns = 1;
  expect_run(0, 77, 78);
}

static void no_memory_comes_before_no_room(void **state)
{
  (void)state;
  const struct memmap_entry map[] = {{0x800, 0x1000, USABLE}, {0x4000, 0x1000, USABLE}};
  assert_int_equal(memmap_runs(map, 1, NULL, 0, FRAMES_MAX, NULL, 0, &nruns), STATUS_NO_MEMORY);
  assert_int_equal(memmap_runs(map, 2, NULL, 0, FRAMES_MAX, NULL, 0, &nruns), STATUS_NO_SPACE);
}

static void the_densest_map_fits_the_documented_number_of_runs(void **state)
{
  (void)state;
  static struct memmap_entry map[MEMMAP_ENTRIES_MAX];
  static struct memmap_entry reserved[MEMMAP_RESERVATIONS_MAX];
  for (uint32_t i = 0; i < MEMMAP_ENTRIES_MAX; i++)
    map[i] = (struct memmap_entry){0x8000u * (uint64_t)i, 0x4000, USABLE};
  for (uint32_t i = 0; i < MEMMAP_RESERVATIONS_MAX; i++)
    reserved[i] = (struct memmap_entry){0x8000u * (uint64_t)i + 0x1000, 0x1000, 0};
  assert_int_equal(sanitise(map, MEMMAP_ENTRIES_MAX, reserved, MEMMAP_RESERVATIONS_MAX), STATUS_OK);
  assert_int_equal(nruns, MEMMAP_RUNS_MAX);
}

/* First principles: a frame is usable if each of its 16 sixteenths is. */
static bool frame_usable(const struct memmap_entry *map, uint32_t nmap, uint64_t frame)
{
  for (uint64_t part = frame * 16; part < frame * 16 + 16; part++) {
    bool ram = false;
    for (uint32_t i = 0; i < nmap; i++) {
      bool inside = part * 256 >= map[i].base && part * 256 - map[i].base < map[i].length;
      if (inside && map[i].type != USABLE)
        return false;
      ram = ram || inside;
    }
    if (!ram)
      return false;
  }
  return true;
}

static void random_maps_agree_with_a_frame_by_frame_model(void **state)
{
  (void)state;
  enum { FRAMES = 48 };
  uint64_t seed = 7;
  for (int round = 0; round < 3000; round++) {
    struct memmap_entry map[8];
    struct run few[8];
    uint32_t nmap = (uint32_t)(unit_random(&seed) % 9);
    for (uint32_t i = 0; i < nmap; i++) {
      map[i].base = unit_random(&seed) % (FRAMES * 16) * 256;
      map[i].length = unit_random(&seed) % (FRAMES * 8) * 256;
      map[i].type = (uint32_t)(unit_random(&seed) % 4 == 0 ? 2 : USABLE);
    }
    enum status status = memmap_runs(map, nmap, NULL, 0, FRAMES, runs, MEMMAP_RUNS_MAX, &nruns);
    uint32_t k = 0;
    bool any = false;
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
      bool expected = frame_usable(map, nmap, frame);
      any = any || expected;
      if (status != STATUS_OK)
        continue;
      while (k < nruns && runs[k].end <= frame)
        k++;
      assert_int_equal(k < nruns && runs[k].first <= frame, expected);
    }
    assert_int_equal(status, any ? STATUS_OK : STATUS_NO_MEMORY);
    assert_true(!any || nruns <= nmap);
    for (uint32_t room = 0; any && room <= nmap; room++) {
      uint32_t count = nruns;
      assert_int_equal(memmap_runs(map, nmap, NULL, 0, FRAMES, few, room, &count),
                       room < nruns ? STATUS_NO_SPACE : STATUS_OK);
      assert_int_equal(count, nruns);
      assert_memory_equal(few, runs, (room < nruns ? room : nruns) * sizeof *runs);
    }
    for (k = 1; status == STATUS_OK && k < nruns; k++)
      assert_true(runs[k - 1].end < runs[k].first); /* sorted, disjoint, maximal */
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unsorted_entries_come_out_ascending),
      cmocka_unit_test(overlapping_and_adjacent_usable_entries_are_one_run),
      cmocka_unit_test(two_entries_that_meet_within_a_frame_make_it_usable),
      cmocka_unit_test(an_unusable_entry_wins_over_a_usable_one),
      cmocka_unit_test(a_reservation_splits_a_run_whatever_its_type),
      cmocka_unit_test(partial_frames_are_rounded_inwards),
      cmocka_unit_test(a_zero_length_entry_says_nothing),
      cmocka_unit_test(an_end_that_wraps_is_clipped_to_the_last_byte),
      cmocka_unit_test(the_frame_limit_cuts_a_run),
      cmocka_unit_test(too_many_entries_are_refused),
      cmocka_unit_test(no_usable_frame_is_an_error),
      cmocka_unit_test(more_runs_than_the_caller_has_room_for_is_an_error),
      cmocka_unit_test(without_room_for_all_the_lowest_runs_are_written),
      cmocka_unit_test(the_other_errors_leave_the_runs_alone),
      cmocka_unit_test(no_memory_comes_before_no_room),
      cmocka_unit_test(the_densest_map_fits_the_documented_number_of_runs),
      cmocka_unit_test(random_maps_agree_with_a_frame_by_frame_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The frame database: who owns a frame, how often it is referenced, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"

#define FRAMES 40u /* not a multiple of the largest block */

struct world {
  struct frames db;
  uint64_t *words;
  struct frame *records;
};

static struct world *make(uint64_t nframes)
{
  struct world *world = calloc(1, sizeof *world);
  assert_non_null(world);
  uint64_t nwords = buddy_words(nframes);
  world->words = calloc(nwords, sizeof *world->words);
  world->records = calloc(nframes, sizeof *world->records);
  assert_non_null(world->words);
  assert_non_null(world->records);
  assert_int_equal(frames_init(&world->db, nframes, world->words, nwords, world->records, nframes),
                   STATUS_OK);
  return world;
}

/* Every frame reserved. */
static int reserved(void **state)
{
  *state = make(FRAMES);
  return 0;
}

/* Every frame free. */
static int released(void **state)
{
  struct world *world = make(FRAMES);
  assert_int_equal(frames_release(&world->db, 0, FRAMES), STATUS_OK);
  *state = world;
  return 0;
}

static int drop(void **state)
{
  struct world *world = *state;
  assert_null(frames_check(&world->db));
  free(world->words);
  free(world->records);
  free(world);
  return 0;
}

/* The call returns this status and leaves each record and the count of free frames as they were. */
#define ASSERT_REFUSED(db, expected, call)                                                         \
  do {                                                                                             \
    struct frame before[FRAMES];                                                                   \
    uint64_t free_before = buddy_free_frames(&(db)->buddy);                                        \
    memcpy(before, (db)->records, sizeof before);                                                  \
    assert_int_equal((call), (expected));                                                          \
    assert_memory_equal(before, (db)->records, sizeof before);                                     \
    assert_int_equal(buddy_free_frames(&(db)->buddy), free_before);                                \
  } while (0)

static frame_t alloc(struct frames *db, uint32_t order, enum owner owner)
{
  frame_t frame = 0;
  assert_int_equal(frame_alloc(db, order, owner, 0, &frame), STATUS_OK);
  return frame;
}

static void a_record_takes_sixteen_bytes(void **state)
{
  (void)state;
  assert_int_equal(sizeof(struct frame), 16);
}

static void init_refuses_no_frames_and_too_many(void **state)
{
  struct world *world = *state;
  struct frames db;
  assert_int_equal(frames_init(&db, 0, world->words, 100, world->records, FRAMES),
                   STATUS_OUT_OF_RANGE);
  assert_int_equal(
      frames_init(&db, (uint64_t)FRAMES_MAX + 1, world->words, 100, world->records, FRAMES),
      STATUS_OUT_OF_RANGE);
}

static void init_refuses_too_few_records_or_words(void **state)
{
  (void)state;
  struct frames db;
  struct frames before;
  uint64_t nwords = buddy_words(FRAMES);
  uint64_t *words = calloc(nwords, sizeof *words);
  struct frame records[FRAMES];
  memset(&db, 7, sizeof db);
  memcpy(&before, &db, sizeof db);
  assert_int_equal(frames_init(&db, FRAMES, words, nwords, records, FRAMES - 1), STATUS_NO_SPACE);
  assert_int_equal(frames_init(&db, FRAMES, words, nwords - 1, records, FRAMES), STATUS_NO_SPACE);
  assert_memory_equal(&before, &db, sizeof db);
  free(words);
}

static void every_frame_starts_reserved(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  for (frame_t frame = 0; frame < FRAMES; frame++)
    assert_int_equal(db->records[frame].owner, OWNER_RESERVED);
  assert_int_equal(buddy_free_frames(&db->buddy), 0);
  frame_t out = 99;
  ASSERT_REFUSED(db, STATUS_OUT_OF_MEMORY, frame_alloc(db, 0, OWNER_KERNEL, 0, &out));
  assert_int_equal(out, 99);
}

static void releasing_a_run_makes_exactly_its_frames_free(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frames_release(db, 3, 10), STATUS_OK);
  for (frame_t frame = 0; frame < FRAMES; frame++)
    assert_int_equal(db->records[frame].owner,
                     frame >= 3 && frame < 13 ? OWNER_FREE : OWNER_RESERVED);
  assert_int_equal(buddy_free_frames(&db->buddy), 10);
}

static void releasing_an_empty_run_does_nothing(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  ASSERT_REFUSED(db, STATUS_OK, frames_release(db, 0, 0));
  ASSERT_REFUSED(db, STATUS_OK, frames_release(db, FRAMES, 0));
  ASSERT_REFUSED(db, STATUS_OK, frames_reserve(db, FRAMES, 0));
}

static void releasing_beyond_the_last_frame_is_out_of_range(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frames_release(db, 0, FRAMES + 1));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frames_release(db, FRAMES, 1));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frames_release(db, FRAMES + 1, 0));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frames_release(db, 1, UINT64_MAX));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frames_reserve(db, UINT64_MAX, UINT64_MAX));
}

static void releasing_a_frame_that_is_not_reserved_is_refused(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frames_release(db, 8, 1), STATUS_OK);
  ASSERT_REFUSED(db, STATUS_NOT_RESERVED, frames_release(db, 0, 9));
  assert_int_equal(alloc(db, 0, OWNER_USER), 8);
  ASSERT_REFUSED(db, STATUS_NOT_RESERVED, frames_release(db, 8, 1));
}

static void reserving_a_run_takes_exactly_its_frames(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frames_reserve(db, 5, 7), STATUS_OK);
  for (frame_t frame = 0; frame < FRAMES; frame++)
    assert_int_equal(db->records[frame].owner,
                     frame >= 5 && frame < 12 ? OWNER_RESERVED : OWNER_FREE);
  assert_int_equal(buddy_free_frames(&db->buddy), FRAMES - 7);
  assert_int_equal(frames_release(db, 5, 7), STATUS_OK);
  assert_int_equal(buddy_free_frames(&db->buddy), FRAMES);
}

static void reserving_a_frame_that_is_not_free_is_refused(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frames_reserve(db, 5, 1), STATUS_OK);
  ASSERT_REFUSED(db, STATUS_NOT_FREE, frames_reserve(db, 0, 6));
}

static void a_block_has_one_owner_one_order_and_one_reference(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = 0;
  assert_int_equal(frame_alloc(db, 3, OWNER_USER, FRAME_COW | FRAME_ANONYMOUS, &first), STATUS_OK);
  assert_int_equal(first % 8, 0);
  for (frame_t frame = first; frame < first + 8; frame++) {
    assert_int_equal(db->records[frame].owner, OWNER_USER);
    assert_int_equal(db->records[frame].order, 3);
    assert_int_equal(db->records[frame].flags, FRAME_COW | FRAME_ANONYMOUS);
    assert_int_equal(db->records[frame].references, frame == first ? 1 : 0);
  }
  assert_int_equal(buddy_free_frames(&db->buddy), FRAMES - 8);
}

static void a_table_starts_without_parent_and_without_entries(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  for (enum owner owner = OWNER_TABLE1; owner <= OWNER_TABLE5; owner++) {
    frame_t frame = alloc(db, 0, owner);
    assert_int_equal(db->records[frame].owner, owner);
    assert_int_equal(db->records[frame].parent, 0);
    assert_int_equal(db->records[frame].index, 0);
    assert_int_equal(db->records[frame].live, 0);
  }
}

static void an_order_above_the_largest_is_a_bad_order(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t out = 99;
  ASSERT_REFUSED(db, STATUS_BAD_ORDER,
                 frame_alloc(db, BUDDY_MAX_ORDER + 1, OWNER_FREE, UINT32_MAX, &out));
  ASSERT_REFUSED(db, STATUS_OUT_OF_MEMORY, frame_alloc(db, BUDDY_MAX_ORDER, OWNER_USER, 0, &out));
  assert_int_equal(out, 99);
}

static void free_reserved_and_unknown_are_bad_owners(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t out = 99;
  ASSERT_REFUSED(db, STATUS_BAD_OWNER, frame_alloc(db, 0, OWNER_FREE, 0, &out));
  ASSERT_REFUSED(db, STATUS_BAD_OWNER, frame_alloc(db, 0, OWNER_RESERVED, 0, &out));
  ASSERT_REFUSED(db, STATUS_BAD_OWNER,
                 frame_alloc(db, 0, (enum owner)(OWNER_TABLE5 + 1), UINT32_MAX, &out));
}

static void a_table_of_two_frames_is_a_bad_owner(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t out = 99;
  ASSERT_REFUSED(db, STATUS_BAD_OWNER, frame_alloc(db, 1, OWNER_TABLE1, 0, &out));
}

static void alloc_refuses_poisoned_and_unknown_flags(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t out = 99;
  ASSERT_REFUSED(db, STATUS_BAD_ARGUMENT, frame_alloc(db, 0, OWNER_USER, FRAME_POISONED, &out));
  ASSERT_REFUSED(db, STATUS_BAD_ARGUMENT, frame_alloc(db, 0, OWNER_USER, FRAME_FLAGS + 1, &out));
}

static void no_frame_is_handed_out_twice(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  bool seen[FRAMES] = {false};
  frame_t frame = 0;
  for (uint32_t k = 0; k < FRAMES; k++) {
    frame = alloc(db, 0, OWNER_KERNEL);
    assert_true(frame < FRAMES);
    assert_false(seen[frame]);
    seen[frame] = true;
  }
  ASSERT_REFUSED(db, STATUS_OUT_OF_MEMORY, frame_alloc(db, 0, OWNER_KERNEL, 0, &frame));
}

static void any_frame_of_a_block_names_it(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = alloc(db, 2, OWNER_USER);
  assert_int_equal(frame_get(db, first + 3), STATUS_OK);
  assert_int_equal(frame_get(db, first + 1), STATUS_OK);
  assert_int_equal(db->records[first].references, 3);
  assert_int_equal(db->records[first + 3].references, 0);
  assert_int_equal(frame_put(db, first + 2), STATUS_OK);
  assert_int_equal(db->records[first].references, 2);
}

static void the_last_put_frees_the_whole_block(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = alloc(db, 2, OWNER_USER);
  assert_int_equal(frame_get(db, first), STATUS_OK);
  assert_int_equal(frame_put(db, first), STATUS_OK);
  assert_int_equal(db->records[first].owner, OWNER_USER);
  assert_int_equal(frame_put(db, first + 1), STATUS_OK);
  for (frame_t frame = first; frame < first + 4; frame++)
    assert_int_equal(db->records[frame].owner, OWNER_FREE);
  assert_int_equal(buddy_free_frames(&db->buddy), FRAMES);
}

static void putting_a_free_frame_is_a_double_free(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = alloc(db, 1, OWNER_USER);
  assert_int_equal(frame_put(db, first), STATUS_OK);
  ASSERT_REFUSED(db, STATUS_DOUBLE_FREE, frame_put(db, first));
  ASSERT_REFUSED(db, STATUS_DOUBLE_FREE, frame_put(db, first + 1));
}

static void getting_a_free_frame_is_refused(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  ASSERT_REFUSED(db, STATUS_NOT_ALLOCATED, frame_get(db, 0));
}

static void a_reserved_frame_can_be_neither_got_nor_put(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  ASSERT_REFUSED(db, STATUS_RESERVED, frame_get(db, FRAMES - 1));
  ASSERT_REFUSED(db, STATUS_RESERVED, frame_put(db, FRAMES - 1));
  ASSERT_REFUSED(db, STATUS_RESERVED, frame_set_flags(db, FRAMES - 1, 0, 0));
}

static void a_frame_beyond_the_last_is_out_of_range(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frame_get(db, FRAMES));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frame_put(db, UINT32_MAX));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frame_poison(db, FRAMES));
  ASSERT_REFUSED(db, STATUS_OUT_OF_RANGE, frame_set_flags(db, FRAMES, UINT32_MAX, 0));
}

static void a_saturated_count_stays_for_ever(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = alloc(db, 1, OWNER_USER);
  db->records[first].references = FRAME_REFERENCES_MAX - 1;
  assert_int_equal(frame_get(db, first + 1), STATUS_OK);
  assert_true(db->records[first].references == FRAME_REFERENCES_MAX);
  ASSERT_REFUSED(db, STATUS_SATURATED, frame_get(db, first));
  ASSERT_REFUSED(db, STATUS_SATURATED, frame_put(db, first));
}

static void flags_are_set_then_cleared_in_the_whole_block(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = 0;
  assert_int_equal(frame_alloc(db, 1, OWNER_USER, FRAME_COW, &first), STATUS_OK);
  frame_t other = alloc(db, 0, OWNER_USER);
  assert_int_equal(
      frame_set_flags(db, first + 1, FRAME_SHARED | FRAME_ANONYMOUS, FRAME_COW | FRAME_ANONYMOUS),
      STATUS_OK);
  assert_int_equal(db->records[first].flags, FRAME_SHARED);
  assert_int_equal(db->records[first + 1].flags, FRAME_SHARED);
  assert_int_equal(db->records[other].flags, 0);
}

static void set_flags_refuses_poisoned_and_unknown_flags(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t frame = alloc(db, 0, OWNER_USER);
  ASSERT_REFUSED(db, STATUS_BAD_ARGUMENT, frame_set_flags(db, frame, FRAME_POISONED, 0));
  ASSERT_REFUSED(db, STATUS_BAD_ARGUMENT, frame_set_flags(db, frame, 0, FRAME_POISONED));
  ASSERT_REFUSED(db, STATUS_BAD_ARGUMENT, frame_set_flags(db, frame, FRAME_FLAGS + 1, 0));
  ASSERT_REFUSED(db, STATUS_BAD_ARGUMENT, frame_set_flags(db, frame, 0, UINT32_MAX));
  assert_int_equal(frame_put(db, frame), STATUS_OK);
  ASSERT_REFUSED(db, STATUS_NOT_ALLOCATED, frame_set_flags(db, frame, FRAME_COW, 0));
}

static void a_poisoned_free_frame_is_reserved_and_never_released(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frame_poison(db, 9), STATUS_OK);
  assert_int_equal(db->records[9].owner, OWNER_RESERVED);
  assert_int_equal(db->records[9].flags, FRAME_POISONED);
  assert_int_equal(buddy_free_frames(&db->buddy), FRAMES - 1);
  ASSERT_REFUSED(db, STATUS_POISONED, frames_release(db, 9, 1));
  for (uint32_t k = 0; k < FRAMES - 1; k++)
    assert_int_not_equal(alloc(db, 0, OWNER_USER), 9);
}

static void a_poisoned_reserved_frame_is_never_released(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frame_poison(db, 4), STATUS_OK);
  assert_int_equal(frame_poison(db, 4), STATUS_OK);
  ASSERT_REFUSED(db, STATUS_POISONED, frames_release(db, 0, FRAMES));
  assert_int_equal(frames_release(db, 5, 5), STATUS_OK);
  ASSERT_REFUSED(db, STATUS_NOT_RESERVED, frames_release(db, 0, FRAMES));
}

static void a_poisoned_block_in_use_is_reserved_at_its_last_put(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t first = 0;
  assert_int_equal(frame_alloc(db, 2, OWNER_USER, FRAME_COW, &first), STATUS_OK);
  assert_int_equal(frame_poison(db, first + 2), STATUS_OK);
  for (frame_t frame = first; frame < first + 4; frame++) {
    assert_int_equal(db->records[frame].owner, OWNER_USER);
    assert_int_equal(db->records[frame].flags, FRAME_COW | FRAME_POISONED);
  }
  assert_int_equal(frame_set_flags(db, first, 0, FRAME_COW), STATUS_OK);
  assert_int_equal(db->records[first].flags, FRAME_POISONED);
  assert_int_equal(frame_get(db, first), STATUS_OK);
  assert_int_equal(frame_put(db, first), STATUS_OK);
  assert_int_equal(db->records[first].owner, OWNER_USER);
  assert_int_equal(frame_put(db, first), STATUS_OK);
  for (frame_t frame = first; frame < first + 4; frame++) {
    assert_int_equal(db->records[frame].owner, OWNER_RESERVED);
    assert_int_equal(db->records[frame].flags, FRAME_POISONED);
  }
  assert_int_equal(buddy_free_frames(&db->buddy), FRAMES - 4);
  ASSERT_REFUSED(db, STATUS_POISONED, frames_release(db, first, 4));
}

static void an_address_lies_in_the_frame_that_contains_it(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t out = 99;
  assert_int_equal(frame_containing(db, 0, &out), STATUS_OK);
  assert_int_equal(out, 0);
  assert_int_equal(frame_containing(db, (uint64_t)2 * FRAME_SIZE - 1, &out), STATUS_OK);
  assert_int_equal(out, 1);
  assert_int_equal(frame_containing(db, (uint64_t)FRAMES * FRAME_SIZE - 1, &out), STATUS_OK);
  assert_int_equal(out, FRAMES - 1);
  out = 99;
  assert_int_equal(frame_containing(db, (uint64_t)FRAMES * FRAME_SIZE, &out), STATUS_OUT_OF_RANGE);
  assert_int_equal(frame_containing(db, UINT64_MAX, &out), STATUS_OUT_OF_RANGE);
  assert_int_equal(out, 99);
}

static void a_frame_starts_at_a_multiple_of_its_size(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t out = 99;
  assert_int_equal(frame_at(db, FRAME_SIZE + 1, &out), STATUS_MISALIGNED);
  assert_int_equal(frame_at(db, (uint64_t)FRAMES * FRAME_SIZE + 1, &out), STATUS_OUT_OF_RANGE);
  assert_int_equal(out, 99);
  assert_int_equal(frame_at(db, (uint64_t)3 * FRAME_SIZE, &out), STATUS_OK);
  assert_int_equal(out, 3);
}

static void a_range_of_bytes_touches_a_run_of_frames(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  struct run run = {7, 7};
  assert_int_equal(frame_range(db, 0, 1, &run), STATUS_OK);
  assert_int_equal(run.first, 0);
  assert_int_equal(run.end, 1);
  assert_int_equal(frame_range(db, FRAME_SIZE - 1, 2, &run), STATUS_OK);
  assert_int_equal(run.first, 0);
  assert_int_equal(run.end, 2);
  assert_int_equal(frame_range(db, FRAME_SIZE, (uint64_t)(FRAMES - 1) * FRAME_SIZE, &run),
                   STATUS_OK);
  assert_int_equal(run.first, 1);
  assert_int_equal(run.end, FRAMES);
}

static void a_range_that_is_empty_or_leaves_memory_is_refused(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  struct run run = {7, 7};
  assert_int_equal(frame_range(db, UINT64_MAX, 0, &run), STATUS_BAD_ARGUMENT);
  assert_int_equal(frame_range(db, 0, (uint64_t)FRAMES * FRAME_SIZE + 1, &run),
                   STATUS_OUT_OF_RANGE);
  assert_int_equal(frame_range(db, FRAME_SIZE, UINT64_MAX, &run), STATUS_OUT_OF_RANGE);
  assert_int_equal(frame_range(db, UINT64_MAX, 1, &run), STATUS_OUT_OF_RANGE);
  assert_int_equal(run.first, 7);
  assert_int_equal(run.end, 7);
}

static void every_owner_has_its_own_name(void **state)
{
  (void)state;
  for (enum owner a = OWNER_FREE; a <= OWNER_TABLE5; a++)
    for (enum owner b = OWNER_FREE; b <= OWNER_TABLE5; b++)
      assert_int_equal(strcmp(owner_name(a), owner_name(b)) == 0, a == b);
  assert_string_equal(owner_name((enum owner)77), "unknown owner");
}

/* With this record instead of its own, the check says so. */
static void assert_broken(struct frames *db, size_t frame, struct frame record, const char *clause)
{
  struct frame sound = db->records[frame];
  db->records[frame] = record;
  const char *broken = frames_check(db);
  assert_non_null(broken);
  assert_string_equal(broken, clause);
  db->records[frame] = sound;
  assert_null(frames_check(db));
}

#define ASSERT_BROKEN(db, where, field, value, clause)                                             \
  do {                                                                                             \
    struct frame record = (db)->records[where];                                                    \
    record.field = (value);                                                                        \
    assert_broken((db), (where), record, (clause));                                                \
  } while (0)

static void check_names_a_frame_on_which_database_and_buddy_disagree(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frames_reserve(db, 8, 1), STATUS_OK);
  frame_t block = alloc(db, 2, OWNER_USER);
  const char *free_frames = "database and buddy agree on which frames are free";
  const char *reserved_frames = "database and buddy agree on which frames are reserved";
  const char *blocks = "database and buddy agree on the block of a frame in use";
  ASSERT_BROKEN(db, 9, owner, OWNER_RESERVED, free_frames);
  ASSERT_BROKEN(db, 9, owner, OWNER_USER, free_frames);
  ASSERT_BROKEN(db, block, owner, OWNER_FREE, free_frames);
  ASSERT_BROKEN(db, 8, owner, OWNER_USER, reserved_frames);
  ASSERT_BROKEN(db, block, owner, OWNER_RESERVED, reserved_frames);
  ASSERT_BROKEN(db, block + 1, order, 1, blocks);
  ASSERT_BROKEN(db, block + 1, parent, block + 1, blocks);
}

static void check_names_a_frame_that_nobody_uses_and_is_not_clean(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  assert_int_equal(frames_reserve(db, 8, 1), STATUS_OK);
  ASSERT_BROKEN(db, 8, references, 1, "a frame that nobody uses has no references");
  ASSERT_BROKEN(db, 9, order, 1, "a frame that nobody uses has order 0");
  ASSERT_BROKEN(db, 9, flags, FRAME_POISONED, "a free frame has no flags");
  ASSERT_BROKEN(db, 8, flags, FRAME_COW, "a reserved frame has no flag but poisoned");
}

static void check_names_a_block_whose_records_do_not_fit(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  frame_t block = alloc(db, 2, OWNER_USER);
  const char *same = "the frames of a block have one owner and one set of flags";
  ASSERT_BROKEN(db, block, owner, OWNER_TABLE5 + 1, "the owner is a known one");
  ASSERT_BROKEN(db, block, owner, OWNER_TABLE1, "a table is one frame");
  ASSERT_BROKEN(db, block, flags, FRAME_FLAGS + 1, "the flags are known ones");
  ASSERT_BROKEN(db, block + 1, owner, OWNER_KERNEL, same);
  ASSERT_BROKEN(db, block + 1, flags, FRAME_COW, same);
  ASSERT_BROKEN(db, block, references, 0, "a block in use has a reference");
  ASSERT_BROKEN(db, block + 1, references, 1, "only the first frame of a block counts references");
}

static void check_names_a_database_of_another_size_and_a_broken_buddy(void **state)
{
  struct frames *db = &((struct world *)*state)->db;
  db->nframes--;
  assert_string_equal(frames_check(db), "database and buddy manage the same frames");
  db->nframes++;
  db->buddy.free_frames++;
  assert_non_null(frames_check(db));
  db->buddy.free_frames--;
}

#define WITH(test, setup) cmocka_unit_test_setup_teardown(test, setup, drop)

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_record_takes_sixteen_bytes),
      WITH(init_refuses_no_frames_and_too_many, reserved),
      cmocka_unit_test(init_refuses_too_few_records_or_words),
      WITH(every_frame_starts_reserved, reserved),
      WITH(releasing_a_run_makes_exactly_its_frames_free, reserved),
      WITH(releasing_an_empty_run_does_nothing, reserved),
      WITH(releasing_beyond_the_last_frame_is_out_of_range, reserved),
      WITH(releasing_a_frame_that_is_not_reserved_is_refused, reserved),
      WITH(reserving_a_run_takes_exactly_its_frames, released),
      WITH(reserving_a_frame_that_is_not_free_is_refused, released),
      WITH(a_block_has_one_owner_one_order_and_one_reference, released),
      WITH(a_table_starts_without_parent_and_without_entries, released),
      WITH(an_order_above_the_largest_is_a_bad_order, released),
      WITH(free_reserved_and_unknown_are_bad_owners, released),
      WITH(a_table_of_two_frames_is_a_bad_owner, released),
      WITH(alloc_refuses_poisoned_and_unknown_flags, released),
      WITH(no_frame_is_handed_out_twice, released),
      WITH(any_frame_of_a_block_names_it, released),
      WITH(the_last_put_frees_the_whole_block, released),
      WITH(putting_a_free_frame_is_a_double_free, released),
      WITH(getting_a_free_frame_is_refused, released),
      WITH(a_reserved_frame_can_be_neither_got_nor_put, reserved),
      WITH(a_frame_beyond_the_last_is_out_of_range, released),
      WITH(a_saturated_count_stays_for_ever, released),
      WITH(flags_are_set_then_cleared_in_the_whole_block, released),
      WITH(set_flags_refuses_poisoned_and_unknown_flags, released),
      WITH(a_poisoned_free_frame_is_reserved_and_never_released, released),
      WITH(a_poisoned_reserved_frame_is_never_released, reserved),
      WITH(a_poisoned_block_in_use_is_reserved_at_its_last_put, released),
      WITH(an_address_lies_in_the_frame_that_contains_it, reserved),
      WITH(a_frame_starts_at_a_multiple_of_its_size, reserved),
      WITH(a_range_of_bytes_touches_a_run_of_frames, reserved),
      WITH(a_range_that_is_empty_or_leaves_memory_is_refused, reserved),
      cmocka_unit_test(every_owner_has_its_own_name),
      WITH(check_names_a_frame_on_which_database_and_buddy_disagree, released),
      WITH(check_names_a_frame_that_nobody_uses_and_is_not_clean, released),
      WITH(check_names_a_block_whose_records_do_not_fit, released),
      WITH(check_names_a_database_of_another_size_and_a_broken_buddy, released),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

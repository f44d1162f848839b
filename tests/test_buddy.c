/* The buddy allocator: every status, the edges, and random sequences against a model
 * that knows only frames. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "buddy.h"

static struct buddy buddy;
static uint64_t *words;

static void make(uint64_t nframes)
{
  free(words);
  words = malloc(buddy_words(nframes) * sizeof *words);
  assert_non_null(words);
  memset(words, 0x5A, buddy_words(nframes) * sizeof *words);
  assert_int_equal(buddy_init(&buddy, nframes, words, buddy_words(nframes)), STATUS_OK);
}

/* nframes frames, all free but those from hole on to hole_end. */
static void make_free(uint64_t nframes, uint64_t hole, uint64_t hole_end)
{
  make(nframes);
  assert_int_equal(buddy_release(&buddy, 0, hole), STATUS_OK);
  assert_int_equal(buddy_release(&buddy, hole_end, nframes - hole_end), STATUS_OK);
}

static void everything_is_reserved_at_first(void **state)
{
  (void)state;
  frame_t frame = 5;
  uint32_t order = 9;
  make(100);
  assert_int_equal(buddy_free_frames(&buddy), 0);
  assert_int_equal(buddy_alloc(&buddy, 0, &frame), STATUS_OUT_OF_MEMORY);
  assert_int_equal(buddy_largest_order(&buddy, &order), STATUS_OUT_OF_MEMORY);
  assert_int_equal(buddy_free(&buddy, 0, 0), STATUS_RESERVED);
  assert_int_equal(frame, 5);
  assert_int_equal(order, 9);
  assert_null(buddy_check(&buddy));
}

static void init_refuses_sizes_and_too_few_words(void **state)
{
  (void)state;
  struct buddy other;
  uint64_t word = 0;
  assert_int_equal(buddy_words(0), 0);
  assert_int_equal(buddy_words((uint64_t)FRAMES_MAX + 1), 0);
  assert_true(buddy_words(FRAMES_MAX) > 0);
  assert_int_equal(buddy_init(&other, 0, &word, 1), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_init(&other, (uint64_t)FRAMES_MAX + 1, &word, 1), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_init(&other, 1, &word, 1), STATUS_NO_SPACE);
}

static void released_frames_coalesce_into_the_largest_blocks(void **state)
{
  (void)state;
  make_free(1024, 0, 0);
  assert_int_equal(buddy_free_frames(&buddy), 1024);
  for (uint32_t order = 0; order <= BUDDY_MAX_ORDER; order++)
    assert_int_equal(buddy_free_blocks(&buddy, order), order == 10);
  assert_int_equal(buddy_free_blocks(&buddy, BUDDY_MAX_ORDER + 1), 0);
  assert_null(buddy_check(&buddy));
}

static void holes_are_never_handed_out(void **state)
{
  (void)state;
  frame_t frame;
  make_free(64, 10, 23);
  for (int i = 0; i < 64 - 13; i++) {
    assert_int_equal(buddy_alloc(&buddy, 0, &frame), STATUS_OK);
    assert_true(frame < 10 || (frame >= 23 && frame < 64));
  }
  assert_int_equal(buddy_alloc(&buddy, 0, &frame), STATUS_OUT_OF_MEMORY);
}

static void alloc_and_free_give_back_the_same_counts(void **state)
{
  (void)state;
  frame_t frame;
  make_free(1000, 0, 0);
  struct buddy before = buddy;
  for (uint32_t order = 0; order <= 9; order++) {
    assert_int_equal(buddy_alloc(&buddy, order, &frame), STATUS_OK);
    assert_int_equal(frame % (1u << order), 0);
    assert_int_equal(buddy_free_frames(&buddy), 1000 - (1u << order));
    assert_null(buddy_check(&buddy));
    assert_int_equal(buddy_free(&buddy, frame, order), STATUS_OK);
    assert_memory_equal(buddy.count, before.count, sizeof before.count);
    assert_int_equal(buddy.orders, before.orders);
  }
}

static void every_bad_free_has_its_own_status_and_changes_nothing(void **state)
{
  (void)state;
  frame_t frame;
  make_free(64, 60, 64);
  assert_int_equal(buddy_alloc(&buddy, 3, &frame), STATUS_OK);
  assert_int_equal(frame % 8, 0);
  uint64_t free_frames = buddy_free_frames(&buddy);
  assert_int_equal(buddy_free(&buddy, frame, BUDDY_MAX_ORDER + 1), STATUS_BAD_ORDER);
  assert_int_equal(buddy_free(&buddy, 64, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_free(&buddy, UINT32_MAX, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_free(&buddy, 0, 7), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_free(&buddy, frame + 1, 1), STATUS_MISALIGNED);
  assert_int_equal(buddy_free(&buddy, frame, 2), STATUS_WRONG_ORDER);
  assert_int_equal(buddy_free(&buddy, frame, 4), STATUS_WRONG_ORDER);
  assert_int_equal(buddy_free(&buddy, frame + 4, 2), STATUS_INTERIOR);
  assert_int_equal(buddy_free(&buddy, frame + 1, 0), STATUS_INTERIOR);
  assert_int_equal(buddy_free(&buddy, 32, 0), STATUS_DOUBLE_FREE);
  assert_int_equal(buddy_free(&buddy, 60, 0), STATUS_RESERVED);
  assert_int_equal(buddy_free_frames(&buddy), free_frames);
  assert_int_equal(buddy_free(&buddy, frame, 3), STATUS_OK);
  assert_int_equal(buddy_free(&buddy, frame, 3), STATUS_DOUBLE_FREE);
  assert_null(buddy_check(&buddy));
}

static void a_particular_block_is_given_or_refused(void **state)
{
  (void)state;
  make_free(64, 60, 64);
  assert_int_equal(buddy_alloc_at(&buddy, 13, 0), STATUS_OK);
  assert_int_equal(buddy_alloc_at(&buddy, 13, 0), STATUS_NOT_FREE);
  assert_int_equal(buddy_alloc_at(&buddy, 12, 1), STATUS_NOT_FREE);
  assert_int_equal(buddy_alloc_at(&buddy, 8, 3), STATUS_NOT_FREE);
  assert_int_equal(buddy_alloc_at(&buddy, 60, 0), STATUS_NOT_FREE);
  assert_int_equal(buddy_alloc_at(&buddy, 13, 1), STATUS_MISALIGNED);
  assert_int_equal(buddy_alloc_at(&buddy, 64, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_alloc_at(&buddy, 0, BUDDY_MAX_ORDER + 1), STATUS_BAD_ORDER);
  assert_int_equal(buddy_alloc_at(&buddy, 32, 4), STATUS_OK);
  assert_int_equal(buddy_free_frames(&buddy), 60 - 1 - 16);
  assert_null(buddy_check(&buddy));
  assert_int_equal(buddy_free(&buddy, 13, 0), STATUS_OK);
  assert_int_equal(buddy_free(&buddy, 32, 4), STATUS_OK);
  assert_int_equal(buddy_free_frames(&buddy), 60);
  assert_null(buddy_check(&buddy));
}

static void runs_are_reserved_and_released_whole_or_not_at_all(void **state)
{
  (void)state;
  make_free(128, 0, 0);
  assert_int_equal(buddy_reserve(&buddy, 10, 30), STATUS_OK);
  assert_int_equal(buddy_free_frames(&buddy), 98);
  assert_int_equal(buddy_reserve(&buddy, 0, 11), STATUS_NOT_FREE);
  assert_int_equal(buddy_release(&buddy, 39, 2), STATUS_NOT_RESERVED);
  assert_int_equal(buddy_reserve(&buddy, 100, 29), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_release(&buddy, UINT64_MAX, 2), STATUS_OUT_OF_RANGE);
  assert_int_equal(buddy_reserve(&buddy, 128, 0), STATUS_OK);
  assert_int_equal(buddy_free_frames(&buddy), 98);
  assert_null(buddy_check(&buddy));
  assert_int_equal(buddy_release(&buddy, 10, 30), STATUS_OK);
  assert_int_equal(buddy_free_blocks(&buddy, 7), 1);
  assert_null(buddy_check(&buddy));
}

static void find_names_the_block_that_holds_a_frame(void **state)
{
  (void)state;
  enum block_state kind;
  frame_t first;
  uint32_t order;
  make_free(64, 60, 64);
  assert_int_equal(buddy_alloc_at(&buddy, 16, 2), STATUS_OK);
  assert_int_equal(buddy_find(&buddy, 18, &kind, &first, &order), STATUS_OK);
  assert_int_equal(kind, BLOCK_USED);
  assert_int_equal(first, 16);
  assert_int_equal(order, 2);
  assert_int_equal(buddy_find(&buddy, 22, &kind, &first, &order), STATUS_OK);
  assert_int_equal(kind, BLOCK_FREE);
  assert_int_equal(first, 20);
  assert_int_equal(order, 2);
  assert_int_equal(buddy_find(&buddy, 63, &kind, &first, &order), STATUS_OK);
  assert_int_equal(kind, BLOCK_RESERVED);
  assert_int_equal(first, 63);
  assert_int_equal(order, 0);
  assert_int_equal(buddy_find(&buddy, 64, &kind, &first, &order), STATUS_OUT_OF_RANGE);
}

static void the_last_freed_block_is_handed_out_first(void **state)
{
  (void)state;
  frame_t frame;
  make_free(64, 0, 0);
  for (frame_t f = 0; f < 64; f++)
    assert_int_equal(buddy_alloc_at(&buddy, f, 0), STATUS_OK);
  assert_int_equal(buddy_free(&buddy, 7, 0), STATUS_OK);
  assert_int_equal(buddy_free(&buddy, 41, 0), STATUS_OK);
  assert_int_equal(buddy_alloc(&buddy, 0, &frame), STATUS_OK);
  assert_int_equal(frame, 41);
  assert_int_equal(buddy_alloc(&buddy, 0, &frame), STATUS_OK);
  assert_int_equal(frame, 7);
}

/* Whether the model has a wholly free aligned block of this order. */
static bool model_has(const uint8_t *used, uint64_t nframes, uint32_t order)
{
  for (uint64_t f = 0; f + (1ull << order) <= nframes; f += 1ull << order)
    if (!memchr(used + f, 1, 1ull << order))
      return true;
  return false;
}

static void random_sequences_agree_with_a_model_of_frames(void **state)
{
  (void)state;
  enum { FRAMES = 777, BLOCKS = 200 };
  static uint8_t used[FRAMES];
  static struct {
    frame_t frame;
    uint32_t order;
  } live[BLOCKS];
  uint64_t seed = 11;
  uint32_t count = 0;
  uint64_t free_frames = FRAMES - 3;
  make_free(FRAMES, 500, 503);
  memset(used + 500, 1, 3);
  for (int i = 0; i < 30000; i++) {
    if (unit_random(&seed) % 100 < (i / 3000 % 2 ? 40 : 60) && count < BLOCKS) {
      uint32_t order = (uint32_t)(unit_random(&seed) % 7);
      frame_t frame;
      enum status status = buddy_alloc(&buddy, order, &frame);
      assert_int_equal(status, model_has(used, FRAMES, order) ? STATUS_OK : STATUS_OUT_OF_MEMORY);
      if (status != STATUS_OK)
        continue;
      assert_null(memchr(used + frame, 1, 1u << order));
      memset(used + frame, 1, 1u << order);
      free_frames -= 1u << order;
      live[count].frame = frame;
      live[count++].order = order;
    } else if (count > 0) {
      uint32_t k = (uint32_t)(unit_random(&seed) % count);
      assert_int_equal(buddy_free(&buddy, live[k].frame, live[k].order), STATUS_OK);
      memset(used + live[k].frame, 0, 1u << live[k].order);
      free_frames += 1u << live[k].order;
      live[k] = live[--count];
    }
    assert_int_equal(buddy_free_frames(&buddy), free_frames);
    if (i % 1000 == 0)
      assert_null(buddy_check(&buddy));
  }
  assert_null(buddy_check(&buddy));
}

static void check_names_planted_corruptions(void **state)
{
  (void)state;
  make_free(64, 0, 0);
  buddy.free_frames++;
  assert_string_equal(buddy_check(&buddy), "buddy: the count of free frames is wrong");
  buddy.free_frames--;
  buddy.count[6]++;
  assert_string_equal(buddy_check(&buddy), "buddy: the count of an order is wrong");
  buddy.count[6]--;
  buddy.orders ^= 1;
  assert_string_equal(buddy_check(&buddy), "buddy: the mask of orders is wrong");
  buddy.orders ^= 1;
  buddy.orders |= (uint64_t)1 << 63;
  assert_string_equal(buddy_check(&buddy), "buddy: the mask of orders is wrong");
  buddy.orders &= ~((uint64_t)1 << 63);
  bitset_add(&buddy.free, buddy.roots * BUDDY_ROOT_FRAMES);
  assert_string_equal(buddy_check(&buddy), "buddy: a free block is not present");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_is_reserved_at_first),
      cmocka_unit_test(init_refuses_sizes_and_too_few_words),
      cmocka_unit_test(released_frames_coalesce_into_the_largest_blocks),
      cmocka_unit_test(holes_are_never_handed_out),
      cmocka_unit_test(alloc_and_free_give_back_the_same_counts),
      cmocka_unit_test(every_bad_free_has_its_own_status_and_changes_nothing),
      cmocka_unit_test(a_particular_block_is_given_or_refused),
      cmocka_unit_test(runs_are_reserved_and_released_whole_or_not_at_all),
      cmocka_unit_test(find_names_the_block_that_holds_a_frame),
      cmocka_unit_test(the_last_freed_block_is_handed_out_first),
      cmocka_unit_test(random_sequences_agree_with_a_model_of_frames),
      cmocka_unit_test(check_names_planted_corruptions),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(words);
  return failed;
}

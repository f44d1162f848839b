/* The reference model against small worlds that one can check by hand. */
#include "unit.h"

#include <string.h>

#include "fuzz/model.h"

static struct model_memory memory;
static struct model_spaces spaces;
static struct model_boot boot;
static struct model_set set;

/* 16 frames, all free but the first. */
static void make(void)
{
  model_memory_init(&memory, 16);
  model_set_free(&memory, 1, 15);
  model_spaces_init(&spaces, &memory, 4);
}

/* --- Memory --- */

static void everything_starts_reserved(void **state)
{
  (void)state;
  model_memory_init(&memory, 16);
  assert_int_equal(memory.free_frames, 0);
  assert_int_equal(model_alloc_status(&memory, 0), STATUS_OUT_OF_MEMORY);
  assert_int_equal(model_free_status(&memory, 3, 0), STATUS_RESERVED);
  assert_int_equal(model_reserve_status(&memory, 3, 1), STATUS_NOT_FREE);
}

static void free_blocks_are_joined_as_far_as_they_are_aligned(void **state)
{
  (void)state;
  make();
  const uint64_t blocks[5] = {1, 1, 1, 1, 0}; /* frame 1, 2-3, 4-7, 8-15 */
  for (uint32_t o = 0; o < 5; o++)
    assert_int_equal(model_free_blocks(&memory, o), blocks[o]);
  enum block_state found;
  uint32_t first;
  uint32_t order;
  model_find(&memory, 6, &found, &first, &order);
  assert_int_equal(found, BLOCK_FREE);
  assert_int_equal(first, 4);
  assert_int_equal(order, 2);
}

static void a_block_taken_is_counted_out_and_given_back_counted_in(void **state)
{
  (void)state;
  make();
  assert_null(model_take(&memory, 4, 1, OWNER_USER, 0));
  assert_int_equal(memory.free_frames, 13);
  assert_int_equal(model_free_blocks(&memory, 2), 0);
  assert_int_equal(model_free_status(&memory, 4, 1), STATUS_OK);
  model_give_back(&memory, 4);
  assert_int_equal(memory.free_frames, 15);
  assert_int_equal(model_free_blocks(&memory, 2), 1);
  assert_int_equal(memory.nblocks, 0);
}

static void a_core_may_not_hand_out_what_is_in_use_or_not_aligned_or_beyond_the_end(void **state)
{
  (void)state;
  make();
  assert_null(model_take(&memory, 4, 1, OWNER_USER, 0));
  assert_non_null(model_take(&memory, 4, 0, OWNER_USER, 0));
  assert_non_null(model_take(&memory, 4, 2, OWNER_USER, 0));
  assert_non_null(model_take(&memory, 7, 1, OWNER_USER, 0));
  assert_non_null(model_take(&memory, 16, 0, OWNER_USER, 0));
  assert_non_null(model_take(&memory, 0, 0, OWNER_USER, 0));
}

static void every_wrong_free_has_its_own_status(void **state)
{
  (void)state;
  make();
  assert_null(model_take(&memory, 4, 2, OWNER_USER, 0));
  assert_int_equal(model_free_status(&memory, 4, BUDDY_MAX_ORDER + 1), STATUS_BAD_ORDER);
  assert_int_equal(model_free_status(&memory, 16, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(model_free_status(&memory, 5, 1), STATUS_MISALIGNED);
  assert_int_equal(model_free_status(&memory, 8, 0), STATUS_DOUBLE_FREE);
  assert_int_equal(model_free_status(&memory, 0, 0), STATUS_RESERVED);
  assert_int_equal(model_free_status(&memory, 4, 1), STATUS_WRONG_ORDER);
  assert_int_equal(model_free_status(&memory, 5, 0), STATUS_INTERIOR);
}

static void a_poisoned_block_is_reserved_when_its_last_reference_goes(void **state)
{
  (void)state;
  make();
  assert_null(model_take(&memory, 4, 1, OWNER_USER, 0));
  memory.references[4] = 2;
  model_poison(&memory, 5);
  model_put(&memory, 4);
  assert_true(model_in_use(&memory, 5));
  model_put(&memory, 4);
  assert_int_equal(memory.owner[5], OWNER_RESERVED);
  assert_int_equal(model_frames_release_status(&memory, 4, 2), STATUS_POISONED);
  assert_int_equal(memory.free_frames, 13);
}

static void a_saturated_count_stays(void **state)
{
  (void)state;
  make();
  assert_null(model_take(&memory, 4, 0, OWNER_USER, 0));
  memory.references[4] = FRAME_REFERENCES_MAX;
  assert_int_equal(model_get_status(&memory, 4), STATUS_SATURATED);
  model_put(&memory, 4);
  assert_int_equal(memory.references[4], FRAME_REFERENCES_MAX);
}

/* --- Address spaces --- */

static void map_sized(uint64_t address, uint32_t frame, uint32_t level, uint32_t permissions)
{
  for (uint32_t above = spaces.levels - 1; above >= level; above--)
    if (!model_table(&spaces, 0, above, address))
      assert_null(model_add_table(&spaces, 0, above, address, 16 - memory.free_frames));
  model_map(&spaces, 0, address, frame, level, permissions);
}

static void map_page(uint64_t address, uint32_t frame)
{
  map_sized(address, frame, 1, 0);
}

static void a_space_with_two_pages(void)
{
  make();
  assert_null(model_take(&memory, 1, 0, OWNER_USER, 0));
  assert_null(model_add_table(&spaces, 0, 4, 0, 2));
  map_page(0x5000, 1);
  map_page(0x6000, 1);
}

static void pages_side_by_side_share_their_tables(void **state)
{
  (void)state;
  a_space_with_two_pages();
  assert_int_equal(spaces.ntables, 4);
  assert_int_equal(model_live(&spaces, model_table(&spaces, 0, 1, 0x5000)), 2);
  assert_int_equal(model_live(&spaces, model_table(&spaces, 0, 4, 0)), 1);
  assert_int_equal(memory.references[1], 3);
  assert_int_equal(model_missing_tables(&spaces, 0, 0x200000, 1), 1);
  assert_int_equal(model_missing_tables(&spaces, 0, (uint64_t)1 << 39, 1), 3);
}

static void tables_go_with_their_last_page(void **state)
{
  (void)state;
  a_space_with_two_pages();
  model_unmap(&spaces, model_mapping(&spaces, 0, 0x5000));
  assert_int_equal(spaces.ntables, 4);
  model_unmap(&spaces, model_mapping(&spaces, 0, 0x6FFF));
  assert_int_equal(spaces.ntables, 1);
  assert_int_equal(memory.references[1], 1);
}

static void tables_that_went_are_in_use_until_their_flush_is_done(void **state)
{
  (void)state;
  a_space_with_two_pages();
  uint32_t before = memory.free_frames;
  model_unmap(&spaces, model_mapping(&spaces, 0, 0x5000));
  assert_false(spaces.flushes[0].tables);
  model_unmap(&spaces, model_mapping(&spaces, 0, 0x6000));
  assert_int_equal(memory.free_frames, before);
  /* The lowest one went first, in the frame that was taken last. */
  assert_true(spaces.flushes[0].tables);
  assert_int_equal(spaces.flushes[0].table, 3);
  assert_int_equal(memory.before[3], 4);
  assert_int_equal(memory.before[4], 5);
  assert_int_equal(memory.before[5], 5);
  for (uint32_t frame = 3; frame <= 5; frame++)
    assert_true(memory.retired[frame] && model_is_table(&memory, frame));
  model_flushed(&spaces, 0);
  assert_int_equal(memory.free_frames, before + 3);
  assert_false(memory.retired[3] || spaces.flushes[0].tables || spaces.flushes[0].pages > 0);
}

static void what_is_to_be_flushed_is_one_range_and_its_smallest_page(void **state)
{
  (void)state;
  struct model_flush flush = {0};
  model_spaces_init(&spaces, &memory, 4);
  model_owe(&spaces, &flush, 0x600000, 2, 2);
  assert_true(flush.first == 0x600 && flush.pages == 512 && flush.level == 2);
  model_owe(&spaces, &flush, 0x5000, 1, 1);
  assert_true(flush.first == 5 && flush.pages == 0x800 - 5 && flush.level == 1);
  model_owe(&spaces, &flush, 0x40000000, 3, 2);
  assert_true(flush.first == 5 && flush.pages == 0x80000 - 5 && flush.level == 1);
  model_owe(&spaces, &flush, 0x600000, 2, 1);
  assert_true(flush.first == 5 && flush.pages == 0x80000 - 5);
  assert_false(flush.tables);
}

static void the_upper_half_follows_the_lower_one_in_a_range(void **state)
{
  (void)state;
  for (uint32_t levels = 3; levels <= 5; levels++) {
    struct model_flush flush = {0};
    uint64_t half = (uint64_t)1 << (11 + 9 * levels);
    model_spaces_init(&spaces, &memory, levels);
    model_owe(&spaces, &flush, 0 - half, 1, 1);
    model_owe(&spaces, &flush, half - PAGE_SIZE, 1, 1);
    assert_true(flush.pages == 2);
    assert_true(model_page_address(&spaces, flush.first) == half - PAGE_SIZE);
    assert_true(model_page_address(&spaces, flush.first + 1) == 0 - half);
    model_owe(&spaces, &flush, 0, 1, 1);
    model_owe(&spaces, &flush, UINT64_MAX - PAGE_SIZE + 1, 1, 1);
    assert_true(flush.first == 0 && flush.pages == 2 * (half / PAGE_SIZE));
  }
}

static void a_range_that_was_too_long_ends_with_the_last_page(void **state)
{
  (void)state;
  struct model_flush flush = {7, UINT64_MAX, 0, false, 0};
  model_spaces_init(&spaces, &memory, 3);
  model_owe(&spaces, &flush, 0x3000, 1, 1);
  assert_true(flush.first == 3 && flush.pages == ((uint64_t)1 << 27) - 3 && flush.level == 0);
}

static void pages_protected_or_merged_are_to_be_flushed(void **state)
{
  (void)state;
  a_space_with_two_pages();
  model_protect(&spaces, model_mapping(&spaces, 0, 0x6000), PAGE_WRITE);
  assert_int_equal(model_mapping(&spaces, 0, 0x6000)->permissions, PAGE_WRITE);
  assert_true(spaces.flushes[0].first == 6 && spaces.flushes[0].pages == 1);
  assert_int_equal(spaces.flushes[0].level, 1);
  assert_int_equal(spaces.flushes[1].pages, 0);
}

static void only_a_page_that_was_accessed_or_dirty_owes_a_flush_when_it_is_cleared(void **state)
{
  (void)state;
  for (uint32_t seen = 0; seen < 4; seen++) {
    a_space_with_two_pages();
    struct model_mapping *page = model_mapping(&spaces, 0, 0x6000);
    page->accessed = seen % 2 == 1;
    page->dirty = seen / 2 == 1;
    model_clear(&spaces, page);
    assert_false(page->accessed || page->dirty);
    assert_int_equal(spaces.flushes[0].pages, seen == 0 ? 0 : 1);
    assert_int_equal(spaces.flushes[0].first, seen == 0 ? 0 : 6);
    assert_int_equal(spaces.flushes[0].level, seen == 0 ? 0 : 1);
  }
}

static void a_page_that_was_accessed_is_remembered_until_its_space_is_flushed(void **state)
{
  (void)state;
  a_space_with_two_pages();
  struct model_mapping *page = model_mapping(&spaces, 0, 0x6000);
  page->dirty = true;
  model_clear(&spaces, page);
  assert_false(page->remembered);
  page->accessed = true;
  model_clear(&spaces, page);
  model_clear(&spaces, page);
  assert_true(page->remembered);
  model_flushed(&spaces, 1);
  assert_true(page->remembered);
  model_flushed(&spaces, 0);
  assert_false(page->remembered);
}

/* Tables that went from two spaces: 5, 4, 3 in this order from the first, 8, 7 from the other one. */
static void two_spaces_with_tables_that_went(void)
{
  a_space_with_two_pages();
  assert_null(model_add_table(&spaces, 1, 4, 0, 6));
  assert_null(model_add_table(&spaces, 1, 3, 0, 7));
  assert_null(model_add_table(&spaces, 1, 2, 0, 8));
  model_map(&spaces, 1, 0, 0, 2, PAGE_UNOWNED);
  model_unmap(&spaces, model_mapping(&spaces, 0, 0x5000));
  model_unmap(&spaces, model_mapping(&spaces, 0, 0x6000));
  model_unmap(&spaces, model_mapping(&spaces, 1, 0));
  assert_true(memory.retired[3] && memory.retired[8]);
}

static void a_flush_that_names_another_table_gives_that_one_back_and_those_before_it(void **state)
{
  (void)state;
  two_spaces_with_tables_that_went();
  spaces.flushes[1].table = 4;
  model_flushed(&spaces, 1);
  for (uint32_t frame = 3; frame <= 8; frame++)
    assert_int_equal(model_in_use(&memory, frame), frame != 4 && frame != 5);
  model_flushed(&spaces, 0); /* its own last one names one that is free by now */
  assert_false(model_in_use(&memory, 3));
  assert_true(memory.retired[7] && memory.retired[8]);
}

static void a_flush_that_names_no_table_that_went_gives_back_nothing(void **state)
{
  (void)state;
  static const uint32_t frames[5] = {0, 1, 2, 9, UINT32_MAX};
  two_spaces_with_tables_that_went();
  uint32_t before = memory.free_frames;
  for (uint32_t i = 0; i < 5; i++) {
    spaces.flushes[0].tables = true;
    spaces.flushes[0].table = frames[i];
    model_flushed(&spaces, 0);
    assert_int_equal(memory.free_frames, before);
  }
}

static void a_table_that_others_hold_outlives_its_flush(void **state)
{
  (void)state;
  two_spaces_with_tables_that_went();
  memory.references[4]++;
  memory.references[5] = FRAME_REFERENCES_MAX;
  model_flushed(&spaces, 0);
  assert_true(memory.retired[4] && memory.retired[5] && !model_in_use(&memory, 3));
  assert_int_equal(memory.held[4], 0);
  model_put(&memory, 4);
  assert_false(model_in_use(&memory, 4) || memory.retired[4]);
}

static void a_space_destroyed_leaves_only_what_it_did_not_own(void **state)
{
  (void)state;
  a_space_with_two_pages();
  model_destroy(&spaces, 0);
  assert_int_equal(spaces.ntables, 0);
  assert_int_equal(spaces.nmappings, 0);
  assert_int_equal(memory.free_frames, 14);
}

static void mapping_has_a_status_for_every_mistake_in_its_order(void **state)
{
  (void)state;
  a_space_with_two_pages();
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  assert_int_equal(model_map_status(&spaces, 0, (uint64_t)1 << 47 | 1, 99, 1, both),
                   STATUS_NOT_CANONICAL);
  assert_int_equal(model_map_status(&spaces, 0, 0x5001, 99, 1, both), STATUS_MISALIGNED);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 99, 1, both), STATUS_BAD_PERMISSION);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 99, 1, 0), STATUS_OUT_OF_RANGE);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 15, 1, 0), STATUS_NOT_ALLOCATED);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 0, 1, 0), STATUS_RESERVED);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 2, 1, 0), STATUS_BAD_OWNER);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 1, 1, 0), STATUS_ALREADY_MAPPED);
  model_set_reserved(&memory, 6, 10, 0);
  assert_int_equal(model_map_status(&spaces, 0, 0x200000, 1, 1, 0), STATUS_OUT_OF_MEMORY);
  assert_int_equal(model_map_status(&spaces, 0, 0x7000, 1, 1, 0), STATUS_OK);
}

/* In the space with two pages of 4 KiB: one of 2 MiB and one of 1 GiB. */
static void a_space_with_large_pages(void)
{
  a_space_with_two_pages();
  map_sized(0x400000, 0, 2, PAGE_UNOWNED);
  map_sized(0x80000000, 0x40000, 3, PAGE_UNOWNED);
}

static void a_large_page_needs_no_table_of_its_level_and_below(void **state)
{
  (void)state;
  a_space_with_two_pages();
  assert_int_equal(model_missing_tables(&spaces, 0, 0x400000, 2), 0);
  assert_int_equal(model_missing_tables(&spaces, 0, (uint64_t)1 << 39, 2), 2);
  assert_int_equal(model_missing_tables(&spaces, 0, (uint64_t)1 << 39, 3), 1);
  a_space_with_large_pages();
  assert_int_equal(spaces.ntables, 4);
  assert_int_equal(model_live(&spaces, model_table(&spaces, 0, 2, 0)), 2);
  assert_int_equal(model_live(&spaces, model_table(&spaces, 0, 3, 0)), 2);
}

static void a_large_page_maps_every_address_in_it(void **state)
{
  (void)state;
  a_space_with_large_pages();
  const struct model_mapping *large = model_mapping(&spaces, 0, 0x400000);
  assert_non_null(large);
  assert_ptr_equal(model_mapping(&spaces, 0, 0x5FFFFF), large);
  assert_null(model_mapping(&spaces, 0, 0x3FFFFF));
  assert_null(model_mapping(&spaces, 0, 0x600000));
  assert_null(model_mapping(&spaces, 0, 0x7FFFFFFF));
  assert_int_equal(model_mapping(&spaces, 0, 0xBFFFFFFF)->level, 3);
  assert_null(model_mapping(&spaces, 0, 0xC0000000));
}

static void a_page_in_the_way_is_named_by_its_size(void **state)
{
  (void)state;
  a_space_with_large_pages();
  const uint32_t p = PAGE_UNOWNED;
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 0, 0, p), STATUS_BAD_LEVEL);
  assert_int_equal(model_map_status(&spaces, 0, (uint64_t)1 << 47, 0, 4, p), STATUS_BAD_LEVEL);
  assert_int_equal(model_map_status(&spaces, 0, 0x5000, 0, 2, p), STATUS_MISALIGNED);
  assert_int_equal(model_map_status(&spaces, 0, 0, 511, 2, p), STATUS_MISALIGNED);
  assert_int_equal(model_map_status(&spaces, 0, 0, 512, 3, p), STATUS_MISALIGNED);
  assert_int_equal(model_map_status(&spaces, 0, 0, 512, 2, p), STATUS_SMALLER_PAGES);
  assert_int_equal(model_map_status(&spaces, 0, 0, 0, 3, p), STATUS_SMALLER_PAGES);
  assert_int_equal(model_map_status(&spaces, 0, 0x400000, 0, 2, p), STATUS_ALREADY_MAPPED);
  assert_int_equal(model_map_status(&spaces, 0, 0x401000, 0, 1, p), STATUS_LARGER_PAGE);
  assert_int_equal(model_map_status(&spaces, 0, 0x80200000, 0, 2, p), STATUS_LARGER_PAGE);
  assert_int_equal(model_map_status(&spaces, 0, 0x600000, 0, 2, p), STATUS_OK);
  assert_int_equal(model_unmap_status(&spaces, 0, 0x400000, 1), STATUS_LARGER_PAGE);
  assert_int_equal(model_unmap_status(&spaces, 0, 0, 2), STATUS_SMALLER_PAGES);
  assert_int_equal(model_protect_status(&spaces, 0, 0x600000, 2, p), STATUS_NOT_MAPPED);
  assert_int_equal(model_protect_status(&spaces, 0, 0x400000, 2, 0), STATUS_BAD_PERMISSION);
  assert_int_equal(model_protect_status(&spaces, 0, 0x400000, 2, p), STATUS_OK);
  assert_int_equal(model_clear_status(&spaces, 0, 0x400000, 0), STATUS_BAD_LEVEL);
  assert_int_equal(model_clear_status(&spaces, 0, (uint64_t)1 << 47, 1), STATUS_NOT_CANONICAL);
  assert_int_equal(model_clear_status(&spaces, 0, 0x401000, 2), STATUS_MISALIGNED);
  assert_int_equal(model_clear_status(&spaces, 0, 0x600000, 2), STATUS_NOT_MAPPED);
  assert_int_equal(model_clear_status(&spaces, 0, 0x401000, 1), STATUS_LARGER_PAGE);
  assert_int_equal(model_clear_status(&spaces, 0, 0, 2), STATUS_SMALLER_PAGES);
  assert_int_equal(model_clear_status(&spaces, 0, 0x400000, 2), STATUS_OK);
}

static void a_large_page_owns_only_a_block_that_holds_it(void **state)
{
  (void)state;
  model_memory_init(&memory, 1024);
  model_set_free(&memory, 0, 1024);
  model_spaces_init(&spaces, &memory, 4);
  assert_null(model_take(&memory, 0, 8, OWNER_USER, 0));
  assert_null(model_take(&memory, 512, 9, OWNER_USER, 0));
  assert_int_equal(model_map_status(&spaces, 0, 0, 0, 2, 0), STATUS_WRONG_ORDER);
  assert_int_equal(model_map_status(&spaces, 0, 0, 512, 2, 0), STATUS_OK);
  memory.references[0] = FRAME_REFERENCES_MAX;
  memory.references[512] = FRAME_REFERENCES_MAX;
  assert_int_equal(model_map_status(&spaces, 0, 0, 0, 2, 0), STATUS_WRONG_ORDER);
  assert_int_equal(model_map_status(&spaces, 0, 0, 512, 2, 0), STATUS_SATURATED);
}

static void a_page_is_writable_and_executable_only_where_that_is_allowed(void **state)
{
  (void)state;
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE | PAGE_UNOWNED;
  a_space_with_large_pages();
  spaces.write_execute[1] = true;
  assert_int_equal(model_map_status(&spaces, 0, 0x7000, 0, 1, both), STATUS_BAD_PERMISSION);
  assert_int_equal(model_protect_status(&spaces, 0, 0x400000, 2, both), STATUS_BAD_PERMISSION);
  spaces.write_execute[0] = true;
  assert_int_equal(model_map_status(&spaces, 0, 0x7000, 0, 1, both), STATUS_OK);
  assert_int_equal(model_protect_status(&spaces, 0, 0x400000, 2, both), STATUS_OK);
  model_destroy(&spaces, 0);
  assert_false(spaces.write_execute[0]);
}

/* Splits the page at an address, whose table is then where the model has no frame taken yet. */
static void split_page(uint64_t address, uint32_t level)
{
  assert_int_equal(model_split_status(&spaces, 0, address, level), STATUS_OK);
  assert_null(model_add_table(&spaces, 0, level - 1, address, memory.nframes - memory.free_frames));
  model_split(&spaces, model_mapping(&spaces, 0, address));
}

static void a_page_split_is_512_that_say_the_same(void **state)
{
  (void)state;
  a_space_with_large_pages();
  model_mapping(&spaces, 0, 0x400000)->dirty = true;
  split_page(0x400000, 2);
  split_page(0x80000000, 3);
  assert_int_equal(spaces.nmappings, 2 + 512 + 512);
  assert_int_equal(model_live(&spaces, model_table(&spaces, 0, 1, 0x400000)), 512);
  assert_int_equal(model_live(&spaces, model_table(&spaces, 0, 2, 0x80000000)), 512);
  const struct model_mapping *last = model_mapping(&spaces, 0, 0x5FFFFF);
  assert_int_equal(last->address, 0x5FF000);
  assert_int_equal(last->frame, 511);
  assert_int_equal(last->level, 1);
  assert_int_equal(last->permissions, PAGE_UNOWNED);
  assert_true(last->dirty && !last->accessed);
  assert_int_equal(model_mapping(&spaces, 0, 0xBFFFFFFF)->frame, 0x40000 + 511 * 512);
  assert_int_equal(model_mapping(&spaces, 0, 0x6000)->frame, 1);
}

static void pages_merged_are_one_accessed_and_dirty_if_writable(void **state)
{
  (void)state;
  a_space_with_large_pages();
  uint32_t before = memory.free_frames;
  split_page(0x80000000, 3);
  split_page(0x80200000, 2);
  assert_int_equal(model_merge_status(&spaces, 0, 0x80000000, 3), STATUS_SMALLER_PAGES);
  model_merge(&spaces, 0, 0x80200000, 2);
  assert_int_equal(model_merge_status(&spaces, 0, 0x80000000, 3), STATUS_OK);
  model_mapping(&spaces, 0, 0x80E00000)->permissions |= PAGE_WRITE;
  assert_int_equal(model_merge_status(&spaces, 0, 0x80000000, 3), STATUS_SMALLER_PAGES);
  for (uint32_t i = 0; i < 512; i++)
    model_mapping(&spaces, 0, 0x80000000 + 0x200000 * (uint64_t)i)->permissions |= PAGE_WRITE;
  assert_int_equal(model_merge_status(&spaces, 0, 0x80000000, 3), STATUS_OK);
  model_merge(&spaces, 0, 0x80000000, 3);
  const struct model_mapping *page = model_mapping(&spaces, 0, 0xBFFFFFFF);
  assert_true(page->level == 3 && page->frame == 0x40000 && page->accessed && page->dirty);
  assert_int_equal(spaces.nmappings, 4);
  assert_int_equal(spaces.ntables, 4);
  assert_int_equal(memory.free_frames, before - 2);
  assert_true(spaces.flushes[0].first == 0x80000 && spaces.flushes[0].pages == 512 * 512);
  assert_int_equal(spaces.flushes[0].level, 1);
  model_flushed(&spaces, 0);
  assert_int_equal(memory.free_frames, before);
}

static void what_is_no_page_to_split_or_merge_is_named(void **state)
{
  (void)state;
  a_space_with_large_pages();
  assert_int_equal(model_split_status(&spaces, 0, 1, 1), STATUS_BAD_LEVEL);
  assert_int_equal(model_merge_status(&spaces, 0, 1, 1), STATUS_BAD_LEVEL);
  assert_int_equal(model_split_status(&spaces, 0, 0x5000, 2), STATUS_MISALIGNED);
  assert_int_equal(model_split_status(&spaces, 0, 0, 2), STATUS_SMALLER_PAGES);
  assert_int_equal(model_merge_status(&spaces, 0, 0, 2), STATUS_SMALLER_PAGES);
  assert_int_equal(model_merge_status(&spaces, 0, 0x400000, 2), STATUS_ALREADY_MAPPED);
  assert_int_equal(model_merge_status(&spaces, 0, 0x80200000, 2), STATUS_LARGER_PAGE);
  assert_int_equal(model_merge_status(&spaces, 0, 0x600000, 2), STATUS_NOT_MAPPED);
  model_set_reserved(&memory, 6, 10, 0);
  assert_int_equal(model_split_status(&spaces, 0, 0x400000, 2), STATUS_OUT_OF_MEMORY);
}

static void pieces_hold_a_reference_each_and_one_again_when_merged(void **state)
{
  (void)state;
  model_memory_init(&memory, 1024);
  model_set_free(&memory, 0, 1024);
  model_spaces_init(&spaces, &memory, 4);
  assert_null(model_take(&memory, 0, 9, OWNER_USER, 0));
  for (uint32_t level = 4; level >= 2; level--)
    assert_null(model_add_table(&spaces, 0, level, 0, 512 + level));
  model_map(&spaces, 0, 0, 0, 2, 0);
  memory.references[0] = FRAME_REFERENCES_MAX - 511;
  assert_int_equal(model_split_status(&spaces, 0, 0, 2), STATUS_SATURATED);
  memory.references[0] = FRAME_REFERENCES_MAX;
  assert_int_equal(model_split_status(&spaces, 0, 0, 2), STATUS_OK);
  memory.references[0] = 2;
  assert_null(model_add_table(&spaces, 0, 1, 0, 600));
  model_split(&spaces, model_mapping(&spaces, 0, 0));
  assert_int_equal(memory.references[0], 513);
  assert_int_equal(memory.held[0], 512);
  memory.references[0] = 511;
  assert_int_equal(model_merge_status(&spaces, 0, 0, 2), STATUS_NOT_ALLOCATED);
  memory.order[0] = 8;
  memory.head[511] = 256;
  assert_int_equal(model_merge_status(&spaces, 0, 0, 2), STATUS_WRONG_ORDER);
  memory.head[511] = 0;
  memory.references[0] = 512;
  assert_int_equal(model_merge_status(&spaces, 0, 0, 2), STATUS_OK);
  model_merge(&spaces, 0, 0, 2);
  assert_int_equal(memory.references[0], 1);
  assert_int_equal(memory.held[0], 1);
}

static void addresses_are_canonical_by_the_number_of_levels(void **state)
{
  (void)state;
  for (uint32_t levels = 3; levels <= 5; levels++) {
    uint64_t half = (uint64_t)1 << (levels == 3 ? 38 : levels == 4 ? 47 : 56);
    model_spaces_init(&spaces, &memory, levels);
    assert_true(model_canonical(&spaces, 0));
    assert_true(model_canonical(&spaces, half - 1));
    assert_false(model_canonical(&spaces, half));
    assert_false(model_canonical(&spaces, UINT64_MAX - half));
    assert_true(model_canonical(&spaces, UINT64_MAX - half + 1));
    assert_true(model_canonical(&spaces, UINT64_MAX));
  }
}

static void a_page_has_a_table_of_every_level_that_there_is(void **state)
{
  (void)state;
  for (uint32_t levels = 3; levels <= 5; levels++) {
    const uint64_t root_slot = (uint64_t)1 << (12 + 9 * (levels - 1));
    make();
    model_spaces_init(&spaces, &memory, levels);
    assert_int_equal(model_missing_tables(&spaces, 0, 0, 1), levels);
    assert_int_equal(model_missing_tables(&spaces, 0, 0, 3), levels - 2);
    assert_null(model_add_table(&spaces, 0, levels, 0, 1));
    assert_int_equal(memory.owner[1], OWNER_TABLE1 + levels - 1);
    map_sized(UINT64_MAX - 0xFFF, 9, 1, PAGE_UNOWNED);
    assert_int_equal(spaces.ntables, levels);
    assert_int_equal(model_missing_tables(&spaces, 0, 0 - root_slot, 1), levels - 2);
    assert_int_equal(model_missing_tables(&spaces, 0, 0 - 2 * root_slot, 1), levels - 1);
    model_unmap(&spaces, &spaces.mappings[0]);
    assert_int_equal(spaces.ntables, 1);
  }
}

/* --- Ranges of pages --- */

static struct model_range range_at(uint64_t address, uint64_t pages)
{
  return (struct model_range){0, address, pages};
}

static void a_range_lies_in_one_half(void **state)
{
  (void)state;
  for (uint32_t levels = 3; levels <= 5; levels++) {
    const uint64_t pages = (uint64_t)1 << (9 * levels - 1);
    const uint64_t halves[2] = {0, 0 - pages * PAGE_SIZE};
    model_spaces_init(&spaces, &memory, levels);
    for (uint32_t i = 0; i < 2; i++) {
      assert_int_equal(model_range_status(&spaces, range_at(halves[i], pages)), STATUS_OK);
      assert_int_equal(model_range_status(&spaces, range_at(halves[i] + PAGE_SIZE, pages - 1)),
                       STATUS_OK);
      assert_int_equal(model_range_status(&spaces, range_at(halves[i] + PAGE_SIZE, pages)),
                       STATUS_OUT_OF_RANGE);
      assert_int_equal(model_range_status(&spaces, range_at(halves[i], pages + 1)),
                       STATUS_OUT_OF_RANGE);
      assert_int_equal(model_range_status(&spaces, range_at(halves[i], UINT64_MAX)),
                       STATUS_OUT_OF_RANGE);
      assert_int_equal(model_range_status(&spaces, range_at(halves[i], 0)), STATUS_OUT_OF_RANGE);
      assert_int_equal(model_range_status(&spaces, range_at(halves[i] + 8, 0)), STATUS_MISALIGNED);
    }
    assert_int_equal(model_range_status(&spaces, range_at(halves[1] - 8, 0)), STATUS_NOT_CANONICAL);
  }
}

/* 4 KiB at 0x5000 and 0x6000 with a reference, 2 MiB at 0x200000 and 1 GiB at 0x40000000 without. */
static void pages_of_each_size(void)
{
  a_space_with_two_pages();
  map_sized(0x200000, 512, 2, PAGE_UNOWNED);
  map_sized(0x40000000, 262144, 3, PAGE_UNOWNED);
}

static void a_page_that_reaches_over_an_end_of_a_range_is_named(void **state)
{
  (void)state;
  pages_of_each_size();
  assert_int_equal(model_change_range_status(&spaces, range_at(0x5000, 1)), STATUS_OK);
  assert_int_equal(model_change_range_status(&spaces, range_at(0, 0x200)), STATUS_OK);
  assert_int_equal(model_change_range_status(&spaces, range_at(0, 0x201)), STATUS_LARGER_PAGE);
  assert_int_equal(model_change_range_status(&spaces, range_at(0, 0x400)), STATUS_OK);
  assert_int_equal(model_change_range_status(&spaces, range_at(0x201000, 0x1FF)),
                   STATUS_LARGER_PAGE);
  assert_int_equal(model_change_range_status(&spaces, range_at(0x40200000, 0x200)),
                   STATUS_LARGER_PAGE);
  assert_int_equal(model_change_range_status(&spaces, range_at(0x400000, 0x40000)),
                   STATUS_LARGER_PAGE);
  struct model_range elsewhere = {1, 0, 0x201};
  assert_int_equal(model_change_range_status(&spaces, elsewhere), STATUS_OK);
}

static void a_range_is_protected_if_all_its_pages_may_be(void **state)
{
  (void)state;
  pages_of_each_size();
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  assert_int_equal(model_protect_range_status(&spaces, range_at(0, 0x200), PAGE_WRITE), STATUS_OK);
  assert_int_equal(model_protect_range_status(&spaces, range_at(0, 0x200), PAGE_UNOWNED),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(model_protect_range_status(&spaces, range_at(0, 0x400), PAGE_WRITE),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(model_protect_range_status(&spaces, range_at(0, 0x201), both),
                   STATUS_BAD_PERMISSION);
  assert_int_equal(model_protect_range_status(&spaces, range_at(0, 0x201), PAGE_UNOWNED),
                   STATUS_LARGER_PAGE);
  model_protect_range(&spaces, range_at(0, 0x200), PAGE_WRITE);
  assert_int_equal(model_mapping(&spaces, 0, 0x5000)->permissions, PAGE_WRITE);
  assert_int_equal(model_mapping(&spaces, 0, 0x200000)->permissions, PAGE_UNOWNED);
  assert_true(spaces.flushes[0].first == 0 && spaces.flushes[0].pages == 0x200);
}

static void a_range_that_is_unmapped_is_flushed_whole_with_its_tables(void **state)
{
  (void)state;
  pages_of_each_size();
  model_mapping(&spaces, 0, 0x200000)->dirty = true;
  const struct model_seen seen = model_seen(&spaces, range_at(0x1000, 0x3FFFF));
  assert_int_equal(seen.pages, 2 + 512);
  assert_true(seen.level == 1 && seen.dirty && !seen.accessed);
  uint32_t lowest = model_table(&spaces, 0, 1, 0)->frame;
  uint32_t next = model_table(&spaces, 0, 2, 0)->frame;
  model_unmap_range(&spaces, range_at(0x1000, 0x3FFFF));
  assert_int_equal(spaces.nmappings, 1);
  assert_int_equal(memory.references[1], 1);
  assert_true(spaces.flushes[0].first == 1 && spaces.flushes[0].pages == 0x3FFFF);
  assert_true(spaces.flushes[0].level == 1 && spaces.flushes[0].table == next);
  assert_true(memory.before[next] == lowest && memory.before[lowest] == lowest);
  model_flushed(&spaces, 0);
  model_unmap_range(&spaces, range_at(0, 0x40000));
  assert_int_equal(spaces.flushes[0].pages, 0);
}

static void a_range_that_is_cleared_is_flushed_if_a_page_was_seen(void **state)
{
  (void)state;
  pages_of_each_size();
  model_clear_range(&spaces, range_at(0, 0x400));
  assert_int_equal(spaces.flushes[0].pages, 0);
  model_mapping(&spaces, 0, 0x200000)->accessed = true;
  model_clear_range(&spaces, range_at(0, 0x200));
  assert_int_equal(spaces.flushes[0].pages, 0);
  model_clear_range(&spaces, range_at(0x200000, 0x200));
  assert_true(spaces.flushes[0].pages == 0x200 && spaces.flushes[0].level == 2);
  assert_false(model_mapping(&spaces, 0, 0x200000)->accessed);
  assert_true(model_mapping(&spaces, 0, 0x200000)->remembered);
  assert_false(model_mapping(&spaces, 0, 0x5000)->remembered);
}

static void a_run_goes_on_as_long_as_pages_translate_alike(void **state)
{
  (void)state;
  const struct model_range all = range_at(0x3FE00000, 0x80000);
  pages_of_each_size();
  assert_true(model_run(&spaces, range_at(0, 9)).pages == 5);
  assert_true(model_run(&spaces, range_at(0x5000, 9)).pages == 1); /* both have frame 1 */
  map_sized(0x3FE00000, 262144 - 512, 2, PAGE_UNOWNED);
  map_sized(0x80000000, 2 * 262144, 2, PAGE_UNOWNED);
  map_sized(0x80200000, 2 * 262144 + 512, 2, PAGE_UNOWNED | PAGE_WRITE);
  struct model_run run = model_run(&spaces, all);
  assert_true(run.mapped && run.pages == 512 + 262144 + 512 && run.frame == 262144 - 512);
  run = model_run(&spaces, range_at(0x3FE01000, 0x300));
  assert_true(run.mapped && run.pages == 0x300 && run.frame == 262144 - 511);
  model_mapping(&spaces, 0, 0x80000000)->frame++;
  assert_true(model_run(&spaces, all).pages == 512 + 262144);
  assert_true(model_run(&spaces, range_at(0x80400000, 0x80000)).pages == 0x80000);
}

/* --- Maps, the boot allocator, sets --- */

static void a_frame_is_usable_if_all_its_bytes_are_ram_and_none_is_anything_else(void **state)
{
  (void)state;
  const struct memmap_entry entries[4] = {
      {0x1800, 0x1000, 1}, {0x2800, 0x1800, 1}, {0x5000, 0x1000, 1}, {0x5FFF, 1, 2}};
  const struct memmap_entry reserved[1] = {{0x3800, 1, 1}};
  struct model_map map = {entries, 4, reserved, 1};
  assert_false(model_usable(&map, 1));
  assert_true(model_usable(&map, 2)); /* of two entries */
  assert_false(model_usable(&map, 3));
  assert_false(model_usable(&map, 5));
}

static void an_entry_that_wraps_ends_with_the_last_byte(void **state)
{
  (void)state;
  const struct memmap_entry entries[1] = {{UINT64_MAX - 0x1FFF, UINT64_MAX, 1}};
  struct model_map map = {entries, 1, NULL, 0};
  assert_true(model_usable(&map, UINT64_MAX / FRAME_SIZE));
  assert_false(model_usable(&map, 0));
}

static void runs_that_are_not_the_maximal_ones_are_named(void **state)
{
  (void)state;
  const struct memmap_entry entries[2] = {{0x1000, 0x3000, 1}, {0x6000, 0x1000, 1}};
  struct model_map map = {entries, 2, NULL, 0};
  uint32_t count = 0;
  assert_int_equal(model_runs_status(&map, 16, 9, &count), STATUS_OK);
  assert_int_equal(count, 2);
  assert_int_equal(model_runs_status(&map, 16, 1, &count), STATUS_NO_SPACE);
  assert_int_equal(model_runs_status(&map, 1, 9, &count), STATUS_NO_MEMORY);
  struct run good[2] = {{1, 4}, {6, 7}};
  assert_null(model_runs_check(&map, 16, good, 2));
  struct run shorter[2] = {{1, 3}, {6, 7}};
  assert_non_null(model_runs_check(&map, 16, shorter, 2));
  struct run cut[3] = {{1, 2}, {2, 4}, {6, 7}};
  assert_non_null(model_runs_check(&map, 16, cut, 3));
  struct run longer[2] = {{1, 4}, {6, 8}};
  assert_non_null(model_runs_check(&map, 16, longer, 2));
  assert_non_null(model_runs_check(&map, 16, good, 1));
}

static void the_boot_allocator_takes_the_lowest_frames_and_loses_those_before_them(void **state)
{
  (void)state;
  const struct run runs[2] = {{1, 4}, {6, 20}};
  uint32_t first = 0;
  model_boot_init(&boot, runs, 2);
  assert_int_equal(model_boot_status(&boot, 2, 2, &first), STATUS_OK);
  assert_int_equal(first, 2);
  model_boot_take(&boot, 2, 2);
  assert_int_equal(model_boot_left(&boot, 0), 0);
  assert_int_equal(model_boot_status(&boot, 3, 8, &first), STATUS_OK);
  assert_int_equal(first, 8);
  assert_int_equal(model_boot_status(&boot, 15, 1, &first), STATUS_OUT_OF_MEMORY);
  assert_int_equal(model_boot_status(&boot, 0, 1, &first), STATUS_BAD_ARGUMENT);
  assert_int_equal(model_boot_left(&boot, 1), 14);
}

static void a_set_keeps_its_members_in_order(void **state)
{
  (void)state;
  set.size = 100;
  set.count = 0;
  const uint64_t members[4] = {50, 7, 99, 7};
  for (uint32_t i = 0; i < 4; i++)
    model_add(&set, members[i]);
  assert_int_equal(set.count, 3);
  assert_int_equal(model_next(&set, 8), 50);
  model_remove(&set, 50);
  model_remove(&set, 51);
  assert_int_equal(model_next(&set, 8), 99);
  assert_int_equal(model_next(&set, 100), 100);
  assert_true(model_has(&set, 7) && !model_has(&set, 50));
}

static struct model_job job_at(uint64_t address, uint64_t frame, uint64_t pages,
                               uint32_t permissions)
{
  return (struct model_job){{0, address, pages}, frame, PAGE_LEVELS, permissions};
}

static enum status plan_status(struct model_job job)
{
  return model_plan(&spaces, &job).status;
}

static void a_range_is_mapped_in_the_largest_pages_that_fit(void **state)
{
  (void)state;
  a_space_with_two_pages();
  struct model_job job = job_at(0x3FFFF000, 511, 0x40202, PAGE_UNOWNED);
  assert_int_equal(model_piece_level(&spaces, &job, 0), 1);
  assert_int_equal(model_piece_level(&spaces, &job, 1), 2); /* the frames do not begin at 1 GiB */
  job.frame = 262143;
  assert_int_equal(model_piece_level(&spaces, &job, 1), 3);
  assert_int_equal(model_piece_level(&spaces, &job, 0x40001), 2);
  assert_int_equal(model_piece_level(&spaces, &job, 0x40201), 1);
  struct model_plan plan = model_plan(&spaces, &job);
  assert_true(plan.status == STATUS_OK && plan.pages == 4);
  /* At the end of 1 GiB, two of them; then another one, and two under the next entry. */
  assert_int_equal(plan.tables, 3);
  job.largest = 2;
  assert_int_equal(model_piece_level(&spaces, &job, 1), 2);
  job.largest = 1;
  assert_int_equal(model_piece_level(&spaces, &job, 1), 1);
  job.largest = 4;
  assert_int_equal(plan_status(job), STATUS_BAD_LEVEL);
  job.largest = 0;
  job.range.pages = 0;
  assert_int_equal(plan_status(job), STATUS_BAD_LEVEL);
  job = job_at(0x3FFFF000, 262143, 0x40202, 0); /* they are not in a block, not even in memory */
  assert_int_equal(plan_status(job), STATUS_OUT_OF_RANGE);
}

static void a_range_that_is_mapped_is_refused_for_its_first_page_that_cannot_be(void **state)
{
  (void)state;
  pages_of_each_size();
  assert_null(model_take(&memory, 8, 1, OWNER_KERNEL, 0));
  assert_int_equal(plan_status(job_at(0x3000, 8, 2, 0)), STATUS_OK);
  assert_int_equal(plan_status(job_at(0x3000, 8, 0, 0)), STATUS_OUT_OF_RANGE);
  assert_int_equal(plan_status(job_at(0x3000, 8, 0, 3)), STATUS_OUT_OF_RANGE);
  assert_int_equal(plan_status(job_at(0x3000, 8, 9, 3)), STATUS_BAD_PERMISSION);
  assert_int_equal(plan_status(job_at(0x3000, 8, 9, 0)), STATUS_OUT_OF_RANGE);
  assert_int_equal(plan_status(job_at(0x3000, 8, 3, 0)), STATUS_NOT_ALLOCATED);
  assert_int_equal(plan_status(job_at(0x3000, 1, 2, 0)), STATUS_BAD_OWNER);
  assert_int_equal(plan_status(job_at(0x4000, 8, 2, 0)), STATUS_ALREADY_MAPPED);
  assert_int_equal(plan_status(job_at(0x4000, 8, 3, 0)), STATUS_ALREADY_MAPPED);
  assert_int_equal(plan_status(job_at(0x1FF000, 8, 2, 0)), STATUS_LARGER_PAGE);
  assert_int_equal(plan_status(job_at(0, 512, 512, PAGE_UNOWNED)), STATUS_SMALLER_PAGES);
  assert_int_equal(plan_status(job_at(0, 513, 512, PAGE_UNOWNED)), STATUS_ALREADY_MAPPED);
  memory.references[8] = FRAME_REFERENCES_MAX - 3;
  assert_int_equal(plan_status(job_at(0x3000, 8, 2, 0)), STATUS_OK);
  memory.references[8]++;
  assert_int_equal(plan_status(job_at(0x3000, 8, 2, 0)), STATUS_SATURATED);
  assert_int_equal(plan_status(job_at(0x4000, 8, 2, 0)), STATUS_SATURATED);
  assert_int_equal(plan_status(job_at(0x5000, 9, 1, 0)), STATUS_ALREADY_MAPPED);
}

static void a_range_that_is_mapped_takes_as_many_frames_as_it_needs_tables(void **state)
{
  (void)state;
  a_space_with_two_pages();
  /* From the last page of a table for 1 GiB into the next one, over two tables of the lowest level. */
  struct model_job job = job_at(0x7FFFF000, 3, 2, PAGE_UNOWNED);
  assert_int_equal(model_plan(&spaces, &job).tables, 4);
  memory.free_frames = 4;
  assert_int_equal(plan_status(job), STATUS_OK);
  memory.free_frames = 3;
  assert_int_equal(plan_status(job), STATUS_OUT_OF_MEMORY);
  /* A page in the way is named before that. */
  map_sized(0x80000000, 0, 1, PAGE_UNOWNED);
  memory.free_frames = 0;
  assert_int_equal(plan_status(job), STATUS_ALREADY_MAPPED);
  job.range.pages = 1;
  assert_int_equal(plan_status(job), STATUS_OUT_OF_MEMORY);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_starts_reserved),
      cmocka_unit_test(free_blocks_are_joined_as_far_as_they_are_aligned),
      cmocka_unit_test(a_block_taken_is_counted_out_and_given_back_counted_in),
      cmocka_unit_test(a_core_may_not_hand_out_what_is_in_use_or_not_aligned_or_beyond_the_end),
      cmocka_unit_test(every_wrong_free_has_its_own_status),
      cmocka_unit_test(a_poisoned_block_is_reserved_when_its_last_reference_goes),
      cmocka_unit_test(a_saturated_count_stays),
      cmocka_unit_test(pages_side_by_side_share_their_tables),
      cmocka_unit_test(tables_go_with_their_last_page),
      cmocka_unit_test(tables_that_went_are_in_use_until_their_flush_is_done),
      cmocka_unit_test(what_is_to_be_flushed_is_one_range_and_its_smallest_page),
      cmocka_unit_test(the_upper_half_follows_the_lower_one_in_a_range),
      cmocka_unit_test(a_range_that_was_too_long_ends_with_the_last_page),
      cmocka_unit_test(pages_protected_or_merged_are_to_be_flushed),
      cmocka_unit_test(only_a_page_that_was_accessed_or_dirty_owes_a_flush_when_it_is_cleared),
      cmocka_unit_test(a_page_that_was_accessed_is_remembered_until_its_space_is_flushed),
      cmocka_unit_test(a_flush_that_names_another_table_gives_that_one_back_and_those_before_it),
      cmocka_unit_test(a_flush_that_names_no_table_that_went_gives_back_nothing),
      cmocka_unit_test(a_table_that_others_hold_outlives_its_flush),
      cmocka_unit_test(a_space_destroyed_leaves_only_what_it_did_not_own),
      cmocka_unit_test(mapping_has_a_status_for_every_mistake_in_its_order),
      cmocka_unit_test(a_large_page_needs_no_table_of_its_level_and_below),
      cmocka_unit_test(a_large_page_maps_every_address_in_it),
      cmocka_unit_test(a_page_in_the_way_is_named_by_its_size),
      cmocka_unit_test(a_large_page_owns_only_a_block_that_holds_it),
      cmocka_unit_test(a_page_is_writable_and_executable_only_where_that_is_allowed),
      cmocka_unit_test(a_page_split_is_512_that_say_the_same),
      cmocka_unit_test(pages_merged_are_one_accessed_and_dirty_if_writable),
      cmocka_unit_test(what_is_no_page_to_split_or_merge_is_named),
      cmocka_unit_test(pieces_hold_a_reference_each_and_one_again_when_merged),
      cmocka_unit_test(addresses_are_canonical_by_the_number_of_levels),
      cmocka_unit_test(a_page_has_a_table_of_every_level_that_there_is),
      cmocka_unit_test(a_range_lies_in_one_half),
      cmocka_unit_test(a_page_that_reaches_over_an_end_of_a_range_is_named),
      cmocka_unit_test(a_range_is_protected_if_all_its_pages_may_be),
      cmocka_unit_test(a_range_that_is_unmapped_is_flushed_whole_with_its_tables),
      cmocka_unit_test(a_range_that_is_cleared_is_flushed_if_a_page_was_seen),
      cmocka_unit_test(a_run_goes_on_as_long_as_pages_translate_alike),
      cmocka_unit_test(a_range_is_mapped_in_the_largest_pages_that_fit),
      cmocka_unit_test(a_range_that_is_mapped_is_refused_for_its_first_page_that_cannot_be),
      cmocka_unit_test(a_range_that_is_mapped_takes_as_many_frames_as_it_needs_tables),
      cmocka_unit_test(a_frame_is_usable_if_all_its_bytes_are_ram_and_none_is_anything_else),
      cmocka_unit_test(an_entry_that_wraps_ends_with_the_last_byte),
      cmocka_unit_test(runs_that_are_not_the_maximal_ones_are_named),
      cmocka_unit_test(the_boot_allocator_takes_the_lowest_frames_and_loses_those_before_them),
      cmocka_unit_test(a_set_keeps_its_members_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

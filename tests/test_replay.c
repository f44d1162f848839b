/* The replayer: what it decodes, that it is deterministic, and that it notices what it should. Built for every format
 * of page tables that is fuzzed. */
#include "unit.h"

#include <string.h>

#include "fuzz/replay.h"
#include "pte.h"

static struct replay r;
static uint8_t input[OPS_HEADER_BYTES + OPS_BYTES * 64];
static size_t size;

static int prepare(void **state)
{
  (void)state;
  replay_prepare(&r);
  return 0;
}

/* A machine of 32 free frames. */
static void machine(void)
{
  memset(input, 0, sizeof input);
  input[0] = 1;
  input[1] = 31;
  size = OPS_HEADER_BYTES;
}

static void add(enum op_kind kind, uint32_t mode, uint32_t a, uint32_t b, uint32_t c)
{
  uint8_t code = 0;
  while (ops_kind(code) != kind)
    code++;
  const uint8_t bytes[OPS_BYTES] = {code,       (uint8_t)mode,     (uint8_t)a, (uint8_t)(a >> 8),
                                    (uint8_t)b, (uint8_t)(b >> 8), (uint8_t)c, (uint8_t)(c >> 8)};
  assert_true(size + OPS_BYTES <= sizeof input);
  memcpy(input + size, bytes, OPS_BYTES);
  size += OPS_BYTES;
}

#define LIVE MODE(PICK_LIVE, PICK_LIVE, 0)
#define ANY MODE(PICK_ANY, PICK_ANY, 0)

/* Replays the first operations; each of them must have called the core. */
static void replay_some(uint32_t operations, uint32_t check_every)
{
  replay_begin(&r, input, size, check_every);
  for (uint32_t i = 0; i < operations; i++) {
    assert_true(replay_next(&r));
    assert_null(r.broken);
    assert_true(r.step.called);
  }
}

/* Goes on to the end, where this clause must have been broken. */
static void broken(const char *clause)
{
  while (replay_next(&r)) {
  }
  assert_non_null(r.broken);
  assert_string_equal(r.broken, clause);
  replay_end(&r);
}

/* --- Decoding --- */

static void an_input_of_no_bytes_is_a_machine_of_one_frame_without_operations(void **state)
{
  (void)state;
  assert_null(replay_run(&r, NULL, 0, 1));
  assert_int_equal(r.machine.nframes, 1);
  assert_int_equal(r.index, 0);
}

static void an_unfinished_operation_counts_and_bytes_after_the_last_do_not(void **state)
{
  (void)state;
  assert_int_equal(ops_count(OPS_HEADER_BYTES), 0);
  assert_int_equal(ops_count(OPS_HEADER_BYTES + 1), 1);
  assert_int_equal(ops_count(OPS_HEADER_BYTES + OPS_BYTES), 1);
  assert_int_equal(ops_count(OPS_HEADER_BYTES + OPS_BYTES + 1), 2);
  assert_int_equal(ops_count(SIZE_MAX - OPS_BYTES), OPS_MAX);
}

static void every_kind_has_a_code_and_a_name_of_its_own(void **state)
{
  (void)state;
  for (uint32_t kind = OP_NAMES; kind < OP_KINDS; kind++) {
    uint32_t codes = 0;
    for (uint32_t code = 0; code < OPS_CODES; code++)
      codes += ops_kind(code) == (enum op_kind)kind;
    assert_true(codes > 0);
    for (uint32_t other = 0; other < kind; other++)
      assert_string_not_equal(ops_shape((enum op_kind)kind)->name,
                              ops_shape((enum op_kind)other)->name);
  }
}

static void an_operation_that_is_switched_off_becomes_another_one(void **state)
{
  (void)state;
  for (uint32_t code = 0; code < OPS_CODES; code++) {
    machine();
    add(ops_kind(code), 0, 0, 0, 0);
    uint32_t off = (uint32_t)1 << ops_shape(ops_kind(code))->group;
    struct op op = ops_decode(input, size, 0, off);
    assert_int_not_equal(op.kind, OP_NOTHING);
    assert_int_not_equal(ops_shape(op.kind)->group, ops_shape(ops_kind(code))->group);
    assert_int_equal(ops_decode(input, size, 0, 0xFFFF).kind, OP_NOTHING);
  }
}

static void machines_have_frames_within_their_class(void **state)
{
  (void)state;
  for (uint32_t size_class = 0; size_class < 8; size_class++) {
    const uint8_t bytes[3] = {(uint8_t)size_class, 0xFF, 0xFF};
    struct machine least = ops_machine(bytes, 1);
    struct machine most = ops_machine(bytes, 3);
    assert_int_equal(least.nframes, 1);
    assert_true(most.nframes >= 1 && most.nframes <= ops_class_frames(size_class));
    assert_true(ops_class_frames(size_class) <= OPS_FRAMES_MAX);
  }
}

/* --- Determinism --- */

static void fill_with_noise(uint64_t *seed)
{
  size = sizeof input;
  for (size_t i = 0; i < size; i++)
    input[i] = (uint8_t)(unit_random(seed) >> 32);
  input[0] %= 7; /* the largest machines take long */
}

static void noise_is_replayed_without_a_complaint(void **state)
{
  (void)state;
  uint64_t seed = 7;
  for (uint32_t k = 0; k < 200; k++) {
    fill_with_noise(&seed);
    const char *clause = replay_run(&r, input, size, 0);
    if (clause)
      fail_msg("noise %u, operation %u: %s", k, r.index, clause);
  }
}

static void a_run_leaves_nothing_behind_for_the_next_one(void **state)
{
  (void)state;
  uint64_t digests[20];
  for (uint32_t round = 0; round < 2; round++) {
    for (uint32_t k = 0; k < 20; k++) {
      uint64_t seed = 100 + (round == 0 ? k : 19 - k);
      fill_with_noise(&seed);
      assert_null(replay_run(&r, input, size, 0));
      if (round == 0)
        digests[k] = r.digest;
      else
        assert_int_equal(digests[19 - k], r.digest);
    }
  }
}

static void checks_do_not_change_the_digest(void **state)
{
  (void)state;
  uint64_t seed = 99;
  fill_with_noise(&seed);
  assert_null(replay_run(&r, input, size, 0));
  uint64_t digest = r.digest;
  assert_null(replay_run(&r, input, size, 16));
  assert_int_equal(digest, r.digest);
}

static void another_argument_is_another_digest(void **state)
{
  (void)state;
  machine();
  add(OP_BUDDY_ALLOC, ANY, 0, 0, 0);
  assert_null(replay_run(&r, input, size, 0));
  uint64_t digest = r.digest;
  machine();
  add(OP_BUDDY_ALLOC, ANY, 1, 0, 0);
  assert_null(replay_run(&r, input, size, 0));
  assert_int_not_equal(digest, r.digest);
}

/* --- Planted divergences --- */

static void buddy_scene(void)
{
  machine();
  add(OP_BUDDY_ALLOC, ANY, 1, 0, 0);
  add(OP_BUDDY_FIND, ANY, 9, 0, 0);
  replay_some(1, 0);
}

static void a_wrong_count_of_free_frames_is_found(void **state)
{
  (void)state;
  buddy_scene();
  r.buddy.free_frames++;
  broken("the count of free frames is the model's");
}

static void a_wrong_count_of_free_blocks_is_found(void **state)
{
  (void)state;
  buddy_scene();
  r.buddy.count[2]++;
  broken("the count of free blocks of an order is the model's");
}

static void a_block_that_is_split_behind_the_model_is_found(void **state)
{
  (void)state;
  buddy_scene();
  words_add(r.buddy.split,
            r.buddy.roots * BUDDY_ROOT_FRAMES / 2); /* the block in use falls into two */
  broken("a frame lies in the block that the model says");
}

static void what_only_the_check_function_knows_is_found_by_it(void **state)
{
  (void)state;
  machine();
  add(OP_BUDDY_ALLOC, ANY, 1, 0, 0);
  replay_some(1, 16);
  r.buddy.hint[3] = 0;
  broken("buddy: the hint of an order is out of its range");
}

/* One user frame, mapped writable (extra 1) and written to; then an operation that looks at it. */
static void table_scene(enum op_kind last)
{
  machine();
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), 0x1234, 0, 0);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 0, 0, 0);
  if (last != OP_NOTHING)
    add(last, LIVE, 0, 0, 0);
  replay_some(4, 0);
}

static struct frame *user_record(void)
{
  return &r.records[r.database.blocks[0]];
}

/* The entry of the one page. */
static uint64_t *entry(void)
{
  const struct model_table *leaf = model_table(&r.spaces, 0, 1, r.spaces.mappings[0].address);
  uint64_t index = r.spaces.mappings[0].address / PAGE_SIZE % TABLE_ENTRIES;
  return &r.direct[(size_t)TABLE_ENTRIES * leaf->frame + index];
}

static void a_wrong_reference_count_is_found(void **state)
{
  (void)state;
  table_scene(OP_NOTHING);
  user_record()->references++;
  broken("a block has the references that the model says");
}

static void a_wrong_owner_is_found(void **state)
{
  (void)state;
  table_scene(OP_NOTHING);
  user_record()->owner = OWNER_KERNEL;
  broken("a frame has the owner that the model says");
}

static void a_wrong_flag_is_found(void **state)
{
  (void)state;
  table_scene(OP_NOTHING);
  user_record()->flags ^= FRAME_COW;
  broken("a frame has the flags that the model says");
}

static void a_status_that_the_model_does_not_predict_is_found(void **state)
{
  (void)state;
  table_scene(OP_FRAME_GET);
  user_record()->owner = OWNER_FREE;
  broken("the status is the one that the model predicts");
}

static void a_page_on_another_frame_is_found(void **state)
{
  (void)state;
  table_scene(OP_TABLE_QUERY);
  *entry() ^= PTE_FRAME;
  broken("a page translates to the frame that the model says");
}

static void another_permission_is_found(void **state)
{
  (void)state;
  table_scene(OP_TABLE_QUERY);
  *entry() ^= PTE_USER;
  broken("a page has the permissions that the model says");
}

static void a_lost_dirty_bit_is_found(void **state)
{
  (void)state;
  table_scene(OP_TABLE_UNMAP);
  *entry() &= ~PTE_DIRTY;
  broken("no accessed or dirty bit is lost or made up");
}

/* The page of the table scene is cleared; then what the core has left of it is changed before something looks at it. */
static void clear_scene(enum op_kind last, uint32_t mode)
{
  table_scene(OP_TABLE_CLEAR);
  add(last, mode, 0, 0, 0);
  replay_begin(&r, input, size, 0);
  for (uint32_t i = 0; i < 5; i++)
    assert_true(replay_next(&r));
  assert_null(r.broken);
  assert_int_equal(r.step.status, STATUS_OK);
  assert_int_equal(r.step.outs[2], 3);
}

static void a_page_that_is_not_cleared_is_found(void **state)
{
  (void)state;
  clear_scene(OP_TABLE_QUERY, LIVE);
  *entry() |= PTE_ACCESSED;
  broken("no accessed or dirty bit is lost or made up");
  clear_scene(OP_TABLE_CLEAR, LIVE);
  *entry() |= PTE_DIRTY;
  broken("no accessed or dirty bit is lost or made up");
}

static void a_clear_that_owes_no_flush_is_found(void **state)
{
  (void)state;
  clear_scene(OP_TABLE_CLEAR, LIVE);
  r.flushes[0].pages = 0;
  broken("as many pages are to be flushed as the model says");
}

/* How the processor leaves a page that it writes to again, which was cleared and, perhaps, flushed. */
static uint64_t seen_after_a_write(bool flushed, uint32_t extra)
{
  clear_scene(flushed ? OP_TABLE_FLUSHED : OP_NAMES, LIVE);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, extra), 0, 0, 0);
  add(OP_TABLE_QUERY, LIVE, 0, 0, 0);
  replay_some(8, 1);
  return r.step.outs[2];
}

static void the_processor_may_remember_a_page_as_accessed_until_a_flush(void **state)
{
  (void)state;
  assert_int_equal(seen_after_a_write(false, 1), 3);
  assert_int_equal(seen_after_a_write(false, 9), 2);
  assert_int_equal(seen_after_a_write(true, 9), 3);
}

static void a_permission_that_the_processor_does_not_honour_is_found(void **state)
{
  (void)state;
  machine();
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 0), 0x1234, 0, 0);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 0, 0, 0);
  replay_some(3, 0);
  *entry() |= PTE_WRITE;
  broken("the processor may do what the permissions say");
}

/* An unowned page of 2 MiB, whose entry is changed by these bits; then a query. */
static void large_scene(uint64_t change)
{
  machine();
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), 0x1234, 0, 0x5000);
  add(OP_TABLE_QUERY, LIVE, 0, 0, 4 * 300);
  replay_some(2, 0);
  assert_int_equal(r.step.level, 2);
  const struct model_mapping *page = &r.spaces.mappings[0];
  const struct model_table *table = model_table(&r.spaces, 0, 2, page->address);
  r.direct[(size_t)TABLE_ENTRIES * table->frame + (page->address >> 21) % TABLE_ENTRIES] ^= change;
}

static void a_large_page_on_another_frame_is_found(void **state)
{
  (void)state;
  large_scene(512 * PTE_FRAME);
  broken("a page translates to the frame that the model says");
}

static void a_large_page_that_the_processor_refuses_is_found(void **state)
{
  (void)state;
  large_scene(2 * PTE_FRAME); /* within the page: reserved */
  r.index = r.count;          /* the end: everything is compared */
  broken("the processor finds a mapped page where the model says");
}

static void codes_from_64_on_mean_what_they_do_without_64_but_for_a_few(void **state)
{
  (void)state;
  uint32_t others = 0;
  for (uint32_t code = 0; code < 64; code++) {
    enum op_kind kind = ops_kind(code + 64);
    assert_int_equal(ops_kind(code), ops_kind(code + 128));
    others += kind != ops_kind(code);
    assert_true(kind == ops_kind(code) || kind == OP_TABLE_SPLIT || kind == OP_TABLE_MERGE ||
                kind == OP_TABLE_ALLOW || kind == OP_TABLE_FLUSHED || kind == OP_TABLE_CLEAR ||
                kind >= OP_RANGE_UNMAP);
  }
  assert_int_equal(others, 20);
}

/* An unowned page of 2 MiB is split; bits of the entry of one piece are changed; then this operation. */
static void split_scene(enum op_kind last, uint64_t change)
{
  machine();
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), 0x1234, 0, 0x5000);
  add(OP_TABLE_SPLIT, LIVE, 0, 0, 0);
  add(last, LIVE, 300, 0, 0);
  replay_some(3, 1);
  assert_int_equal(r.step.status, STATUS_OK);
  assert_int_equal(r.spaces.nmappings, 512);
  const struct model_table *table = model_table(&r.spaces, 0, 1, r.spaces.mappings[0].address);
  assert_int_equal(r.step.outs[0], table->frame);
  r.direct[(size_t)TABLE_ENTRIES * table->frame + 300] ^= change;
}

static void a_page_writable_and_executable_that_was_not_allowed_is_found(void **state)
{
  (void)state;
  machine();
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_ALLOW, LIVE, 0, 1, 0);
  add(OP_TABLE_ALLOW, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 3), 0x1234, 0, 0x4000);
  replay_some(2, 1);
  assert_true(r.tables[0].write_execute);
  assert_true(replay_next(&r));
  r.tables[0].write_execute = true;
  broken("the status is the one that the model predicts");
}

static void a_piece_on_another_frame_is_found(void **state)
{
  (void)state;
  split_scene(OP_TABLE_QUERY, PTE_FRAME);
  broken("a page translates to the frame that the model says");
}

static void a_piece_that_forbids_a_merge_is_found(void **state)
{
  (void)state;
  split_scene(OP_TABLE_MERGE, PTE_USER);
  broken("the status is the one that the model predicts");
  split_scene(OP_TABLE_MERGE, 0);
  assert_true(replay_next(&r));
  assert_null(r.broken);
  assert_int_equal(r.step.status, STATUS_OK);
  assert_int_equal(r.step.level, 2);
}

static void a_page_that_only_its_entry_calls_global_is_found(void **state)
{
  (void)state;
  table_scene(OP_NOTHING);
  *entry() ^= PTE_GLOBAL;
  broken("the processor keeps a translation from one space to the next as was asked");
}

/* --- What is to be flushed --- */

/* The page of the table scene is unmapped, so its tables go; then this operation. */
static void flush_scene(enum op_kind last, uint32_t mode)
{
  table_scene(OP_TABLE_UNMAP);
  add(last, mode, 0, 0, 0);
  replay_begin(&r, input, size, 0);
  for (uint32_t i = 0; i < 5; i++)
    assert_true(replay_next(&r));
  assert_null(r.broken);
  assert_int_equal(r.step.status, STATUS_OK);
  assert_true(r.flushes[0].tables);
}

static void a_range_to_flush_that_is_too_short_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_FLUSHED, LIVE);
  r.flushes[0].pages = 0;
  broken("as many pages are to be flushed as the model says");
}

static void a_range_to_flush_that_begins_elsewhere_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_UNMAP, ANY);
  r.flushes[0].address += PAGE_SIZE;
  broken("the first page to be flushed is the one that the model says");
  flush_scene(OP_TABLE_UNMAP, ANY);
  r.flushes[0].address ^= (uint64_t)1 << 63;
  broken("the address to be flushed is that of a page");
}

static void a_size_to_flush_that_is_too_large_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_UNMAP, ANY);
  r.flushes[0].level = 2;
  broken("the smallest page to be flushed has the size that the model says");
}

static void a_flush_that_forgets_a_table_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_UNMAP, ANY);
  r.flushes[0].tables = false;
  broken("a flush says whether tables went");
  flush_scene(OP_TABLE_UNMAP, ANY);
  r.flushes[0].table = r.records[r.flushes[0].table].parent;
  broken("a flush names the table that went last");
  flush_scene(OP_TABLE_UNMAP, ANY);
  r.records[r.flushes[0].table].parent = r.flushes[0].table;
  broken("a table that went names the one that went before it");
}

static void a_table_that_went_and_is_still_in_a_slot_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_FLUSHED, LIVE);
  r.records[r.flushes[0].table].index = 5;
  broken("a table that went is in no slot");
}

static void a_table_that_is_written_to_before_it_is_flushed_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_FLUSHED, LIVE);
  r.direct[(size_t)TABLE_ENTRIES * r.flushes[0].table + 9] = 1;
  broken("nobody writes to a table that went before it is flushed");
}

static void a_table_that_is_not_given_back_after_its_flush_is_found(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_FLUSHED, LIVE);
  r.database.references[r.flushes[0].table]++; /* the model holds it */
  broken("a frame has the owner that the model says");
}

static void a_flush_gives_back_the_tables_that_went(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_FLUSHED, LIVE);
  assert_true(replay_next(&r));
  assert_null(r.broken);
  assert_int_equal(r.step.outs[0], PAGETABLE_LEVELS - 1);
  assert_false(r.flushes[0].tables);
}

static void a_garbled_flush_loses_no_table(void **state)
{
  (void)state;
  for (uint32_t extra = 2; extra < 4; extra++)
    for (uint32_t pick = PICK_LIVE; pick <= PICK_RAW; pick++) {
      flush_scene(OP_TABLE_FLUSHED, MODE(pick, PICK_LIVE, extra));
      add(OP_TABLE_FLUSHED, LIVE, 0, 0, 0);
      replay_begin(&r, input, size, 1);
      uint64_t freed = 0;
      while (replay_next(&r))
        freed += r.step.op.kind == OP_TABLE_FLUSHED ? r.step.outs[0] : 0;
      assert_null(r.broken);
      assert_int_equal(freed, PAGETABLE_LEVELS - 1);
    }
}

static void a_space_is_flushed_before_it_is_destroyed(void **state)
{
  (void)state;
  flush_scene(OP_TABLE_DESTROY, LIVE);
  assert_true(replay_next(&r));
  assert_null(r.broken);
  assert_int_equal(r.database.free_frames, 31);
}

/* Maps the page of a number, and the one after it. */
static void map_two(uint32_t number, uint64_t address, enum status after)
{
  machine();
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, ANY, number, 0, 0x4000);
  add(OP_TABLE_MAP, MODE(PICK_NEAR, PICK_ANY, 0), 0, 0, 0x4000);
  replay_some(2, 1);
  assert_int_equal(r.step.args[1], address);
  assert_int_equal(r.step.status, STATUS_OK);
  assert_true(replay_next(&r));
  assert_null(r.broken);
  assert_int_equal(r.step.status, after);
}

static void pages_reach_both_ends_of_both_halves(void **state)
{
  (void)state;
  const uint64_t half = PAGETABLE_HALF;
  map_two(0x0000, 0, STATUS_OK);
  map_two(PAGETABLE_LEVELS == 5 ? 0x7FFF : 0x8FFF, half - PAGE_SIZE, STATUS_NOT_CANONICAL);
  map_two(PAGETABLE_LEVELS == 5 ? 0x8000 : 0x9000, 0 - half, STATUS_OK);
  map_two(0xFFFF, UINT64_MAX - PAGE_SIZE + 1, STATUS_OK);
}

static void a_wrong_count_of_entries_is_found(void **state)
{
  (void)state;
  table_scene(OP_NOTHING);
  r.records[r.tables[0].root].live++;
  broken("a table counts the entries in use that the model says");
}

static void a_member_too_many_is_found(void **state)
{
  (void)state;
  machine();
  add(OP_BITSET_INIT, LIVE, 200, 0, 0);
  add(OP_BITSET_ADD, ANY, 1000, 0, 0);
  replay_some(2, 0);
  bitset_add(&r.set, 77);
  broken("the set has no member beside the model's");
}

static void a_run_cut_shorter_than_asked_is_found(void **state)
{
  (void)state;
  machine();
  add(OP_BOOT_INIT, ANY, 2, 2, 9);
  replay_some(1, 0);
  r.boot.runs[1].first++;
  broken("what is left of a run is what the model says");
}

/* --- Ranges of pages --- */

static void a_range_of_pages_is_as_long_as_its_half(void **state)
{
  (void)state;
  static const uint32_t ends[2] = {0x0000, PAGETABLE_LEVELS == 5 ? 0x8000 : 0x9000};
  for (uint32_t i = 0; i < 2; i++)
    for (uint32_t count = 13; count < 16; count++) {
      machine();
      add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
      add(OP_RANGE_QUERY, ANY, ends[i], count, 0);
      replay_some(2, 1);
      assert_true(r.step.args[1] == (i == 0 ? 0 : PAGETABLE_UPPER));
      assert_true(r.step.args[2] == PAGETABLE_PAGES / 2 + count - 14);
      assert_int_equal(r.step.status, count == 15 ? STATUS_OUT_OF_RANGE : STATUS_OK);
    }
}

static void a_range_of_pages_ends_with_a_mapping(void **state)
{
  (void)state;
  machine();
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 1), 0x1230 + k, k, 0x4000);
  add(OP_RANGE_CLEAR, LIVE, 1, 1, 0);
  add(OP_RANGE_PROTECT, LIVE, 0, 9, 0);
  add(OP_RANGE_UNMAP, MODE(PICK_NEAR, PICK_NEAR, 0), 1, 1, 0);
  replay_some(6, 1);
  assert_true(r.step.args[2] == 2 && r.step.outs[0] == 2 && r.flushes[0].pages == 0);
  assert_true(replay_next(&r) && r.step.args[2] == 4 && r.step.args[3] == PAGE_UNOWNED);
  assert_true(r.step.outs[0] == 4 && r.flushes[0].pages == 4);
  assert_true(replay_next(&r) && r.step.args[2] == 1);
  assert_int_equal(r.spaces.nmappings, 3);
  assert_false(replay_next(&r));
  assert_null(r.broken);
}

static void what_a_range_leaves_behind_is_found(void **state)
{
  (void)state;
  for (uint32_t kind = OP_RANGE_UNMAP; kind <= OP_RANGE_CLEAR; kind++) {
    table_scene((enum op_kind)kind);
    entry()[9] = *entry(); /* far from the range */
    broken(kind == OP_RANGE_UNMAP ? "a table that went leads nowhere else"
                                  : "a table has the entries in use that the model says");
  }
}

static void a_bit_that_a_range_does_not_see_is_found(void **state)
{
  (void)state;
  for (uint32_t kind = OP_RANGE_UNMAP; kind <= OP_RANGE_CLEAR; kind++) {
    table_scene((enum op_kind)kind);
    *entry() &= ~PTE_DIRTY;
    broken("no accessed or dirty bit is lost or made up");
  }
}

static void a_run_of_other_frames_or_permissions_is_found(void **state)
{
  (void)state;
  table_scene(OP_RANGE_QUERY);
  *entry() ^= PTE_FRAME;
  broken("a run begins with the frame that the model says");
  table_scene(OP_RANGE_QUERY);
  *entry() ^= PTE_WRITE;
  broken("a run has the permissions that the model says");
  table_scene(OP_RANGE_QUERY);
  *entry() = 0;
  broken("a run is mapped exactly if the model says so");
}

static void a_range_is_mapped_from_where_its_large_pages_fit(void **state)
{
  (void)state;
  machine();
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  /* 513 pages from frame 29 on, where 2 MiB would begin with frame 0. */
  add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_ANY, 10), 0x1230, 29, 0x7000);
  /* From the second frame that begins 1 GiB on, 1 GiB, 2 MiB and three pages. */
  add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_RAW, 13), 0x2000, 4, 0x6200);
  replay_some(2, 1);
  assert_true(r.step.args[1] % 0x200000 == (uint64_t)29 * PAGE_SIZE);
  assert_true(r.step.args[2] == 29 && r.step.args[3] == 513 && r.step.args[4] == PAGE_UNOWNED);
  assert_true(r.step.status == STATUS_OK && r.step.outs[0] == 513);
  assert_true(replay_next(&r) && r.step.args[1] % 0x40000000 == 0);
  assert_true(r.step.args[2] == 262144 && r.step.args[3] == 262144 + 512 + 3);
  assert_true(r.step.status == STATUS_OK && r.step.outs[0] == 5);
  assert_false(replay_next(&r));
  assert_null(r.broken);
}

static void what_a_mapped_range_does_to_others_is_found(void **state)
{
  (void)state;
  table_scene(OP_RANGE_MAP);
  entry()[9] = *entry();
  broken("a table has the entries in use that the model says");
  table_scene(OP_RANGE_MAP);
  *entry() ^= PTE_FRAME;
  broken("the processor finds a mapped page where the model says");
  table_scene(OP_RANGE_MAP);
  user_record()->references++;
  broken("a block has the references that the model says");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_input_of_no_bytes_is_a_machine_of_one_frame_without_operations),
      cmocka_unit_test(an_unfinished_operation_counts_and_bytes_after_the_last_do_not),
      cmocka_unit_test(every_kind_has_a_code_and_a_name_of_its_own),
      cmocka_unit_test(an_operation_that_is_switched_off_becomes_another_one),
      cmocka_unit_test(machines_have_frames_within_their_class),
      cmocka_unit_test(noise_is_replayed_without_a_complaint),
      cmocka_unit_test(a_run_leaves_nothing_behind_for_the_next_one),
      cmocka_unit_test(checks_do_not_change_the_digest),
      cmocka_unit_test(another_argument_is_another_digest),
      cmocka_unit_test(a_wrong_count_of_free_frames_is_found),
      cmocka_unit_test(a_wrong_count_of_free_blocks_is_found),
      cmocka_unit_test(a_block_that_is_split_behind_the_model_is_found),
      cmocka_unit_test(what_only_the_check_function_knows_is_found_by_it),
      cmocka_unit_test(a_wrong_reference_count_is_found),
      cmocka_unit_test(a_wrong_owner_is_found),
      cmocka_unit_test(a_wrong_flag_is_found),
      cmocka_unit_test(a_status_that_the_model_does_not_predict_is_found),
      cmocka_unit_test(a_page_on_another_frame_is_found),
      cmocka_unit_test(another_permission_is_found),
      cmocka_unit_test(a_lost_dirty_bit_is_found),
      cmocka_unit_test(a_page_that_is_not_cleared_is_found),
      cmocka_unit_test(a_clear_that_owes_no_flush_is_found),
      cmocka_unit_test(the_processor_may_remember_a_page_as_accessed_until_a_flush),
      cmocka_unit_test(a_permission_that_the_processor_does_not_honour_is_found),
      cmocka_unit_test(a_large_page_on_another_frame_is_found),
      cmocka_unit_test(a_large_page_that_the_processor_refuses_is_found),
      cmocka_unit_test(codes_from_64_on_mean_what_they_do_without_64_but_for_a_few),
      cmocka_unit_test(a_page_writable_and_executable_that_was_not_allowed_is_found),
      cmocka_unit_test(a_piece_on_another_frame_is_found),
      cmocka_unit_test(a_piece_that_forbids_a_merge_is_found),
      cmocka_unit_test(a_page_that_only_its_entry_calls_global_is_found),
      cmocka_unit_test(a_range_to_flush_that_is_too_short_is_found),
      cmocka_unit_test(a_range_to_flush_that_begins_elsewhere_is_found),
      cmocka_unit_test(a_size_to_flush_that_is_too_large_is_found),
      cmocka_unit_test(a_flush_that_forgets_a_table_is_found),
      cmocka_unit_test(a_table_that_went_and_is_still_in_a_slot_is_found),
      cmocka_unit_test(a_table_that_is_written_to_before_it_is_flushed_is_found),
      cmocka_unit_test(a_table_that_is_not_given_back_after_its_flush_is_found),
      cmocka_unit_test(a_flush_gives_back_the_tables_that_went),
      cmocka_unit_test(a_garbled_flush_loses_no_table),
      cmocka_unit_test(a_space_is_flushed_before_it_is_destroyed),
      cmocka_unit_test(pages_reach_both_ends_of_both_halves),
      cmocka_unit_test(a_wrong_count_of_entries_is_found),
      cmocka_unit_test(a_member_too_many_is_found),
      cmocka_unit_test(a_run_cut_shorter_than_asked_is_found),
      cmocka_unit_test(a_range_of_pages_is_as_long_as_its_half),
      cmocka_unit_test(a_range_of_pages_ends_with_a_mapping),
      cmocka_unit_test(what_a_range_leaves_behind_is_found),
      cmocka_unit_test(a_bit_that_a_range_does_not_see_is_found),
      cmocka_unit_test(a_run_of_other_frames_or_permissions_is_found),
      cmocka_unit_test(a_range_is_mapped_from_where_its_large_pages_fit),
      cmocka_unit_test(what_a_mapped_range_does_to_others_is_found),
  };
  return cmocka_run_group_tests(tests, prepare, NULL);
}

/* Breaks one thing in the core's own memory, looks whether its check function or the comparison with
 * the model notices, and mends it. So the oracles themselves are under test in every run. With
 * check_every 0 nothing is broken, and the digest is the same. */
#include "replay_ops.h"

/* One number in the core's memory, of whatever width. */
struct place {
  void *at;
  uint32_t bytes;
};

static uint64_t get(struct place p)
{
  if (p.bytes == 1)
    return *(uint8_t *)p.at;
  if (p.bytes == 2)
    return *(uint16_t *)p.at;
  return p.bytes == 4 ? *(uint32_t *)p.at : *(uint64_t *)p.at;
}

static void put(struct place p, uint64_t value)
{
  if (p.bytes == 1)
    *(uint8_t *)p.at = (uint8_t)value;
  else if (p.bytes == 2)
    *(uint16_t *)p.at = (uint16_t)value;
  else if (p.bytes == 4)
    *(uint32_t *)p.at = (uint32_t)value;
  else
    *(uint64_t *)p.at = value;
}

#define PLACE(lvalue) ((struct place){&(lvalue), sizeof(lvalue)})

/* Writes value there, compares that part, and writes back what was there. A value that is there
 * already breaks nothing. */
static void expect_noticed(struct replay *r, enum part part, struct place p, uint64_t value)
{
  uint64_t before = get(p);
  put(p, value);
  if (r->check_every != 0 && get(p) != before)
    replay_expect(r, replay_compare_part(r, part, true) != NULL, "a corruption is noticed");
  put(p, before);
}

/* The node of a block that a frame lies in, or one of the tail beyond the last frame. */
static uint64_t node_of(const struct buddy *buddy, const struct op *op)
{
  uint64_t leaves = buddy->roots * BUDDY_ROOT_FRAMES;
  uint64_t leaf = leaves + (op->c % 4 == 3 ? leaves - 1 : op->b % buddy->nframes);
  uint32_t order = ops_extra(op) % (BUDDY_MAX_ORDER + 1);
  return leaf >> order;
}

static void corrupt_buddy(struct replay *r, enum part part, struct buddy *buddy,
                          const struct op *op)
{
  uint32_t order = op->b % BUDDY_ORDERS;
  uint64_t node = node_of(buddy, op);
  uint64_t bit = (uint64_t)1 << node % 64;
  struct place p;
  uint64_t value = 0;
  switch (op->a % 7) {
  case 0:
    p = PLACE(buddy->count[order]);
    value = get(p) + 1;
    break;
  case 1:
    p = PLACE(buddy->orders);
    value = buddy->orders ^ (uint64_t)1 << op->b % 64;
    break;
  case 2:
    p = PLACE(buddy->hint[order]);
    value = (uint64_t)buddy->roots << (BUDDY_MAX_ORDER - order);
    value = op->c % 2 ? value - 1 : 2 * value;
    break;
  case 3:
    p = PLACE(buddy->free_frames);
    value = get(p) - 1;
    break;
  case 4:
    p = PLACE(buddy->split[node / 64]);
    value = get(p) ^ bit;
    break;
  case 5:
    p = PLACE(buddy->free.words[node / 64]);
    value = get(p) ^ bit;
    break;
  default: /* a summary */
    p = PLACE(buddy->free.words[buddy->free.nwords - 1]);
    value = get(p) ^ 1;
  }
  expect_noticed(r, part, p, value);
}

static void corrupt_buddy_op(struct replay *r, const struct op *op)
{
  if (!r->buddy_started)
    return;
  replay_args(r, op->a % 7, op->b, 0, 0);
  corrupt_buddy(r, PART_BUDDY, &r->buddy, op);
}

static void corrupt_frames_op(struct replay *r, const struct op *op)
{
  if (!r->frames_started)
    return;
  uint32_t frame = replay_frame(&r->database, op, op->b, op->c) % r->database.nframes;
  struct frame *record = &r->frames.records[frame];
  bool large = model_in_use(&r->database, frame) && r->database.order[frame] > 0;
  bool named = large || r->database.retired[frame];
  replay_args(r, op->a % 7, frame, 0, 0);
  switch (op->a % 7) {
  case 0:
    expect_noticed(r, PART_FRAMES, PLACE(record->owner), op->c % 16);
    break;
  case 1:
    expect_noticed(r, PART_FRAMES, PLACE(record->order), op->c % 8);
    break;
  case 2:
    expect_noticed(r, PART_FRAMES, PLACE(record->flags), op->c % 32);
    break;
  case 3:
    expect_noticed(r, PART_FRAMES, PLACE(record->references), op->c % 4);
    break;
  case 4:
    if (named)
      expect_noticed(r, PART_FRAMES, PLACE(record->parent), record->parent + 1);
    break;
  case 5:
    expect_noticed(r, PART_FRAMES, PLACE(r->frames.nframes), r->frames.nframes - 1);
    break;
  default: {
    struct op inner = *op;
    inner.a = op->a / 7;
    corrupt_buddy(r, PART_FRAMES, &r->frames.buddy, &inner);
  }
  }
}

/* An entry of a table: present or not, pointing elsewhere, a page or a table, or beyond frames of 32 bits, or a page of two memory types. */
static void corrupt_entry(struct replay *r, const struct model_table *table, const struct op *op)
{
  uint64_t *entries = &r->direct[(size_t)TABLE_ENTRIES * table->frame];
  uint32_t index = op->c / 4 % TABLE_ENTRIES;
  for (uint32_t i = 0; i < TABLE_ENTRIES && ops_pick(op) == PICK_LIVE && !(entries[index] & 1); i++)
    index = (index + 1) % TABLE_ENTRIES;
  bool present = entries[index] & 1;
  uint64_t change = op->c % 2 && present ? walk_one_frame << op->c / 2 % 32 : 1;
  if (present && op->a / 6 % 3 != 0)
    change = op->a / 6 % 3 == 1 ? walk_kind_bit : walk_one_frame << 32;
  if (ops_extra(op) == 15 && walk_decode(entries[index], table->level).kind == WALK_PAGE)
    change = walk_types & ~entries[index]; /* both: no page has them */
  expect_noticed(r, PART_FRAMES, PLACE(entries[index]), entries[index] ^ change);
}

static void corrupt_table_op(struct replay *r, const struct op *op)
{
  if (!r->frames_started || r->spaces.ntables == 0)
    return;
  const struct model_table *table = &r->spaces.tables[op->b % r->spaces.ntables];
  struct frame *record = &r->frames.records[table->frame];
  replay_args(r, op->a % 6, table->frame, 0, 0);
  switch (op->a % 6) {
  case 0:
    expect_noticed(r, PART_FRAMES, PLACE(record->live), record->live + 1u + op->c % 4);
    break;
  case 1:
    if (table->level < PAGETABLE_LEVELS)
      expect_noticed(r, PART_FRAMES, PLACE(record->parent), record->parent ^ 1);
    break;
  case 2:
    if (table->level < PAGETABLE_LEVELS)
      expect_noticed(r, PART_FRAMES, PLACE(record->index), record->index ^ 1u);
    break;
  case 3: { /* another root would be as good */
    uint32_t frame = op->c % 2 ? r->database.nframes : op->c % r->database.nframes;
    if (op->c % 2 || r->database.owner[frame] != OWNER_TABLE1 + PAGETABLE_LEVELS - 1)
      expect_noticed(r, PART_FRAMES, PLACE(r->tables[table->space].root), frame);
    break;
  }
  case 4:
    expect_noticed(r, PART_FRAMES, PLACE(record->owner), OWNER_KERNEL + op->c % 6);
    break;
  default:
    corrupt_entry(r, table, op);
  }
}

static void corrupt_bitset_op(struct replay *r, const struct op *op)
{
  if (!r->set_started)
    return;
  struct bitset *set = &r->set;
  uint64_t *word = &set->words[op->b % set->nwords];
  if (op->a % 2 == 1)
    word = &set->words[set->length[0] - 1]; /* may hold bits beyond the size */
  replay_args(r, op->a % 2, op->b, 0, 0);
  expect_noticed(r, PART_SET, PLACE(*word), *word ^ (uint64_t)1 << op->c % 64);
}

void replay_corrupt_op(struct replay *r, const struct op *op)
{
  if (r->broken)
    return;
  if (op->kind == OP_CORRUPT_BITSET)
    corrupt_bitset_op(r, op);
  else if (op->kind == OP_CORRUPT_BUDDY)
    corrupt_buddy_op(r, op);
  else if (op->kind == OP_CORRUPT_FRAMES)
    corrupt_frames_op(r, op);
  else
    corrupt_table_op(r, op);
}

/* The operations of pagetable on ranges of pages. */
#include "replay_ops.h"

/* --- Which range --- */

/* The pages of a mapping, by their numbers: the first one, and the first one behind them. */
static uint64_t first_of(const struct replay *r, const struct model_mapping *mapping)
{
  return model_page(&r->spaces, mapping->address);
}

static uint64_t end_of(const struct replay *r, const struct model_mapping *mapping)
{
  return first_of(r, mapping) + model_page_bytes(mapping->level) / PAGE_SIZE;
}

/* Near the beginning of a mapping. */
static uint64_t near_address(const struct op *op, uint64_t address)
{
  switch (op->c >> 12 & 3) {
  case 0:
    return address + PAGE_SIZE;
  case 1:
    return address - PAGE_SIZE;
  default:
    return address - address % model_page_bytes(op->c >> 12 & 3);
  }
}

/* Where the range begins, by the object's pick, and in which space. Raw: at no page. */
static struct model_range beginning(const struct replay *r, const struct op *op)
{
  const struct model_spaces *s = &r->spaces;
  struct model_range range = {replay_space(r, op->c), replay_address(op->a), 0};
  if (ops_pick(op) == PICK_RAW)
    range.address = op->c & 4 ? range.address + 1 + op->c / 8 % (PAGE_SIZE - 1)
                              : replay_not_canonical(range.address);
  if (ops_pick(op) >= PICK_ANY || s->nmappings == 0)
    return range;
  const struct model_mapping *mapping = &s->mappings[op->a % s->nmappings];
  range.space = mapping->space;
  range.address = ops_pick(op) == PICK_LIVE ? mapping->address : near_address(op, mapping->address);
  return range;
}

/* As far as the mapping that is so many behind the first one after the beginning, in the same half; one page, if there
 * is none. */
static uint64_t pages_to_mapping(const struct replay *r, struct model_range range, uint32_t further)
{
  const uint64_t half = PAGETABLE_PAGES / 2;
  uint64_t first = model_page(&r->spaces, range.address);
  uint64_t end = first + 1;
  uint32_t found = 0;
  for (uint32_t i = 0; i < r->spaces.nmappings && found <= further; i++) {
    const struct model_mapping *mapping = &r->spaces.mappings[i];
    bool after = mapping->space == range.space && end_of(r, mapping) > first;
    if (!after || first_of(r, mapping) / half != first / half)
      continue;
    end = end_of(r, mapping);
    found++;
  }
  return end - first;
}

/* So many pages, or a few more or less. */
static uint64_t near_pages(const struct replay *r, const struct op *op, struct model_range range,
                           uint64_t pages)
{
  uint32_t which = op->c >> 14 & 3;
  if (which < 2)
    return which == 0 ? pages - 1 : pages + 1;
  uint64_t unit = model_page_bytes(which) / PAGE_SIZE;
  uint64_t first = model_page(&r->spaces, range.address);
  return (first + pages + unit - 1) / unit * unit - first;
}

/* By number: a few, about the pages that an entry of each level stands for, and about the rest of the half. */
static uint64_t some_pages(const struct replay *r, const struct op *op, struct model_range range)
{
  static const uint32_t counts[13] = {1,    2,      3,      7,      64,        511,      512,
                                      1024, 262143, 262144, 262145, 134217727, 134217728};
  const uint64_t half = PAGETABLE_PAGES / 2;
  uint32_t which = op->b % 16;
  if (which < 13)
    return counts[which];
  return half - model_page(&r->spaces, range.address) % half + which - 14;
}

static struct model_range asked_range(const struct replay *r, const struct op *op)
{
  struct model_range range = beginning(r, op);
  if (ops_pick_rest(op) == PICK_ANY)
    range.pages = some_pages(r, op, range);
  else if (ops_pick_rest(op) == PICK_RAW)
    range.pages = replay_raw(PAGETABLE_PAGES / 2, op->b / 4, op->b, 64);
  else
    range.pages = pages_to_mapping(r, range, op->b);
  if (ops_pick_rest(op) == PICK_NEAR)
    range.pages = near_pages(r, op, range, range.pages);
  return range;
}

/* Those that the first page there may have, unless c says otherwise. */
static uint32_t asked_permissions(const struct replay *r, const struct op *op,
                                  struct model_range range)
{
  const struct model_spaces *s = &r->spaces;
  uint64_t first = model_page(s, range.address);
  uint32_t owned = 0;
  for (uint32_t i = s->nmappings; i > 0; i--)
    if (s->mappings[i - 1].space == range.space && end_of(r, &s->mappings[i - 1]) > first)
      owned = s->mappings[i - 1].permissions & PAGE_UNOWNED;
  if (op->c & 8)
    return op->c >> 4;
  return (replay_permissions(op->c >> 4 & 15) | owned) ^ (op->c & 4 ? PAGE_UNOWNED : 0);
}

/* --- Comparing --- */

/* What the processor finds in a table of a level: as many entries as the model has there. */
static const char *compare_entries(struct replay *r, const struct model_table *table)
{
  uint32_t present = 0;
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = r->direct[(size_t)TABLE_ENTRIES * table->frame + i];
    present += walk_decode(entry, table->level).kind != WALK_ABSENT;
  }
  return present == model_live(&r->spaces, table)
             ? replay_compare_table(r, table)
             : "a table has the entries in use that the model says";
}

void replay_check_space(struct replay *r, struct model_range range)
{
  const struct model_spaces *s = &r->spaces;
  uint64_t end = range.address + range.pages * PAGE_SIZE;
  const uint64_t edges[4] = {range.address - PAGE_SIZE, range.address, end - PAGE_SIZE, end};
  const char *broken = NULL;
  for (uint32_t i = 0; !r->broken && i < 4; i++)
    replay_check_way(r, range.space, edges[i]);
  for (uint32_t i = 0; !broken && !r->broken && i < s->ntables; i++)
    broken = s->tables[i].space == range.space ? compare_entries(r, &s->tables[i]) : NULL;
  for (uint32_t i = 0; !broken && !r->broken && i < s->nmappings; i++)
    if (s->mappings[i].space == range.space)
      broken = replay_compare_mapping(r, &s->mappings[i]);
  replay_expect(r, broken == NULL, broken);
}

/* What a call said it has met, against what the model had there. */
static void expect_seen(struct replay *r, const struct seen *seen, struct model_seen expected)
{
  replay_expect(r, seen->pages == expected.pages,
                "as many pages are mapped in a range as the model says");
  replay_expect(r, seen->accessed == expected.accessed && seen->dirty == expected.dirty,
                "no accessed or dirty bit is lost or made up");
  replay_out(r, 0, seen->pages);
  replay_out(r, 1, (uint64_t)seen->accessed + 2 * (uint64_t)seen->dirty);
  if (expected.pages > 0)
    r->step.level = expected.level;
}

/* --- The operations --- */

/* What the model answers, of the core's status. */
static enum status expected_status(const struct model_spaces *s, enum op_kind kind,
                                   struct model_range range, uint32_t permissions)
{
  return kind == OP_RANGE_PROTECT ? model_protect_range_status(s, range, permissions)
                                  : model_change_range_status(s, range);
}

static enum status call(struct replay *r, enum op_kind kind, struct model_range range,
                        uint32_t permissions, struct seen *seen)
{
  struct pagetable *table = &r->tables[range.space];
  struct flush *flush = &r->flushes[range.space];
  if (kind == OP_RANGE_UNMAP)
    return pagetable_unmap_range(table, range.address, range.pages, seen, flush);
  if (kind == OP_RANGE_PROTECT)
    return pagetable_protect_range(table, range.address, range.pages, permissions, seen, flush);
  return pagetable_test_and_clear_range(table, range.address, range.pages, seen, flush);
}

/* The core has done it. */
static void follow(struct model_spaces *s, enum op_kind kind, struct model_range range,
                   uint32_t permissions)
{
  if (kind == OP_RANGE_UNMAP)
    model_unmap_range(s, range);
  else if (kind == OP_RANGE_PROTECT)
    model_protect_range(s, range, permissions);
  else
    model_clear_range(s, range);
}

static void change_op(struct replay *r, const struct op *op, struct model_range range)
{
  struct model_spaces *s = &r->spaces;
  bool protects = op->kind == OP_RANGE_PROTECT;
  uint32_t permissions = protects ? asked_permissions(r, op, range) : 0;
  struct seen seen = {UNTOUCHED_WIDE, false, true};
  replay_args(r, range.space, range.address, range.pages, permissions);
  enum status expected = expected_status(s, op->kind, range, permissions);
  struct owing owing = replay_owing(r, op, range.space);
  uint64_t before = expected == STATUS_OK ? 0 : replay_fingerprint(r);
  struct model_seen met = {0, 0, false, false};
  enum status status = call(r, op->kind, range, permissions, &seen);
  if (replay_agree(r, status, expected)) {
    met = model_seen(s, range);
    expect_seen(r, &seen, met);
    follow(s, op->kind, range, permissions);
  } else {
    replay_expect(r, seen.pages == UNTOUCHED_WIDE && !seen.accessed && seen.dirty,
                  "a call that fails leaves its outputs as they are");
    replay_expect_untouched(r, before);
  }
  bool owes = op->kind == OP_RANGE_CLEAR ? met.accessed || met.dirty : met.pages > 0;
  replay_owed_range(r, &owing, owes, model_page(s, range.address), range.pages, met.level);
  replay_check_space(r, range);
}

static void query_op(struct replay *r, struct model_range range)
{
  const struct page_run untouched = {UNTOUCHED_WIDE, true, UNTOUCHED, UNTOUCHED};
  struct page_run run = untouched;
  replay_args(r, range.space, range.address, range.pages, 0);
  enum status expected = model_range_status(&r->spaces, range);
  enum status status =
      pagetable_query_range(&r->tables[range.space], range.address, range.pages, &run);
  if (!replay_agree(r, status, expected)) {
    replay_expect(r,
                  run.pages == untouched.pages && run.mapped && run.frame == untouched.frame &&
                      run.permissions == untouched.permissions,
                  "a call that fails leaves its outputs as they are");
    return;
  }
  const struct model_run longest = model_run(&r->spaces, range);
  replay_expect(r, run.pages == longest.pages, "a run is as long as the model says");
  replay_expect(r, run.mapped == longest.mapped, "a run is mapped exactly if the model says so");
  replay_out(r, 0, run.pages);
  replay_out(r, 1, run.mapped);
  if (!run.mapped)
    return;
  replay_expect(r, run.frame == longest.frame, "a run begins with the frame that the model says");
  replay_expect(r, run.permissions == longest.permissions,
                "a run has the permissions that the model says");
  replay_out(r, 2, run.frame);
  replay_out(r, 3, run.permissions);
}

void replay_range_op(struct replay *r, const struct op *op)
{
  replay_start_frames(r);
  if (r->broken)
    return;
  struct model_range range = asked_range(r, op);
  if (range.space == MODEL_SPACES)
    return;
  if (op->kind == OP_RANGE_QUERY)
    query_op(r, range);
  else
    change_op(r, op, range);
  if (!r->broken)
    r->broken = replay_compare_counters(&r->frames.buddy, &r->database);
}

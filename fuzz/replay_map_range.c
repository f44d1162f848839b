/* The operation of pagetable that maps a range to frames in a row. */
#include "replay_ops.h"

/* --- Which range, to which frames --- */

/* By the rest's pick: the first frame of a block, one inside a block, any, or a bare number. */
static uint64_t first_frame(const struct replay *r, const struct op *op)
{
  const struct model_memory *m = &r->database;
  if (ops_pick_rest(op) == PICK_RAW)
    return replay_raw(m->nframes, op->b, op->c >> 8, 32);
  if (ops_pick_rest(op) == PICK_ANY || m->nblocks == 0)
    return op->b % m->nframes;
  uint32_t head = m->blocks[op->b % m->nblocks];
  uint32_t inside = (op->c >> 8 & 15) * ((uint32_t)1 << m->order[head]) / 16;
  return ops_pick_rest(op) == PICK_LIVE ? head : head + inside;
}

/* Where the range begins, by the object's pick. Live here means a page that is mapped already, so it is the rare case. Unless
 * it is to be refused it begins by bits 12 and 13 of c: there; at 2 MiB; at 1 GiB; so that it comes to 2 MiB when its
 * frames do. */
static struct model_range beginning(const struct replay *r, const struct op *op, uint64_t frame)
{
  static const enum pick picks[4] = {PICK_ANY, PICK_NEAR, PICK_LIVE, PICK_RAW};
  const struct model_spaces *s = &r->spaces;
  enum pick pick = picks[ops_pick(op)];
  struct model_range range = {replay_space(r, op->c), replay_address(op->a), 0};
  if (pick == PICK_RAW) {
    range.address = op->c & 4 ? range.address + 1 + op->b % (PAGE_SIZE - 1)
                              : replay_not_canonical(range.address);
    return range;
  }
  if (pick < PICK_ANY && s->nmappings > 0) {
    const struct model_mapping *mapping = &s->mappings[op->a % s->nmappings];
    range.space = mapping->space;
    range.address = mapping->address;
    if (pick == PICK_NEAR)
      range.address += model_page_bytes(mapping->level);
  }
  uint32_t where = op->c >> 12 & 3;
  if (where > 0)
    range.address -= range.address % model_page_bytes(where == 2 ? 3 : 2);
  if (where == 3)
    range.address += frame % TABLE_ENTRIES * PAGE_SIZE;
  return range;
}

/* By the operation's extra: what is left of the frame's block or of all frames, and about that; a few pages; pages of each
 * size; the rest of the half; far too many. */
static uint64_t some_pages(const struct replay *r, const struct op *op, uint64_t address,
                           uint64_t frame)
{
  static const uint32_t counts[9] = {1, 2, 5, 511, 512, 513, 1536, 262144, 262144 + 512 + 3};
  const struct model_memory *m = &r->database;
  const uint64_t half = PAGETABLE_PAGES / 2;
  uint32_t which = ops_extra(op);
  uint64_t block = 1;
  if (model_in_use(m, frame))
    block = m->head[frame] + ((uint64_t)1 << m->order[m->head[frame]]) - frame;
  if (which < 3)
    return block + which - 1;
  if (which < 5)
    return m->nframes - frame + which - 3;
  if (which < 14)
    return counts[which - 5];
  uint64_t rest = half - model_page(&r->spaces, address) % half;
  return which == 14 ? rest + op->a % 2 : FRAMES_MAX - frame + op->a % 2;
}

static struct model_job asked_job(const struct replay *r, const struct op *op)
{
  static const uint32_t largest[4] = {1, 2, 0, 4};
  struct model_job job;
  job.frame = first_frame(r, op);
  job.range = beginning(r, op, job.frame);
  job.range.pages = some_pages(r, op, job.range.address, job.frame);
  job.largest = op->c & 0x8000 ? largest[op->b % 4] : PAGE_LEVELS;
  job.permissions = replay_permissions(op->c >> 4 & 15) + (op->c & 0x4000 ? PAGE_UNOWNED : 0);
  if (op->c & 8)
    job.permissions = op->c >> 4;
  return job;
}

/* --- The operation --- */

/* The core has mapped it: each page, and the tables that it needs and no page before it. */
static void follow(struct replay *r, const struct model_job *job)
{
  struct model_spaces *s = &r->spaces;
  uint64_t after = 0;
  while (after < job->range.pages && !r->broken) {
    uint64_t address = job->range.address + after * PAGE_SIZE;
    uint32_t level = model_piece_level(s, job, after);
    replay_add_tables(r, job->range.space, address, level);
    if (!r->broken)
      model_map(s, job->range.space, address, (uint32_t)(job->frame + after), level,
                job->permissions);
    after += model_page_bytes(level) / PAGE_SIZE;
  }
  for (uint32_t i = 0; i < s->nmappings && !r->broken; i++)
    replay_check_references(r, &s->mappings[i]);
}

void replay_map_range_op(struct replay *r, const struct op *op)
{
  replay_start_frames(r);
  if (r->broken)
    return;
  struct model_spaces *s = &r->spaces;
  struct model_job job = asked_job(r, op);
  uint32_t space = job.range.space;
  if (space == MODEL_SPACES)
    return;
  struct model_plan plan = model_plan(s, &job);
  if (s->nmappings + plan.pages > MODEL_MAPPINGS || s->ntables + plan.tables > MODEL_TABLES)
    return; /* no room to follow it */
  replay_args(r, space, job.range.address, job.frame, job.range.pages);
  r->step.args[4] = job.permissions;
  r->step.level = job.largest;
  uint64_t before = plan.status == STATUS_OK ? 0 : replay_fingerprint(r);
  enum status status = pagetable_map_range(&r->tables[space], job.range.address, (frame_t)job.frame,
                                           job.range.pages, job.largest, job.permissions);
  if (replay_agree(r, status, plan.status)) {
    replay_out(r, 0, plan.pages);
    replay_out(r, 1, plan.tables);
    follow(r, &job);
  } else {
    replay_expect_untouched(r, before);
  }
  replay_check_space(r, job.range);
  if (!r->broken)
    r->broken = replay_compare_counters(&r->frames.buddy, &r->database);
}

/* What is to be flushed, and the tables that went. */
#include "replay_ops.h"

/* A number that tells whether an entry of a table has changed. */
static uint64_t contents(const struct replay *r, uint32_t frame)
{
  uint64_t sum = 0;
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    sum = (sum ^ r->direct[(size_t)TABLE_ENTRIES * frame + i]) * 0x100000001B3u;
  return sum;
}

static bool is_empty(const struct replay *r, uint32_t frame, uint32_t level)
{
  bool empty = true;
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    empty = empty &&
            walk_decode(r->direct[(size_t)TABLE_ENTRIES * frame + i], level).kind == WALK_ABSENT;
  return empty;
}

/* --- Comparing --- */

static bool same_flush(const struct flush *a, const struct flush *b)
{
  return a->address == b->address && a->pages == b->pages && a->level == b->level &&
         a->tables == b->tables && a->table == b->table;
}

/* What a table that went says of the one before it. */
static const char *compare_link(const struct replay *r, uint32_t frame)
{
  const struct frame *record = &r->frames.records[frame];
  if (record->index != TABLE_ENTRIES)
    return "a table that went is in no slot";
  if (record->parent != r->database.before[frame])
    return "a table that went names the one that went before it";
  return NULL;
}

/* The tables that a flush names, as far as they are retired. Links that the caller has garbled may lead in a round. */
static const char *compare_chain(const struct replay *r, const struct model_flush *flush)
{
  const struct model_memory *m = &r->database;
  uint32_t frame = flush->table;
  const char *broken = NULL;
  for (uint32_t i = 0; i < m->nframes && !broken && frame < m->nframes && m->retired[frame]; i++) {
    broken = compare_link(r, frame);
    frame = m->before[frame];
  }
  return broken;
}

/* The range is as the model says; and as it should be written, unless the caller has written it himself. */
static const char *compare_range(const struct replay *r, const struct flush *flush,
                                 const struct model_flush *expected, bool garbled)
{
  if (flush->pages != expected->pages)
    return "as many pages are to be flushed as the model says";
  if (expected->pages > 0 && model_page(&r->spaces, flush->address) != expected->first)
    return "the first page to be flushed is the one that the model says";
  if (!garbled && flush->address != model_page_address(&r->spaces, expected->first))
    return "the address to be flushed is that of a page";
  return flush->level == expected->level
             ? NULL
             : "the smallest page to be flushed has the size that the model says";
}

static const char *compare_flush(const struct replay *r, uint32_t space, bool garbled)
{
  const struct flush *flush = &r->flushes[space];
  const struct model_flush *expected = &r->spaces.flushes[space];
  const char *broken = compare_range(r, flush, expected, garbled);
  if (!broken && flush->tables != expected->tables)
    return "a flush says whether tables went";
  if (!broken && flush->table != expected->table)
    return "a flush names the table that went last";
  return broken || !expected->tables ? broken : compare_chain(r, expected);
}

const char *replay_compare_retired(struct replay *r)
{
  const char *broken = NULL;
  for (uint32_t f = 0; !broken && f < r->database.nframes; f++) {
    if (!r->database.retired[f])
      continue;
    broken = compare_link(r, f);
    if (!broken && contents(r, f) != r->contents[f])
      broken = "nobody writes to a table that went before it is flushed";
  }
  for (uint32_t space = 0; !broken && space < MODEL_SPACES; space++)
    broken = compare_flush(r, space, false);
  return broken;
}

/* --- Owing --- */

/* Writes what the model says is to be flushed. */
static void write_flush(struct replay *r, uint32_t space)
{
  const struct model_flush *m = &r->spaces.flushes[space];
  struct flush *flush = &r->flushes[space];
  flush->address = model_page_address(&r->spaces, m->first);
  flush->pages = m->pages;
  flush->level = m->level;
  flush->tables = m->tables;
  flush->table = m->table;
}

/* The caller has written numbers of its own into a flush; those that name tables only where none went, for these could
 * not be found again. */
static void garble(struct replay *r, const struct op *op, uint32_t space)
{
  struct flush *flush = &r->flushes[space];
  struct model_flush *m = &r->spaces.flushes[space];
  flush->address = replay_raw(PAGETABLE_UPPER, op->b, op->c, 64);
  flush->pages = replay_raw(PAGETABLE_PAGES, op->c / 4, op->b / 4, 64);
  flush->level = (uint32_t)replay_raw(PAGE_LEVELS, op->b / 16, op->c / 8, 32);
  if (!m->tables) {
    flush->tables = op->b / 16 % 2 == 1;
    flush->table = (uint32_t)replay_raw(r->database.nframes, op->b / 32, op->c / 16, 32);
  }
  m->first = model_page(&r->spaces, flush->address);
  m->pages = flush->pages;
  m->level = flush->level;
  m->tables = flush->tables;
  m->table = flush->table;
}

struct owing replay_owing(struct replay *r, const struct op *op, uint32_t space)
{
  struct owing owing = {.space = space, .garbled = ops_extra(op) % 8 == 5};
  owing.honest = r->spaces.flushes[space];
  if (owing.garbled)
    garble(r, op, space);
  owing.before = r->flushes[space];
  owing.ntables = r->spaces.ntables;
  return owing;
}

/* The tables that this call has taken away: what the processor still finds in them, as long as it remembers them, is
 * nothing, or just the pages that were there before they were merged. */
static void check_new_retired(struct replay *r, const struct owing *owing)
{
  const struct model_memory *m = &r->database;
  uint32_t frame = r->spaces.flushes[owing->space].table;
  for (uint32_t n = r->spaces.ntables; n < owing->ntables; n++) {
    uint64_t now = contents(r, frame);
    uint32_t level = m->owner[frame] - OWNER_TABLE1 + 1u;
    bool harmless = owing->merged ? now == owing->contents : is_empty(r, frame, level);
    replay_expect(r, harmless, "a table that went leads nowhere else");
    r->contents[frame] = now;
    frame = m->before[frame];
  }
}

void replay_merging(struct replay *r, struct owing *owing, uint32_t table)
{
  owing->merged = true;
  owing->contents = contents(r, table);
}

void replay_owed(struct replay *r, const struct owing *owing, bool owes, uint64_t address,
                 uint32_t level, uint32_t pieces)
{
  uint64_t pages = owes ? model_page_bytes(level) / PAGE_SIZE : 0;
  replay_owed_range(r, owing, owes, model_page(&r->spaces, address), pages, pieces);
}

void replay_owed_range(struct replay *r, const struct owing *owing, bool owes, uint64_t first,
                       uint64_t pages, uint32_t pieces)
{
  struct model_flush *m = &r->spaces.flushes[owing->space];
  if (r->broken)
    return;
  replay_expect(r, owes || same_flush(&r->flushes[owing->space], &owing->before),
                "a call that owes nothing leaves the flush as it is");
  const char *broken = compare_flush(r, owing->space, owing->garbled);
  replay_expect(r, broken == NULL, broken);
  if (owes && !r->broken)
    check_new_retired(r, owing);
  if (!owing->garbled)
    return;
  /* The caller knows better again, and has lost nothing. */
  struct model_flush honest = owing->honest;
  bool went = r->spaces.ntables < owing->ntables;
  if (owes)
    model_owe_range(&r->spaces, &honest, first, pages, pieces);
  honest.tables = honest.tables || went;
  honest.table = went ? m->table : honest.table;
  *m = honest;
  write_flush(r, owing->space);
}

/* --- Flushed --- */

void replay_flush(struct replay *r, uint32_t space)
{
  uint64_t before = buddy_free_frames(&r->frames.buddy);
  const char *broken = replay_compare_retired(r);
  replay_expect(r, broken == NULL, broken);
  pagetable_flushed(&r->tables[space], &r->flushes[space]);
  model_flushed(&r->spaces, space);
  for (uint32_t f = 0; f < r->database.nframes; f++)
    replay_expect(r, r->records[f].owner == r->database.owner[f],
                  "a frame has the owner that the model says");
  broken = compare_flush(r, space, false);
  replay_expect(r, broken == NULL, broken);
  replay_out(r, 0, buddy_free_frames(&r->frames.buddy) - before);
}

/* A flush may say that no tables went, or name any frame: then what it named before is still to be given back, unless
 * the frame led to it. */
void replay_flushed_op(struct replay *r, const struct op *op)
{
  uint32_t space = replay_space(r, op->a);
  uint32_t garbled = ops_extra(op) % 4;
  if (space == MODEL_SPACES)
    return;
  struct model_flush *m = &r->spaces.flushes[space];
  struct model_flush honest = *m;
  if (garbled >= 2)
    m->tables = garbled == 3;
  if (garbled == 3)
    m->table = replay_frame(&r->database, op, op->b, op->c);
  if (garbled >= 2)
    write_flush(r, space);
  replay_args(r, space, m->tables, m->table, 0);
  replay_flush(r, space);
  uint32_t last = honest.table;
  if (honest.tables && r->database.retired[last] && r->database.held[last] > 0) {
    m->tables = true;
    m->table = last;
    write_flush(r, space);
  }
}

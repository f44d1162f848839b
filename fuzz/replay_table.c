/* The operations of pagetable. */
#include "replay_ops.h"

/* The highest bit of an address that is translated; those above it are equal to it in one that is canonical. */
#define HIGHEST_BIT ((uint64_t)1 << (11 + 9 * PAGETABLE_LEVELS))

/* Which entry of its table a page of a number is under. A hexadecimal digit of the number chooses it, the first one
 * that of the root, the last ones those of the lowest levels. With three levels the second digit is left over;
 * with five the first one chooses also for the level below the root, from the entries beside the ends of the halves. */
static uint64_t index_of(uint32_t number, uint32_t level)
{
  static const uint16_t indices[16] = {0,   1,   2,   3,   4,   7,   8,   63,
                                       255, 256, 257, 384, 508, 509, 510, 511};
  static const uint16_t ends[4] = {0, 255, 256, 511};
  uint32_t first = number >> 12 & 15;
  if (PAGETABLE_LEVELS == 5 && level >= 4)
    return ends[level == 5 ? first / 4 : first % 4];
  return indices[level == PAGETABLE_LEVELS ? first : number >> (4 * (level - 1)) & 15];
}

uint64_t replay_address(uint32_t number)
{
  uint64_t address = 0;
  for (uint32_t level = PAGETABLE_LEVELS; level >= 1; level--)
    address = address * TABLE_ENTRIES + index_of(number, level);
  address *= PAGE_SIZE;
  return address & HIGHEST_BIT ? address | (0 - HIGHEST_BIT) : address;
}

uint64_t replay_not_canonical(uint64_t address)
{
  return address ^ HIGHEST_BIT;
}

uint32_t replay_space(const struct replay *r, uint32_t number)
{
  for (uint32_t i = 0; i < MODEL_SPACES; i++)
    if (r->spaces.alive[(number + i) % MODEL_SPACES])
      return (number + i) % MODEL_SPACES;
  return MODEL_SPACES;
}

/* The page that an operation is about. */
struct page {
  uint64_t address;
  uint32_t space;
  uint32_t level;
};

static bool resizes(enum op_kind kind)
{
  return kind == OP_TABLE_SPLIT || kind == OP_TABLE_MERGE;
}

/* A mapped page, when there is one. To split: a large one, if there is, unless the rest's pick is raw. */
static const struct model_mapping *some_mapping(const struct model_spaces *s, const struct op *op)
{
  const struct model_mapping *mapping = &s->mappings[op->a % s->nmappings];
  bool large = op->kind == OP_TABLE_SPLIT && ops_pick_rest(op) != PICK_RAW;
  for (uint32_t i = 0; large && mapping->level == 1 && i < s->nmappings; i++)
    mapping = &s->mappings[(op->a + i) % s->nmappings];
  return mapping;
}

/* Which page, by the pick. Live: a mapped page, of whatever size. Near: the one of that size after it. Any: one
 * of 4 KiB by number. Raw: not canonical or not a page. */
static struct page some_page(struct replay *r, const struct op *op, enum pick pick)
{
  const struct model_spaces *s = &r->spaces;
  struct page page = {replay_address(op->a), replay_space(r, op->c), 1};
  if (pick == PICK_RAW)
    page.address = op->b % 2 == 0 ? replay_not_canonical(page.address)
                                  : page.address + 1 + op->b % (PAGE_SIZE - 1);
  if (pick >= PICK_ANY || s->nmappings == 0)
    return page;
  const struct model_mapping *mapping = some_mapping(s, op);
  uint64_t bytes = model_page_bytes(mapping->level);
  page.address = pick == PICK_LIVE ? mapping->address : mapping->address + bytes;
  page.space = mapping->space;
  page.level = mapping->level;
  return page;
}

/* The level that fits what an operation does, for a page of this level. */
static uint32_t fitting_level(enum op_kind kind, uint32_t level)
{
  if (kind == OP_TABLE_MAP)
    return 1;
  if (kind == OP_TABLE_SPLIT && level == 1)
    return 2;
  return kind == OP_TABLE_MERGE && level < PAGE_LEVELS ? level + 1 : level;
}

/* The page that an operation asks the core for. Its level, by bits 12 and 13 of c: the one that fits; 2; 3; none that
 * there is, or none to split. Where it begins fits the level, unless the pick is raw. */
static struct page asked_page(struct replay *r, const struct op *op, enum pick pick)
{
  static const uint32_t bad[4] = {0, 4, 5, UINT32_MAX};
  struct page page = some_page(r, op, pick);
  uint32_t choice = op->c >> 12 & 3;
  if (choice == 3)
    page.level = resizes(op->kind) && op->b % 8 == 4 ? 1 : bad[op->b % 4];
  else
    page.level = choice > 0 ? choice + 1 : fitting_level(op->kind, page.level);
  if (choice == 1 || choice == 2 || (choice == 0 && resizes(op->kind))) {
    /* Raw: every other time a page of 4 KiB, but not of that level. */
    if (pick == PICK_RAW && op->b % 4 == 3)
      page.address = replay_address(op->a);
    else if (pick != PICK_RAW)
      page.address -= page.address % model_page_bytes(page.level);
  }
  return page;
}

/* --- Comparing --- */

/* What the core found for an address, against the mapping that the model has there. */
static const char *compare_translation(const struct translation *found, uint64_t address,
                                       const struct model_mapping *mapping)
{
  if (found->frame != mapping->frame + (address - mapping->address) / PAGE_SIZE)
    return "a page translates to the frame that the model says";
  if (found->level != mapping->level)
    return "a page has the size that the model says";
  if (found->permissions != mapping->permissions)
    return "a page has the permissions that the model says";
  if (found->accessed != mapping->accessed || found->dirty != mapping->dirty)
    return "no accessed or dirty bit is lost or made up";
  return NULL;
}

const char *replay_compare_table(struct replay *r, const struct model_table *table)
{
  const struct frame *record = &r->frames.records[table->frame];
  return record->live == model_live(&r->spaces, table)
             ? NULL
             : "a table counts the entries in use that the model says";
}

/* What the processor finds for an address, against the same. */
static const char *compare_way_end(const struct way *way, uint64_t address,
                                   const struct model_mapping *mapping)
{
  if (way->last.kind != WALK_PAGE ||
      way->frame != mapping->frame + (address - mapping->address) / PAGE_SIZE)
    return "the processor finds a mapped page where the model says";
  if (!replay_may(way, 0))
    return "the kernel may read every page that is mapped";
  if (way->last.caching != (mapping->permissions & (PAGE_UNCACHED | PAGE_WRITE_COMBINING)))
    return "the processor caches the page as was asked";
  if (way->global != ((mapping->permissions & PAGE_GLOBAL) != 0))
    return "the processor keeps a translation from one space to the next as was asked";
  return NULL;
}

/* One address of a mapping, through the core and as the processor sees it. */
static const char *compare_address(struct replay *r, const struct model_mapping *mapping,
                                   uint64_t address)
{
  struct translation found = {UNTOUCHED, UNTOUCHED, UNTOUCHED, false, false};
  struct way way = replay_walk(r, mapping->space, address);
  const char *broken = compare_way_end(&way, address, mapping);
  if (broken)
    return broken;
  if (pagetable_query(&r->tables[mapping->space], address, &found) != STATUS_OK)
    return "a mapped page is found";
  return compare_translation(&found, address, mapping);
}

/* A mapping: its first page of 4 KiB, and in a larger one every power of two from there and from its end. */
const char *replay_compare_mapping(struct replay *r, const struct model_mapping *mapping)
{
  uint64_t last = mapping->address + (model_page_bytes(mapping->level) - PAGE_SIZE);
  const char *broken = compare_address(r, mapping, mapping->address);
  for (uint64_t step = PAGE_SIZE; !broken && step < model_page_bytes(mapping->level); step *= 2) {
    broken = compare_address(r, mapping, mapping->address + step);
    if (!broken)
      broken = compare_address(r, mapping, last - step + PAGE_SIZE);
  }
  return broken;
}

const char *replay_check_tables(struct replay *r)
{
  const char *broken = NULL;
  for (uint32_t i = 0; !broken && i < MODEL_SPACES; i++)
    if (r->spaces.alive[i])
      broken = pagetable_check(&r->tables[i]);
  return broken;
}

const char *replay_compare_tables(struct replay *r)
{
  const struct model_spaces *s = &r->spaces;
  const char *broken = NULL;
  for (uint32_t i = 0; !broken && i < s->ntables; i++)
    broken = replay_compare_table(r, &s->tables[i]);
  for (uint32_t i = 0; !broken && i < s->nmappings; i++)
    broken = replay_compare_mapping(r, &s->mappings[i]);
  return broken ? broken : replay_compare_retired(r);
}

/* After an operation on a page: the tables on its way. */
static const char *compare_way(struct replay *r, const struct way *way, uint32_t space,
                               uint64_t address)
{
  for (uint32_t level = PAGETABLE_LEVELS; level >= 1; level--) {
    const struct model_table *table = model_table(&r->spaces, space, level, address);
    uint32_t place = PAGETABLE_LEVELS - level;
    if ((table != NULL) != (place < way->levels))
      return "a table is there exactly if the model says so";
    if (table && table->frame != way->tables[place])
      return "a table stays in its frame";
    const char *broken = table ? replay_compare_table(r, table) : NULL;
    if (broken)
      return broken;
  }
  return NULL;
}

void replay_check_way(struct replay *r, uint32_t space, uint64_t address)
{
  if (r->broken || !model_canonical(&r->spaces, address))
    return;
  const struct way way = replay_walk(r, space, address);
  replay_expect(r, way.last.kind != WALK_REFUSED, "the core makes no entry that is reserved");
  const char *broken = compare_way(r, &way, space, address);
  replay_expect(r, broken == NULL, broken);
  const struct model_mapping *mapping = model_mapping(&r->spaces, space, address);
  broken = mapping ? replay_compare_mapping(r, mapping) : NULL;
  replay_expect(r, broken == NULL, broken);
  replay_expect(r, mapping || way.last.kind == WALK_ABSENT,
                "the processor finds nothing where no page is mapped");
}

/* --- The operations --- */

/* The core made frame a table; it is soiled again before the next run. */
static void add_table(struct replay *r, uint32_t space, uint32_t level, uint64_t address,
                      frame_t frame)
{
  const char *broken = model_add_table(&r->spaces, space, level, address, frame);
  replay_expect(r, broken == NULL, broken);
  if (r->broken || r->is_written[frame])
    return;
  r->is_written[frame] = true;
  r->written[r->nwritten++] = (uint16_t)frame;
}

static void create_op(struct replay *r, const struct op *op)
{
  uint32_t space = op->a % MODEL_SPACES;
  if (r->spaces.alive[space] || r->spaces.ntables == MODEL_TABLES)
    return;
  replay_args(r, space, 0, 0, 0);
  enum status expected = r->database.free_frames > 0 ? STATUS_OK : STATUS_OUT_OF_MEMORY;
  enum status status = pagetable_create(&r->tables[space], &r->frames, r->direct);
  if (!replay_agree(r, status, expected))
    return;
  r->spaces.alive[space] = true;
  add_table(r, space, PAGETABLE_LEVELS, 0, r->tables[space].root);
  replay_out(r, 0, r->tables[space].root);
}

static void allow_op(struct replay *r, const struct op *op)
{
  uint32_t space = replay_space(r, op->a);
  bool allow = op->b % 2 == 1;
  if (space == MODEL_SPACES)
    return;
  replay_args(r, space, allow, 0, 0);
  pagetable_allow_write_execute(&r->tables[space], allow);
  r->spaces.write_execute[space] = allow;
}

void replay_add_tables(struct replay *r, uint32_t space, uint64_t address, uint32_t size)
{
  struct way way = replay_walk(r, space, address);
  replay_expect(r, way.last.kind == WALK_PAGE && way.levels == PAGETABLE_LEVELS + 1 - size,
                "the processor finds a page just mapped");
  for (uint32_t level = PAGETABLE_LEVELS - 1; level >= size && !r->broken; level--)
    if (!model_table(&r->spaces, space, level, address))
      add_table(r, space, level, address, way.tables[PAGETABLE_LEVELS - level]);
}

/* Which frame, by the rest's pick; unless that is raw it fits the level, if there is such a one. */
static uint32_t frame_to_map(const struct replay *r, const struct op *op, uint32_t level)
{
  const struct model_memory *m = &r->database;
  uint32_t frame;
  if (ops_pick_rest(op) == PICK_RAW)
    return (uint32_t)replay_raw(m->nframes, op->b, op->c / 4, 32);
  if (ops_pick_rest(op) == PICK_ANY || m->nblocks == 0) {
    frame = op->b % m->nframes;
  } else {
    uint32_t head = m->blocks[op->b % m->nblocks];
    uint32_t inside = (op->c / 4) % ((uint32_t)1 << m->order[head]);
    frame = ops_pick_rest(op) == PICK_LIVE ? head : head + inside;
  }
  return level == 2 ? frame - frame % 512 : level == 3 ? frame - frame % 262144 : frame;
}

/* From four bits: writable, executable, for users, global; and from the first two with the last, for no
 * page may be all of that, one of the two ways to do without a cache. */
uint32_t replay_permissions(uint32_t bits)
{
  uint32_t user = bits & 4 ? PAGE_USER : 0;
  if ((bits & 11) == 11)
    return PAGE_WRITE | user | (user ? PAGE_UNCACHED : PAGE_WRITE_COMBINING);
  return (bits & 1 ? PAGE_WRITE : 0) | (bits & 2 ? PAGE_EXECUTE : 0) | user |
         (bits & 8 ? PAGE_GLOBAL : 0);
}

uint64_t replay_fingerprint(const struct replay *r)
{
  const uint64_t prime = 0x100000001B3u;
  uint64_t nwords = buddy_words(r->database.nframes);
  uint64_t sum = r->frames.buddy.free_frames ^ r->frames.buddy.orders;
  for (uint32_t f = 0; f < r->database.nframes; f++) {
    const struct frame *record = &r->records[f];
    sum = (sum ^ record->references ^ (uint64_t)record->parent << 32) * prime;
    sum = (sum ^ record->live ^ (uint64_t)record->index << 16 ^ (uint64_t)record->owner << 32 ^
           (uint64_t)record->order << 40 ^ (uint64_t)record->flags << 48) *
          prime;
  }
  for (uint64_t w = 0; w < nwords; w++)
    sum = (sum ^ r->frames_words[w]) * prime;
  for (uint32_t order = 0; order < BUDDY_ORDERS; order++)
    sum =
        (sum ^ r->frames.buddy.hint[order] ^ (uint64_t)r->frames.buddy.count[order] << 32) * prime;
  return sum;
}

void replay_expect_untouched(struct replay *r, uint64_t before)
{
  replay_expect(r, r->step.expected == STATUS_OK || replay_fingerprint(r) == before,
                "a call that is refused leaves records and buddy as they are");
}

/* Live here means a page that is mapped already, so it is the rare case. */
static void map_op(struct replay *r, const struct op *op)
{
  static const enum pick picks[4] = {PICK_ANY, PICK_NEAR, PICK_LIVE, PICK_RAW};
  struct page page = asked_page(r, op, picks[ops_pick(op)]);
  uint32_t frame = frame_to_map(r, op, page.level);
  uint32_t permissions = replay_permissions(ops_extra(op)) + (op->c & 0x4000 ? PAGE_UNOWNED : 0);
  if (op->c & 0x8000)
    permissions = op->c / 4 % 256;
  if (page.space == MODEL_SPACES || r->spaces.nmappings == MODEL_MAPPINGS ||
      r->spaces.ntables + PAGETABLE_LEVELS > MODEL_TABLES)
    return;
  replay_args(r, page.space, page.address, frame, permissions);
  r->step.level = page.level;
  enum status expected =
      model_map_status(&r->spaces, page.space, page.address, frame, page.level, permissions);
  uint64_t before = expected == STATUS_OK ? 0 : replay_fingerprint(r);
  enum status status =
      pagetable_map(&r->tables[page.space], page.address, frame, page.level, permissions);
  if (replay_agree(r, status, expected)) {
    replay_out(r, 0, model_missing_tables(&r->spaces, page.space, page.address, page.level));
    replay_add_tables(r, page.space, page.address, page.level);
    if (!r->broken)
      model_map(&r->spaces, page.space, page.address, frame, page.level, permissions);
  } else {
    replay_expect_untouched(r, before);
  }
  replay_check_way(r, page.space, page.address);
}

/* --- Splitting and merging --- */

void replay_check_references(struct replay *r, const struct model_mapping *mapping)
{
  if (mapping->permissions & PAGE_UNOWNED)
    return;
  uint32_t head = r->database.head[mapping->frame];
  replay_expect(r, r->records[head].references == r->database.references[head],
                "a block has the references that the model says");
}

/* The core has split this page: its table, and each of the 512 pages. */
static void follow_split(struct replay *r, struct page page)
{
  replay_add_tables(r, page.space, page.address, page.level - 1);
  if (r->broken)
    return;
  replay_out(r, 0, model_table(&r->spaces, page.space, page.level - 1, page.address)->frame);
  struct model_mapping *first = model_mapping(&r->spaces, page.space, page.address);
  model_split(&r->spaces, first);
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    const char *broken = replay_compare_mapping(r, &first[i]);
    replay_expect(r, broken == NULL, broken);
  }
  replay_check_references(r, first);
}

/* Others drop references that the pages there hold, until so many are left (1 .. 511) to the block of the first one.
 * Returns how many. */
static uint32_t drop_references(struct replay *r, struct page page, uint32_t left)
{
  const struct model_mapping *first = model_mapping(&r->spaces, page.space, page.address);
  if (!first || (first->permissions & PAGE_UNOWNED))
    return 0;
  uint32_t *references = &r->database.references[r->database.head[first->frame]];
  if (*references <= left || *references > 2 * MODEL_MAPPINGS)
    return 0;
  uint32_t dropped = *references - left;
  for (uint32_t i = 0; i < dropped; i++)
    replay_expect(r, frame_put(&r->frames, first->frame) == STATUS_OK,
                  "a reference that is held can be dropped");
  *references = left;
  return dropped;
}

/* They take them again: nothing is mapped for long without its reference. */
static void take_references(struct replay *r, struct page page, uint32_t dropped)
{
  const struct model_mapping *first = model_mapping(&r->spaces, page.space, page.address);
  for (uint32_t i = 0; i < dropped && !r->broken; i++)
    replay_expect(r, frame_get(&r->frames, first->frame) == STATUS_OK,
                  "a reference that was dropped can be taken again");
  if (dropped > 0)
    r->database.references[r->database.head[first->frame]] += dropped;
}

/* The core has merged this page: its table retires. */
static void follow_merge(struct replay *r, struct page page)
{
  uint32_t table = model_table(&r->spaces, page.space, page.level - 1, page.address)->frame;
  model_merge(&r->spaces, page.space, page.address, page.level);
  replay_expect(r, r->records[table].owner == r->database.owner[table],
                "a frame has the owner that the model says");
  replay_check_references(r, model_mapping(&r->spaces, page.space, page.address));
  replay_out(r, 0, table);
}

/* Whether the model has room for the pages and the table that a split may make. */
static bool has_room(const struct model_spaces *s)
{
  return s->ntables < MODEL_TABLES && s->nmappings + TABLE_ENTRIES - 1 <= MODEL_MAPPINGS;
}

static void split_op(struct replay *r, const struct op *op)
{
  struct page page = asked_page(r, op, ops_pick(op));
  if (page.space == MODEL_SPACES || !has_room(&r->spaces))
    return;
  replay_args(r, page.space, page.address, 0, 0);
  r->step.level = page.level;
  enum status expected = model_split_status(&r->spaces, page.space, page.address, page.level);
  uint64_t before = expected == STATUS_OK ? 0 : replay_fingerprint(r);
  enum status status = pagetable_split(&r->tables[page.space], page.address, page.level);
  if (replay_agree(r, status, expected))
    follow_split(r, page);
  else
    replay_expect_untouched(r, before);
  replay_check_way(r, page.space, page.address);
}

static void merge_op(struct replay *r, const struct op *op)
{
  struct page page = asked_page(r, op, ops_pick(op));
  if (page.space == MODEL_SPACES)
    return;
  bool drops = ops_extra(op) % 8 == 7;
  uint32_t dropped = drops ? drop_references(r, page, 1 + op->b % (TABLE_ENTRIES - 1)) : 0;
  replay_args(r, page.space, page.address, dropped, 0);
  r->step.level = page.level;
  enum status expected = model_merge_status(&r->spaces, page.space, page.address, page.level);
  struct owing owing = replay_owing(r, op, page.space);
  if (expected == STATUS_OK)
    replay_merging(r, &owing,
                   model_table(&r->spaces, page.space, page.level - 1, page.address)->frame);
  uint64_t before = expected == STATUS_OK ? 0 : replay_fingerprint(r);
  enum status status =
      pagetable_merge(&r->tables[page.space], page.address, page.level, &r->flushes[page.space]);
  bool done = replay_agree(r, status, expected);
  if (done)
    follow_merge(r, page);
  else
    replay_expect_untouched(r, before);
  replay_owed(r, &owing, done, page.address, page.level, page.level - 1);
  take_references(r, page, dropped);
  replay_check_way(r, page.space, page.address);
}

static void out_translation(struct replay *r, const struct translation *found)
{
  replay_out(r, 0, found->frame);
  replay_out(r, 1, found->permissions);
  replay_out(r, 2, (uint64_t)found->accessed + 2 * (uint64_t)found->dirty);
}

static bool untouched(const struct translation *found)
{
  return found->frame == UNTOUCHED && found->permissions == UNTOUCHED &&
         found->level == UNTOUCHED && !found->accessed && !found->dirty;
}

/* What a call said about an address, against the mapping that the model had. */
static void expect_translation(struct replay *r, const struct translation *found, bool done,
                               uint64_t address, const struct model_mapping *mapping)
{
  if (!done || !mapping) {
    replay_expect(r, untouched(found), "a call that fails leaves its outputs as they are");
    return;
  }
  const char *broken = compare_translation(found, address, mapping);
  replay_expect(r, broken == NULL, broken);
  out_translation(r, found);
}

static void unmap_op(struct replay *r, const struct op *op)
{
  struct page page = asked_page(r, op, ops_pick(op));
  struct translation found = {UNTOUCHED, UNTOUCHED, UNTOUCHED, false, false};
  if (page.space == MODEL_SPACES)
    return;
  replay_args(r, page.space, page.address, 0, 0);
  r->step.level = page.level;
  enum status expected = model_unmap_status(&r->spaces, page.space, page.address, page.level);
  struct owing owing = replay_owing(r, op, page.space);
  enum status status = pagetable_unmap(&r->tables[page.space], page.address, page.level, &found,
                                       &r->flushes[page.space]);
  bool done = replay_agree(r, status, expected);
  struct model_mapping *mapping = model_mapping(&r->spaces, page.space, page.address);
  expect_translation(r, &found, done, page.address, mapping);
  if (done)
    model_unmap(&r->spaces, mapping);
  replay_owed(r, &owing, done, page.address, page.level, page.level);
  replay_check_way(r, page.space, page.address);
}

static void protect_op(struct replay *r, const struct op *op)
{
  struct page page = asked_page(r, op, ops_pick(op));
  struct translation found = {UNTOUCHED, UNTOUCHED, UNTOUCHED, false, false};
  uint32_t permissions = op->b % 128;
  if (page.space == MODEL_SPACES)
    return;
  struct model_mapping *mapping = model_mapping(&r->spaces, page.space, page.address);
  if (ops_pick_rest(op) < PICK_ANY && mapping)
    permissions = replay_permissions(op->b % 16) + (mapping->permissions & PAGE_UNOWNED);
  if (ops_pick_rest(op) == PICK_RAW)
    permissions = op->b;
  replay_args(r, page.space, page.address, permissions, 0);
  r->step.level = page.level;
  enum status expected =
      model_protect_status(&r->spaces, page.space, page.address, page.level, permissions);
  struct owing owing = replay_owing(r, op, page.space);
  enum status status = pagetable_protect(&r->tables[page.space], page.address, page.level,
                                         permissions, &found, &r->flushes[page.space]);
  bool done = replay_agree(r, status, expected);
  expect_translation(r, &found, done, page.address, mapping);
  if (done)
    model_protect(&r->spaces, mapping, permissions);
  replay_owed(r, &owing, done, page.address, page.level, page.level);
  replay_check_way(r, page.space, page.address);
}

static void clear_op(struct replay *r, const struct op *op)
{
  struct page page = asked_page(r, op, ops_pick(op));
  struct translation found = {UNTOUCHED, UNTOUCHED, UNTOUCHED, false, false};
  if (page.space == MODEL_SPACES)
    return;
  replay_args(r, page.space, page.address, 0, 0);
  r->step.level = page.level;
  enum status expected = model_clear_status(&r->spaces, page.space, page.address, page.level);
  struct owing owing = replay_owing(r, op, page.space);
  enum status status = pagetable_test_and_clear(&r->tables[page.space], page.address, page.level,
                                                &found, &r->flushes[page.space]);
  bool done = replay_agree(r, status, expected);
  struct model_mapping *mapping = model_mapping(&r->spaces, page.space, page.address);
  expect_translation(r, &found, done, page.address, mapping);
  bool owes = done && (mapping->accessed || mapping->dirty);
  if (done)
    model_clear(&r->spaces, mapping);
  replay_owed(r, &owing, owes, page.address, page.level, page.level);
  replay_check_way(r, page.space, page.address);
}

/* An address: in a larger page that is mapped, one that the rest of c chooses. */
static struct page some_address(struct replay *r, const struct op *op)
{
  struct page page = some_page(r, op, ops_pick(op));
  uint64_t pages = model_page_bytes(page.level) / PAGE_SIZE;
  page.address += (uint64_t)(op->c / 4) * 17 % pages * PAGE_SIZE + op->b % PAGE_SIZE;
  return page;
}

static void query_op(struct replay *r, const struct op *op)
{
  struct page page = some_address(r, op);
  struct translation found = {UNTOUCHED, UNTOUCHED, UNTOUCHED, false, false};
  if (page.space == MODEL_SPACES)
    return;
  replay_args(r, page.space, page.address, 0, 0);
  enum status expected = model_query_status(&r->spaces, page.space, page.address);
  enum status status = pagetable_query(&r->tables[page.space], page.address, &found);
  bool done = replay_agree(r, status, expected);
  if (done)
    r->step.level = found.level;
  expect_translation(r, &found, done, page.address,
                     model_mapping(&r->spaces, page.space, page.address));
}

/* Whether the permissions of a page promise an access. A processor may bar the kernel from what users execute. */
static bool promised(const struct model_mapping *mapping, uint32_t access)
{
  uint32_t has = mapping->permissions;
  bool bars = !walk_kernel_executes_user_pages && (has & PAGE_USER) && !(access & WALK_USER);
  return !((access & WALK_WRITE) && !(has & PAGE_WRITE)) &&
         !((access & WALK_EXECUTE) && (bars || !(has & PAGE_EXECUTE))) &&
         !((access & WALK_USER) && !(has & PAGE_USER));
}

/* The processor reads, writes or executes. The upper bit of the operation's extra: it still remembers the page as
 * accessed, where it may. */
static void touch_op(struct replay *r, const struct op *op)
{
  struct page page = some_address(r, op);
  uint64_t address = page.address;
  uint32_t access = ops_extra(op) % 8;
  uint64_t frame = UNTOUCHED;
  if (page.space == MODEL_SPACES)
    return;
  struct model_mapping *mapping =
      model_canonical(&r->spaces, address) ? model_mapping(&r->spaces, page.space, address) : NULL;
  if (ops_extra(op) >= 8 && mapping && mapping->remembered)
    access |= WALK_REMEMBERED;
  replay_args(r, page.space, address, access, 0);
  bool allowed = replay_access(r, page.space, address, access, &frame);
  bool expected = mapping && promised(mapping, access);
  replay_expect(r, allowed == expected, "the processor may do what the permissions say");
  replay_out(r, 0, allowed);
  if (!allowed || !expected)
    return;
  replay_expect(r, frame == mapping->frame + (address - mapping->address) / PAGE_SIZE,
                "the processor reaches the frame that was mapped");
  replay_out(r, 1, frame);
  mapping->accessed = mapping->accessed || !(access & WALK_REMEMBERED);
  mapping->dirty = mapping->dirty || (access & WALK_WRITE);
}

static void destroy_op(struct replay *r, const struct op *op)
{
  uint32_t space = replay_space(r, op->a);
  if (space == MODEL_SPACES)
    return;
  replay_args(r, space, 0, 0, 0);
  replay_flush(r, space);
  pagetable_destroy(&r->tables[space]);
  model_destroy(&r->spaces, space);
}

void replay_table_op(struct replay *r, const struct op *op)
{
  replay_start_frames(r);
  if (r->broken)
    return;
  if (op->kind == OP_TABLE_CREATE)
    create_op(r, op);
  else if (op->kind == OP_TABLE_ALLOW)
    allow_op(r, op);
  else if (op->kind == OP_TABLE_MAP)
    map_op(r, op);
  else if (op->kind == OP_TABLE_UNMAP)
    unmap_op(r, op);
  else if (op->kind == OP_TABLE_PROTECT)
    protect_op(r, op);
  else if (op->kind == OP_TABLE_CLEAR)
    clear_op(r, op);
  else if (op->kind == OP_TABLE_SPLIT)
    split_op(r, op);
  else if (op->kind == OP_TABLE_MERGE)
    merge_op(r, op);
  else if (op->kind == OP_TABLE_QUERY)
    query_op(r, op);
  else if (op->kind == OP_TABLE_TOUCH)
    touch_op(r, op);
  else if (op->kind == OP_TABLE_FLUSHED)
    replay_flushed_op(r, op);
  else
    destroy_op(r, op);
  if (!r->broken)
    r->broken = replay_compare_counters(&r->frames.buddy, &r->database);
}

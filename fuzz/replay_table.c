/* The operations of pagetable, and a processor that walks the tables as the manual says. */
#include "replay_ops.h"

#include "pte.h"

/* An entry, from the processor's manual: not from pte.h, which is under test. */
#define ENTRY_PRESENT ((uint64_t)1 << 0)
#define ENTRY_WRITE ((uint64_t)1 << 1)
#define ENTRY_USER ((uint64_t)1 << 2)
#define ENTRY_WRITE_THROUGH ((uint64_t)1 << 3)
#define ENTRY_CACHE_DISABLE ((uint64_t)1 << 4)
#define ENTRY_ACCESSED ((uint64_t)1 << 5)
#define ENTRY_DIRTY ((uint64_t)1 << 6)
#define ENTRY_PAT ((uint64_t)1 << 7)
#define ENTRY_NO_EXECUTE ((uint64_t)1 << 63)
#define ENTRY_FRAME(entry) ((entry) >> 12 & 0xFFFFFFFFFF)

/* Entries of the page attribute table; entry 0 is write-back. */
#define ATTRIBUTE_UNCACHED 2u
#define ATTRIBUTE_COMBINING 1u

#define ACCESS_WRITE 1u
#define ACCESS_EXECUTE 2u
#define ACCESS_USER 4u

/* A way through the tables of an address space. */
struct way {
  uint64_t *entries[PAGETABLE_LEVELS]; /* of levels 4, 3, 2, 1 */
  frame_t tables[PAGETABLE_LEVELS];    /* the tables they stand in */
  uint32_t levels;                     /* how many of them there are */
  bool mapped;                         /* the last one is a present entry of level 1 */
};

/* Follows the present entries for an address. */
static struct way walk(struct replay *r, uint32_t space, uint64_t address)
{
  struct way way = {0};
  uint64_t table = r->tables[space].root;
  for (uint32_t level = PAGETABLE_LEVELS; level >= 1; level--) {
    if (table >= r->database.nframes) /* a way that is not mapped and has too few levels */
      return way;
    uint64_t index = (address >> (12 + 9 * (level - 1))) & 511;
    uint64_t *entry = &r->direct[(size_t)TABLE_ENTRIES * table + index];
    way.entries[way.levels] = entry;
    way.tables[way.levels] = (frame_t)table;
    way.levels++;
    if (!(*entry & ENTRY_PRESENT))
      return way;
    table = ENTRY_FRAME(*entry);
  }
  way.mapped = true;
  return way;
}

/* Which entry of the page attribute table tells how a page is cached. */
static uint32_t attribute_index(uint64_t entry)
{
  return (entry & ENTRY_WRITE_THROUGH ? 1u : 0u) + (entry & ENTRY_CACHE_DISABLE ? 2u : 0u) +
         (entry & ENTRY_PAT ? 4u : 0u);
}

/* One access of the processor: whether it is allowed. Sets accessed and dirty then; *frame and
 * *attribute are what it reaches and how. */
static bool access_memory(struct replay *r, uint32_t space, uint64_t address, uint32_t access,
                          uint64_t *frame, uint32_t *attribute)
{
  struct way way = walk(r, space, address);
  uint64_t all = UINT64_MAX;
  uint64_t any = 0;
  if (!way.mapped || !model_canonical(address))
    return false;
  for (uint32_t i = 0; i < way.levels; i++) {
    all &= *way.entries[i];
    any |= *way.entries[i];
  }
  if (((access & ACCESS_WRITE) && !(all & ENTRY_WRITE)) ||
      ((access & ACCESS_USER) && !(all & ENTRY_USER)) ||
      ((access & ACCESS_EXECUTE) && (any & ENTRY_NO_EXECUTE)))
    return false;
  for (uint32_t i = 0; i < way.levels; i++)
    *way.entries[i] |= ENTRY_ACCESSED;
  if (access & ACCESS_WRITE)
    *way.entries[way.levels - 1] |= ENTRY_DIRTY;
  *frame = ENTRY_FRAME(*way.entries[way.levels - 1]);
  *attribute = attribute_index(*way.entries[way.levels - 1]);
  return true;
}

/* Few pages that share tables in many ways: a hexadecimal digit chooses the entry of each level,
 * the first one that of the root. */
static uint64_t page_of(uint32_t number)
{
  static const uint16_t indices[16] = {0,   1,   2,   3,   4,   7,   8,   63,
                                       255, 256, 257, 384, 508, 509, 510, 511};
  uint64_t address = 0;
  for (uint32_t level = PAGETABLE_LEVELS; level >= 1; level--)
    address = address * TABLE_ENTRIES + indices[number >> (4 * (level - 1)) & 15];
  address *= PAGE_SIZE;
  return address >> 47 ? address | ~(uint64_t)0 << 47 : address;
}

/* The space that c names, or the next one alive; MODEL_SPACES if none is. */
static uint32_t living_space(const struct replay *r, uint32_t c)
{
  for (uint32_t i = 0; i < MODEL_SPACES; i++)
    if (r->spaces.alive[(c + i) % MODEL_SPACES])
      return (c + i) % MODEL_SPACES;
  return MODEL_SPACES;
}

/* An address in a space: which one, by the pick. Live: a mapped page, and its space. Near: the page after
 * it. Any: by number. Raw: not canonical or not a page. */
static uint64_t some_address(struct replay *r, const struct op *op, enum pick pick, uint32_t *space)
{
  const struct model_spaces *s = &r->spaces;
  uint64_t address = page_of(op->a);
  *space = living_space(r, op->c);
  if (pick == PICK_RAW)
    return op->b % 2 == 0 ? address ^ (uint64_t)1 << 47 : address + 1 + op->b % (PAGE_SIZE - 1);
  if (pick == PICK_ANY || s->nmappings == 0)
    return address;
  const struct model_mapping *mapping = &s->mappings[op->a % s->nmappings];
  *space = mapping->space;
  return pick == PICK_LIVE ? mapping->address : mapping->address + PAGE_SIZE;
}

/* --- Comparing --- */

static const char *compare_translation(const struct translation *found,
                                       const struct model_mapping *mapping)
{
  if (found->frame != mapping->frame)
    return "a page translates to the frame that the model says";
  if (found->permissions != mapping->permissions)
    return "a page has the permissions that the model says";
  if (found->accessed != mapping->accessed || found->dirty != mapping->dirty)
    return "no accessed or dirty bit is lost or made up";
  return NULL;
}

static const char *compare_table(struct replay *r, const struct model_table *table)
{
  const struct frame *record = &r->frames.records[table->frame];
  return record->live == model_live(&r->spaces, table)
             ? NULL
             : "a table counts the entries in use that the model says";
}

static const char *compare_mapping(struct replay *r, const struct model_mapping *mapping)
{
  struct translation found = {UNTOUCHED, UNTOUCHED, false, false};
  struct way way = walk(r, mapping->space, mapping->address);
  if (!way.mapped || ENTRY_FRAME(*way.entries[way.levels - 1]) != mapping->frame)
    return "the processor finds a mapped page where the model says";
  if (pagetable_query(&r->tables[mapping->space], mapping->address, &found) != STATUS_OK)
    return "a mapped page is found";
  return compare_translation(&found, mapping);
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
    broken = compare_table(r, &s->tables[i]);
  for (uint32_t i = 0; !broken && i < s->nmappings; i++)
    broken = compare_mapping(r, &s->mappings[i]);
  return broken;
}

/* After an operation on a page: the tables on its way. */
static const char *compare_way(struct replay *r, uint32_t space, uint64_t address)
{
  struct way way = walk(r, space, address);
  for (uint32_t level = PAGETABLE_LEVELS; level >= 1; level--) {
    const struct model_table *table = model_table(&r->spaces, space, level, address);
    uint32_t place = PAGETABLE_LEVELS - level;
    if ((table != NULL) != (place < way.levels))
      return "a table is there exactly if the model says so";
    if (table && table->frame != way.tables[place])
      return "a table stays in its frame";
    const char *broken = table ? compare_table(r, table) : NULL;
    if (broken)
      return broken;
  }
  return NULL;
}

/* Every entry on the way is what its format knows, at the level where it stands. */
static void check_encodings(struct replay *r, uint32_t space, uint64_t address)
{
  struct way way = walk(r, space, address);
  for (uint32_t i = 0; i < way.levels; i++) {
    uint32_t level = PAGETABLE_LEVELS - i;
    uint64_t entry = *way.entries[i];
    if (!(entry & ENTRY_PRESENT))
      return;
    replay_expect(r, !pte_reserved(entry, level), "the core makes no entry that is reserved");
    replay_expect(r, pte_points(entry, level) == (level > 1),
                  "entries above level 1 point at tables, and no others");
  }
}

static void check_way(struct replay *r, uint32_t space, uint64_t address)
{
  if (r->broken || !model_canonical(address))
    return;
  const char *broken = compare_way(r, space, address);
  replay_expect(r, broken == NULL, broken);
  if (!r->broken)
    check_encodings(r, space, address);
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

/* The frames that the core took for the tables on the way to a page just mapped. */
static void add_new_tables(struct replay *r, uint32_t space, uint64_t address)
{
  struct way way = walk(r, space, address);
  replay_expect(r, way.mapped, "the processor finds a page just mapped");
  for (uint32_t level = PAGETABLE_LEVELS - 1; level >= 1 && !r->broken; level--)
    if (!model_table(&r->spaces, space, level, address))
      add_table(r, space, level, address, way.tables[PAGETABLE_LEVELS - level]);
}

static uint32_t frame_to_map(const struct replay *r, const struct op *op)
{
  const struct model_memory *m = &r->database;
  if (ops_pick_rest(op) == PICK_RAW)
    return (uint32_t)replay_raw(m->nframes, op->b, op->c / 4, 32);
  if (ops_pick_rest(op) == PICK_ANY || m->nblocks == 0)
    return op->b % m->nframes;
  uint32_t head = m->blocks[op->b % m->nblocks];
  return ops_pick_rest(op) == PICK_LIVE ? head
                                        : head + (op->c / 4) % ((uint32_t)1 << m->order[head]);
}

/* From four bits: writable, executable, for users, global; and from the first two with the last, for no
 * page may be all of that, one of the two ways to do without a cache. */
static uint32_t some_permissions(uint32_t bits)
{
  uint32_t user = bits & 4 ? PAGE_USER : 0;
  if ((bits & 11) == 11)
    return PAGE_WRITE | user | (user ? PAGE_UNCACHED : PAGE_WRITE_COMBINING);
  return (bits & 1 ? PAGE_WRITE : 0) | (bits & 2 ? PAGE_EXECUTE : 0) | user |
         (bits & 8 ? PAGE_GLOBAL : 0);
}

/* Live here means a page that is mapped already, so it is the rare case. */
static void map_op(struct replay *r, const struct op *op)
{
  static const enum pick picks[4] = {PICK_ANY, PICK_NEAR, PICK_LIVE, PICK_RAW};
  uint32_t space = 0;
  uint64_t address = some_address(r, op, picks[ops_pick(op)], &space);
  uint32_t frame = frame_to_map(r, op);
  uint32_t permissions = some_permissions(ops_extra(op)) + (op->c & 0x4000 ? PAGE_UNOWNED : 0);
  if (op->c & 0x8000)
    permissions = op->c / 4 % 256;
  if (space == MODEL_SPACES || r->spaces.nmappings == MODEL_MAPPINGS ||
      r->spaces.ntables + PAGETABLE_LEVELS > MODEL_TABLES)
    return;
  replay_args(r, space, address, frame, permissions);
  enum status expected = model_map_status(&r->spaces, space, address, frame, permissions);
  enum status status = pagetable_map(&r->tables[space], address, frame, permissions);
  if (replay_agree(r, status, expected)) {
    replay_out(r, 0, model_missing_tables(&r->spaces, space, address));
    add_new_tables(r, space, address);
    if (!r->broken)
      model_map(&r->spaces, space, address, frame, permissions);
  }
  check_way(r, space, address);
}

static void out_translation(struct replay *r, const struct translation *found)
{
  replay_out(r, 0, found->frame);
  replay_out(r, 1, found->permissions);
  replay_out(r, 2, (uint64_t)found->accessed + 2 * (uint64_t)found->dirty);
}

static bool untouched(const struct translation *found)
{
  return found->frame == UNTOUCHED && found->permissions == UNTOUCHED && !found->accessed &&
         !found->dirty;
}

/* What a call said about a page, against the mapping that the model had. */
static void expect_translation(struct replay *r, const struct translation *found, bool done,
                               const struct model_mapping *mapping)
{
  if (!done || !mapping) {
    replay_expect(r, untouched(found), "a call that fails leaves its outputs as they are");
    return;
  }
  const char *broken = compare_translation(found, mapping);
  replay_expect(r, broken == NULL, broken);
  out_translation(r, found);
}

static void unmap_op(struct replay *r, const struct op *op)
{
  uint32_t space = 0;
  uint64_t address = some_address(r, op, ops_pick(op), &space);
  struct translation found = {UNTOUCHED, UNTOUCHED, false, false};
  if (space == MODEL_SPACES)
    return;
  replay_args(r, space, address, 0, 0);
  enum status expected = model_unmap_status(&r->spaces, space, address);
  enum status status = pagetable_unmap(&r->tables[space], address, &found);
  bool done = replay_agree(r, status, expected);
  struct model_mapping *mapping = model_mapping(&r->spaces, space, address);
  expect_translation(r, &found, done, mapping);
  if (done)
    model_unmap(&r->spaces, mapping);
  check_way(r, space, address);
}

static void protect_op(struct replay *r, const struct op *op)
{
  uint32_t space = 0;
  uint64_t address = some_address(r, op, ops_pick(op), &space);
  struct translation found = {UNTOUCHED, UNTOUCHED, false, false};
  uint32_t permissions = op->b % 128;
  if (space == MODEL_SPACES)
    return;
  struct model_mapping *mapping = model_mapping(&r->spaces, space, address);
  if (ops_pick_rest(op) < PICK_ANY && mapping)
    permissions = some_permissions(op->b % 16) + (mapping->permissions & PAGE_UNOWNED);
  if (ops_pick_rest(op) == PICK_RAW)
    permissions = op->b;
  replay_args(r, space, address, permissions, 0);
  enum status expected = model_protect_status(&r->spaces, space, address, permissions);
  enum status status = pagetable_protect(&r->tables[space], address, permissions, &found);
  bool done = replay_agree(r, status, expected);
  expect_translation(r, &found, done, mapping);
  if (done)
    mapping->permissions = permissions;
  check_way(r, space, address);
}

static void query_op(struct replay *r, const struct op *op)
{
  uint32_t space = 0;
  uint64_t address = some_address(r, op, ops_pick(op), &space) + op->b % PAGE_SIZE;
  struct translation found = {UNTOUCHED, UNTOUCHED, false, false};
  if (space == MODEL_SPACES)
    return;
  replay_args(r, space, address, 0, 0);
  enum status expected = model_query_status(&r->spaces, space, address);
  enum status status = pagetable_query(&r->tables[space], address, &found);
  bool done = replay_agree(r, status, expected);
  expect_translation(r, &found, done, model_mapping(&r->spaces, space, address));
}

/* The processor reads, writes or executes. */
static void touch_op(struct replay *r, const struct op *op)
{
  uint32_t space = 0;
  uint64_t address = some_address(r, op, ops_pick(op), &space) + op->b % PAGE_SIZE;
  uint32_t access = ops_extra(op) % 8;
  uint64_t frame = UNTOUCHED;
  uint32_t attribute = 0;
  if (space == MODEL_SPACES)
    return;
  replay_args(r, space, address, access, 0);
  bool allowed = access_memory(r, space, address, access, &frame, &attribute);
  struct model_mapping *mapping =
      model_canonical(address) ? model_mapping(&r->spaces, space, address) : NULL;
  bool expected = mapping && !((access & ACCESS_WRITE) && !(mapping->permissions & PAGE_WRITE)) &&
                  !((access & ACCESS_EXECUTE) && !(mapping->permissions & PAGE_EXECUTE)) &&
                  !((access & ACCESS_USER) && !(mapping->permissions & PAGE_USER));
  replay_expect(r, allowed == expected, "the processor may do what the permissions say");
  replay_out(r, 0, allowed);
  if (!allowed || !expected)
    return;
  replay_expect(r, frame == mapping->frame, "the processor reaches the frame that was mapped");
  replay_out(r, 1, frame);
  uint32_t asked = mapping->permissions & PAGE_UNCACHED          ? ATTRIBUTE_UNCACHED
                   : mapping->permissions & PAGE_WRITE_COMBINING ? ATTRIBUTE_COMBINING
                                                                 : 0;
  replay_expect(r, attribute == asked, "the processor caches the page as was asked");
  mapping->accessed = true;
  mapping->dirty = mapping->dirty || (access & ACCESS_WRITE);
}

static void destroy_op(struct replay *r, const struct op *op)
{
  uint32_t space = living_space(r, op->a);
  if (space == MODEL_SPACES)
    return;
  replay_args(r, space, 0, 0, 0);
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
  else if (op->kind == OP_TABLE_MAP)
    map_op(r, op);
  else if (op->kind == OP_TABLE_UNMAP)
    unmap_op(r, op);
  else if (op->kind == OP_TABLE_PROTECT)
    protect_op(r, op);
  else if (op->kind == OP_TABLE_QUERY)
    query_op(r, op);
  else if (op->kind == OP_TABLE_TOUCH)
    touch_op(r, op);
  else
    destroy_op(r, op);
  if (!r->broken)
    r->broken = replay_compare_counters(&r->frames.buddy, &r->database);
}

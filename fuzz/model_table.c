/* Which page translates to what: the model of pagetable. */
#include "model.h"

/* How many bits of an address the tables of so many levels translate: 9 each, and the 12 of a page. */
static uint32_t address_bits(uint32_t levels)
{
  return 12 + 9 * levels;
}

void model_spaces_init(struct model_spaces *s, struct model_memory *memory, uint32_t levels)
{
  s->memory = memory;
  s->levels = levels;
  s->nmappings = 0;
  s->ntables = 0;
  for (uint32_t i = 0; i < MODEL_SPACES; i++) {
    s->alive[i] = false;
    s->write_execute[i] = false;
    s->flushes[i] = (struct model_flush){0};
  }
}

/* The lower half of what is translated is at the bottom of all addresses, the upper half at their top. */
bool model_canonical(const struct model_spaces *s, uint64_t address)
{
  uint64_t half = (uint64_t)1 << (address_bits(s->levels) - 1);
  return address < half || address >= 0 - half;
}

/* What all addresses of a table have in common: 9 bits fewer for each level. */
static uint64_t prefix_of(const struct model_spaces *s, uint32_t level, uint64_t address)
{
  uint64_t translated = address % ((uint64_t)1 << address_bits(s->levels));
  return translated >> address_bits(level);
}

/* The place of an address in the sorted list: behind the pages that begin before it. */
static uint32_t place_of(const struct model_spaces *s, uint32_t space, uint64_t address)
{
  uint32_t i = 0;
  while (i < s->nmappings && (s->mappings[i].space < space ||
                              (s->mappings[i].space == space && s->mappings[i].address < address)))
    i++;
  return i;
}

uint64_t model_page_bytes(uint32_t level)
{
  static const uint64_t bytes[4] = {0, 4096, 2 * 1024 * 1024, 1024 * 1024 * 1024};
  return bytes[level];
}

/* Whether two ranges of addresses meet, each of which begins at a multiple of its length, a power of two: they
 * differ in the low bits at most that the longer one leaves open. */
static bool meet(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
  return (a ^ b) < (a_bytes > b_bytes ? a_bytes : b_bytes);
}

struct model_mapping *model_mapping(struct model_spaces *s, uint32_t space, uint64_t address)
{
  for (uint32_t i = 0; i < s->nmappings; i++) {
    struct model_mapping *m = &s->mappings[i];
    if (m->space == space && meet(m->address, model_page_bytes(m->level), address, 1))
      return m;
  }
  return NULL;
}

const struct model_table *model_table(const struct model_spaces *s, uint32_t space, uint32_t level,
                                      uint64_t address)
{
  uint64_t prefix = prefix_of(s, level, address);
  for (uint32_t i = 0; i < s->ntables; i++) {
    const struct model_table *t = &s->tables[i];
    if (t->space == space && t->level == level && t->prefix == prefix)
      return t;
  }
  return NULL;
}

uint32_t model_live(const struct model_spaces *s, const struct model_table *table)
{
  uint32_t live = 0;
  for (uint32_t i = 0; i < s->nmappings; i++)
    live += s->mappings[i].space == table->space && s->mappings[i].level == table->level &&
            prefix_of(s, table->level, s->mappings[i].address) == table->prefix;
  for (uint32_t i = 0; table->level > 1 && i < s->ntables; i++)
    live += s->tables[i].space == table->space && s->tables[i].level == table->level - 1 &&
            s->tables[i].prefix >> 9 == table->prefix;
  return live;
}

uint32_t model_missing_tables(const struct model_spaces *s, uint32_t space, uint64_t address,
                              uint32_t level)
{
  uint32_t missing = 0;
  for (uint32_t above = level; above <= s->levels; above++)
    missing += model_table(s, space, above, address) == NULL;
  return missing;
}

/* Whether a page of this level may begin at this address, and at this frame. */
static enum status page_status(const struct model_spaces *s, uint64_t address, uint64_t frame,
                               uint32_t level)
{
  if (level < 1 || level > 3)
    return STATUS_BAD_LEVEL;
  if (!model_canonical(s, address))
    return STATUS_NOT_CANONICAL;
  uint64_t bytes = model_page_bytes(level);
  bool aligned = address % bytes == 0 && frame * FRAME_SIZE % bytes == 0;
  return aligned ? STATUS_OK : STATUS_MISALIGNED;
}

enum status model_permission_status(const struct model_spaces *s, uint32_t space,
                                    uint32_t permissions)
{
  bool known = permissions < 128;
  bool both = (permissions & PAGE_WRITE) && (permissions & PAGE_EXECUTE);
  bool types = (permissions & PAGE_UNCACHED) && (permissions & PAGE_WRITE_COMBINING);
  return known && (!both || s->write_execute[space]) && !types ? STATUS_OK : STATUS_BAD_PERMISSION;
}

/* Whether a mapping of a page of this level that begins at this frame may hold a reference to its block. */
static enum status target_status(const struct model_memory *m, uint64_t frame, uint32_t level)
{
  enum status status = model_get_status(m, frame);
  if (status != STATUS_OK && status != STATUS_SATURATED)
    return status;
  if (model_is_table(m, frame))
    return STATUS_BAD_OWNER;
  /* Whether the last frame of the page is in the block of the first. */
  uint64_t last = frame + model_page_bytes(level) / FRAME_SIZE - 1;
  bool inside = model_in_use(m, last) && m->head[last] == m->head[frame];
  return inside ? status : STATUS_WRONG_ORDER;
}

/* What is mapped where a page of this level is to be: STATUS_OK, if just such a page is. */
static enum status found_status(struct model_spaces *s, uint32_t space, uint64_t address,
                                uint32_t level)
{
  uint32_t largest = 0;
  for (uint32_t i = 0; i < s->nmappings; i++) {
    const struct model_mapping *m = &s->mappings[i];
    if (m->space == space && m->level > largest &&
        meet(m->address, model_page_bytes(m->level), address, model_page_bytes(level)))
      largest = m->level;
  }
  if (largest == 0)
    return STATUS_NOT_MAPPED;
  if (largest == level)
    return STATUS_OK;
  return largest > level ? STATUS_LARGER_PAGE : STATUS_SMALLER_PAGES;
}

enum status model_map_status(struct model_spaces *s, uint32_t space, uint64_t address,
                             uint64_t frame, uint32_t level, uint32_t permissions)
{
  enum status status = page_status(s, address, frame, level);
  if (status == STATUS_OK)
    status = model_permission_status(s, space, permissions);
  if (status == STATUS_OK && !(permissions & PAGE_UNOWNED))
    status = target_status(s->memory, frame, level);
  if (status != STATUS_OK)
    return status;
  status = found_status(s, space, address, level);
  if (status != STATUS_NOT_MAPPED)
    return status == STATUS_OK ? STATUS_ALREADY_MAPPED : status;
  return model_missing_tables(s, space, address, level) > s->memory->free_frames
             ? STATUS_OUT_OF_MEMORY
             : STATUS_OK;
}

enum status model_unmap_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level)
{
  enum status status = page_status(s, address, 0, level);
  return status == STATUS_OK ? found_status(s, space, address, level) : status;
}

enum status model_protect_status(struct model_spaces *s, uint32_t space, uint64_t address,
                                 uint32_t level, uint32_t permissions)
{
  enum status status = page_status(s, address, 0, level);
  if (status == STATUS_OK)
    status = model_permission_status(s, space, permissions);
  if (status == STATUS_OK)
    status = found_status(s, space, address, level);
  if (status != STATUS_OK)
    return status;
  const struct model_mapping *mapping = model_mapping(s, space, address);
  bool changes = (mapping->permissions & PAGE_UNOWNED) != (permissions & PAGE_UNOWNED);
  return changes ? STATUS_BAD_PERMISSION : STATUS_OK;
}

enum status model_clear_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level)
{
  enum status status = page_status(s, address, 0, level);
  return status == STATUS_OK ? found_status(s, space, address, level) : status;
}

/* What is mapped where a page that has smaller ones is to be. */
static enum status large_status(struct model_spaces *s, uint32_t space, uint64_t address,
                                uint32_t level)
{
  return level == 1 ? STATUS_BAD_LEVEL : model_unmap_status(s, space, address, level);
}

/* How many more references a page that is split takes. */
static const uint32_t more = TABLE_ENTRIES - 1;

enum status model_split_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level)
{
  enum status status = large_status(s, space, address, level);
  if (status != STATUS_OK)
    return status;
  const struct model_mapping *mapping = model_mapping(s, space, address);
  if (!(mapping->permissions & PAGE_UNOWNED)) {
    uint64_t references = s->memory->references[s->memory->head[mapping->frame]];
    if (references < FRAME_REFERENCES_MAX && references + more >= FRAME_REFERENCES_MAX)
      return STATUS_SATURATED;
  }
  return s->memory->free_frames == 0 ? STATUS_OUT_OF_MEMORY : STATUS_OK;
}

/* The first of 512 pages that could be one of this level at address, as far as they are concerned; null if some other
 * page is among them, or none, or they do not lie in a row from where such a page may begin. */
static struct model_mapping *row_at(struct model_spaces *s, uint32_t space, uint64_t address,
                                    uint32_t level)
{
  uint64_t bytes = model_page_bytes(level - 1);
  uint32_t at = place_of(s, space, address);
  struct model_mapping *first = &s->mappings[at];
  if (s->nmappings - at < TABLE_ENTRIES)
    return NULL;
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    const struct model_mapping *m = &first[i];
    bool there = m->space == space && m->address == address + i * bytes && m->level == level - 1;
    if (!there || m->frame != first->frame + i * (bytes / FRAME_SIZE) ||
        m->permissions != first->permissions)
      return NULL;
  }
  return (uint64_t)first->frame * FRAME_SIZE % model_page_bytes(level) == 0 ? first : NULL;
}

enum status model_merge_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level)
{
  enum status status = large_status(s, space, address, level);
  if (status != STATUS_SMALLER_PAGES)
    return status == STATUS_OK ? STATUS_ALREADY_MAPPED : status;
  const struct model_mapping *first = row_at(s, space, address, level);
  if (!first)
    return STATUS_SMALLER_PAGES;
  if (first->permissions & PAGE_UNOWNED)
    return STATUS_OK;
  status = target_status(s->memory, first->frame, level);
  if (status == STATUS_OK && s->memory->references[s->memory->head[first->frame]] < TABLE_ENTRIES)
    return STATUS_NOT_ALLOCATED;
  return status == STATUS_SATURATED ? STATUS_OK : status;
}

enum status model_query_status(struct model_spaces *s, uint32_t space, uint64_t address)
{
  if (!model_canonical(s, address))
    return STATUS_NOT_CANONICAL;
  return model_mapping(s, space, address) ? STATUS_OK : STATUS_NOT_MAPPED;
}

const char *model_add_table(struct model_spaces *s, uint32_t space, uint32_t level,
                            uint64_t address, uint64_t frame)
{
  enum owner owner = (enum owner)(OWNER_TABLE1 + level - 1);
  const char *broken = model_take(s->memory, frame, 0, owner, 0);
  if (broken)
    return broken;
  struct model_table *t = &s->tables[s->ntables];
  t->prefix = prefix_of(s, level, address);
  t->space = space;
  t->level = level;
  t->frame = (uint32_t)frame;
  s->ntables++;
  s->memory->held[frame] = 1;
  return NULL;
}

void model_map(struct model_spaces *s, uint32_t space, uint64_t address, uint32_t frame,
               uint32_t level, uint32_t permissions)
{
  uint32_t at = place_of(s, space, address);
  for (uint32_t i = s->nmappings; i > at; i--)
    s->mappings[i] = s->mappings[i - 1];
  s->nmappings++;
  struct model_mapping *mapping = &s->mappings[at];
  mapping->address = address;
  mapping->space = space;
  mapping->level = level;
  mapping->frame = frame;
  mapping->permissions = permissions;
  mapping->accessed = false;
  mapping->dirty = false;
  mapping->remembered = false;
  if (permissions & PAGE_UNOWNED)
    return;
  uint32_t head = s->memory->head[frame];
  s->memory->references[head]++;
  s->memory->held[head]++;
}

/* The mapping at a place of the list goes; its tables stay. */
static void drop_mapping(struct model_spaces *s, uint32_t at)
{
  struct model_mapping gone = s->mappings[at];
  s->nmappings--;
  for (uint32_t i = at; i < s->nmappings; i++)
    s->mappings[i] = s->mappings[i + 1];
  if (gone.permissions & PAGE_UNOWNED)
    return;
  uint32_t head = s->memory->head[gone.frame];
  s->memory->held[head]--;
  model_put(s->memory, head);
}

/* A table at a place of the list is no table of a space any more. Returns its frame, which is still in use. */
static uint32_t remove_table(struct model_spaces *s, uint32_t at)
{
  uint32_t frame = s->tables[at].frame;
  s->ntables--;
  s->tables[at] = s->tables[s->ntables];
  return frame;
}

/* A table's reference to its own frame goes. Others may have dropped it before: a flush that names a table twice. */
static void put_table(struct model_memory *m, uint32_t frame)
{
  if (m->held[frame] > 0)
    m->held[frame]--;
  model_put(m, frame);
}

/* --- What is to be flushed --- */

uint64_t model_page(const struct model_spaces *s, uint64_t address)
{
  return address % ((uint64_t)1 << address_bits(s->levels)) / PAGE_SIZE;
}

uint64_t model_page_address(const struct model_spaces *s, uint64_t page)
{
  uint64_t half = (uint64_t)1 << (address_bits(s->levels) - 1);
  uint64_t address = page * PAGE_SIZE;
  return address < half ? address : address - 2 * half;
}

void model_owe_range(const struct model_spaces *s, struct model_flush *flush, uint64_t first,
                     uint64_t pages, uint32_t pieces)
{
  uint64_t all = (uint64_t)1 << 9 * s->levels;
  uint64_t last = first + pages - 1;
  if (flush->pages > 0) {
    /* The last page that was to be flushed before: no range goes beyond the last page of all. */
    uint64_t behind = all - flush->first;
    uint64_t before = flush->first + (flush->pages > behind ? behind : flush->pages) - 1;
    first = first > flush->first ? flush->first : first;
    last = last < before ? before : last;
    pieces = pieces > flush->level ? flush->level : pieces;
  }
  flush->first = first;
  flush->pages = last - first + 1;
  flush->level = pieces;
}

void model_owe(const struct model_spaces *s, struct model_flush *flush, uint64_t address,
               uint32_t level, uint32_t pieces)
{
  model_owe_range(s, flush, model_page(s, address), model_page_bytes(level) / PAGE_SIZE, pieces);
}

/* A table at a place of the list goes; its frame is kept until the flush of its space is done. */
static void retire_table(struct model_spaces *s, uint32_t at)
{
  struct model_flush *flush = &s->flushes[s->tables[at].space];
  uint32_t frame = remove_table(s, at);
  s->memory->retired[frame] = true;
  s->memory->before[frame] = frame;
  if (flush->tables)
    s->memory->before[frame] = flush->table;
  flush->tables = true;
  flush->table = frame;
}

/* Whether the frame of a number, in range or not, is a table that went. */
static bool is_retired(const struct model_memory *m, uint32_t frame)
{
  return frame < m->nframes && m->retired[frame];
}

void model_flushed(struct model_spaces *s, uint32_t space)
{
  struct model_memory *m = s->memory;
  struct model_flush *flush = &s->flushes[space];
  uint32_t frame = flush->table;
  bool named = flush->tables;
  /* A table that others hold stays retired; whoever names such a one may have made a round of them. */
  for (uint32_t i = 0; i < m->nframes && named && is_retired(m, frame); i++) {
    uint32_t before = m->before[frame];
    put_table(m, frame);
    named = before != frame;
    frame = before;
  }
  for (uint32_t i = 0; i < s->nmappings; i++)
    if (s->mappings[i].space == space)
      s->mappings[i].remembered = false;
  *flush = (struct model_flush){0};
}

void model_take_away(struct model_spaces *s, struct model_mapping *mapping)
{
  uint32_t space = mapping->space;
  uint64_t address = mapping->address;
  uint32_t lowest = mapping->level;
  drop_mapping(s, (uint32_t)(mapping - s->mappings));
  for (uint32_t level = lowest; level < s->levels; level++) {
    const struct model_table *table = model_table(s, space, level, address);
    if (model_live(s, table) == 0)
      retire_table(s, (uint32_t)(table - s->tables));
  }
}

void model_unmap(struct model_spaces *s, struct model_mapping *mapping)
{
  struct model_mapping gone = *mapping;
  model_take_away(s, mapping);
  model_owe(s, &s->flushes[gone.space], gone.address, gone.level, gone.level);
}

void model_protect(struct model_spaces *s, struct model_mapping *mapping, uint32_t permissions)
{
  mapping->permissions = permissions;
  model_owe(s, &s->flushes[mapping->space], mapping->address, mapping->level, mapping->level);
}

void model_clear_seen(struct model_mapping *mapping)
{
  mapping->remembered = mapping->remembered || mapping->accessed;
  mapping->accessed = false;
  mapping->dirty = false;
}

void model_clear(struct model_spaces *s, struct model_mapping *mapping)
{
  if (mapping->accessed || mapping->dirty)
    model_owe(s, &s->flushes[mapping->space], mapping->address, mapping->level, mapping->level);
  model_clear_seen(mapping);
}

void model_split(struct model_spaces *s, struct model_mapping *mapping)
{
  uint64_t bytes = model_page_bytes(mapping->level - 1);
  struct model_mapping whole = *mapping;
  for (struct model_mapping *m = &s->mappings[s->nmappings]; m > mapping + 1; m--)
    m[more - 1] = m[-1];
  s->nmappings += more;
  for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
    mapping[i] = whole; /* permissions, accessed and dirty */
    mapping[i].level = whole.level - 1;
    mapping[i].address = whole.address + i * bytes;
    mapping[i].frame = (uint32_t)(whole.frame + i * (bytes / FRAME_SIZE));
  }
  if (whole.permissions & PAGE_UNOWNED)
    return;
  uint32_t head = s->memory->head[whole.frame];
  s->memory->held[head] += more;
  if (s->memory->references[head] != FRAME_REFERENCES_MAX)
    s->memory->references[head] += more;
}

void model_merge(struct model_spaces *s, uint32_t space, uint64_t address, uint32_t level)
{
  struct model_mapping *mapping = model_mapping(s, space, address);
  mapping->level = level;
  mapping->accessed = true;
  mapping->dirty = (mapping->permissions & PAGE_WRITE) != 0;
  s->nmappings -= more;
  for (struct model_mapping *m = mapping + 1; m < &s->mappings[s->nmappings]; m++)
    *m = m[more];
  retire_table(s, (uint32_t)(model_table(s, space, level - 1, address) - s->tables));
  model_owe(s, &s->flushes[space], address, level, level - 1);
  if (mapping->permissions & PAGE_UNOWNED)
    return;
  uint32_t head = s->memory->head[mapping->frame];
  s->memory->held[head] -= more;
  if (s->memory->references[head] != FRAME_REFERENCES_MAX)
    s->memory->references[head] -= more;
}

void model_destroy(struct model_spaces *s, uint32_t space)
{
  for (uint32_t i = s->nmappings; i > 0; i--)
    if (s->mappings[i - 1].space == space)
      drop_mapping(s, i - 1);
  for (uint32_t i = s->ntables; i > 0; i--)
    if (s->tables[i - 1].space == space)
      put_table(s->memory, remove_table(s, i - 1));
  s->alive[space] = false;
  s->write_execute[space] = false;
}

/* A processor that walks the tables, as the manual says. */
#include "replay_ops.h"

struct way replay_walk(struct replay *r, uint32_t space, uint64_t address)
{
  struct way way = {0};
  uint64_t table = r->tables[space].root;
  for (uint32_t level = PAGETABLE_LEVELS; level >= 1; level--) {
    if (table >= r->database.nframes) /* no way of a core that is right leads there */
      return way;
    uint64_t index = (address >> (12 + 9 * (level - 1))) & 511;
    uint64_t *entry = &r->direct[(size_t)TABLE_ENTRIES * table + index];
    way.entries[way.levels] = entry;
    way.tables[way.levels] = (frame_t)table;
    way.levels++;
    way.last = walk_decode(*entry, level);
    way.global = way.global || way.last.global;
    if (way.last.kind != WALK_TABLE) {
      uint64_t inside = ((uint64_t)1 << 9 * (level - 1)) - 1;
      way.frame = way.last.frame + (address / PAGE_SIZE & inside);
      return way;
    }
    table = way.last.frame;
  }
  return way;
}

/* What an entry on the way to a page is. */
static enum walk_kind kind_at(const struct way *way, uint32_t i)
{
  return i + 1 < way->levels ? WALK_TABLE : WALK_PAGE;
}

bool replay_may(const struct way *way, uint32_t access)
{
  bool may = way->last.kind == WALK_PAGE;
  for (uint32_t i = 0; i < way->levels; i++)
    may = may && walk_allows(*way->entries[i], kind_at(way, i), access);
  return may;
}

bool replay_access(struct replay *r, uint32_t space, uint64_t address, uint32_t access,
                   uint64_t *frame)
{
  struct way way = replay_walk(r, space, address);
  if (!model_canonical(&r->spaces, address) || !replay_may(&way, access))
    return false;
  for (uint32_t i = 0; i < way.levels; i++)
    *way.entries[i] = walk_touched(*way.entries[i], kind_at(&way, i), access);
  *frame = way.frame;
  return true;
}

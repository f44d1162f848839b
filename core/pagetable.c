#include "pagetable.h"

#include "pte.h"

/* Bits 63 .. 47 all equal. */
static bool is_canonical(uint64_t address)
{
  uint64_t top = address >> 47;
  return top == 0 || top == 0x1FFFF;
}

/* What is wrong with the address of a page, if anything is. */
static enum status page_status(uint64_t address)
{
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  return address % PAGE_SIZE == 0 ? STATUS_OK : STATUS_MISALIGNED;
}

static enum status permission_status(uint32_t permissions)
{
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  bool good = (permissions & ~PAGE_PERMISSIONS) == 0 && (permissions & both) != both;
  return good ? STATUS_OK : STATUS_BAD_PERMISSION;
}

/* The entry that decides for an address in a table of this level. */
static uint64_t *slot_of(const struct pagetable *table, frame_t frame, uint32_t level,
                         uint64_t address)
{
  uint64_t index = (address >> (12 + 9 * (level - 1))) % TABLE_ENTRIES;
  return &table->memory[TABLE_ENTRIES * (uint64_t)frame + index];
}

/* The lowest table on the way to address, and its level: 1 when all are there. */
static frame_t walk(const struct pagetable *table, uint64_t address, uint32_t *level)
{
  frame_t frame = table->root;
  uint32_t l = PAGETABLE_LEVELS;
  while (l > 1) {
    uint64_t entry = pte_read(slot_of(table, frame, l, address));
    if (!pte_present(entry))
      break;
    frame = pte_frame(entry);
    l--;
  }
  *level = l;
  return frame;
}

/* The leaf slot of a mapped page, or null. */
static uint64_t *leaf_slot(const struct pagetable *table, uint64_t address, frame_t *leaf_table)
{
  uint32_t level = 0;
  frame_t frame = walk(table, address, &level);
  if (level != 1)
    return NULL;
  uint64_t *slot = slot_of(table, frame, 1, address);
  *leaf_table = frame;
  return pte_present(pte_read(slot)) ? slot : NULL;
}

static struct translation translation_of(uint64_t entry)
{
  struct translation found = {pte_frame(entry), pte_permissions(entry), pte_accessed(entry),
                              pte_dirty(entry)};
  return found;
}

static void clear_table(uint64_t *memory, frame_t frame)
{
  uint64_t *entries = &memory[TABLE_ENTRIES * (uint64_t)frame];
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    entries[i] = 0;
}

enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory)
{
  frame_t root = 0;
  enum status status = frame_alloc(frames, 0, OWNER_TABLE4, 0, &root);
  if (status != STATUS_OK)
    return status;
  clear_table(memory, root);
  table->frames = frames;
  table->memory = memory;
  table->root = root;
  return STATUS_OK;
}

/* Whether a mapping may own this frame. */
static enum status target_status(const struct frames *frames, frame_t frame)
{
  if (frame >= frames->nframes)
    return STATUS_OUT_OF_RANGE;
  const struct frame *record = &frames->records[frame];
  if (record->owner == OWNER_FREE)
    return STATUS_NOT_ALLOCATED;
  if (record->owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  if (record->owner >= OWNER_TABLE1)
    return STATUS_BAD_OWNER;
  const struct frame *first = record->order == 0 ? record : &frames->records[record->parent];
  return first->references == FRAME_REFERENCES_MAX ? STATUS_SATURATED : STATUS_OK;
}

/* Takes frames for the missing tables of levels 1 .. level - 1, lowest first; all or none. */
static enum status take_tables(struct frames *frames, uint32_t level, frame_t *taken)
{
  for (uint32_t l = 1; l < level; l++) {
    enum owner owner = (enum owner)(OWNER_TABLE1 + l - 1);
    enum status status = frame_alloc(frames, 0, owner, 0, &taken[l - 1]);
    if (status != STATUS_OK) {
      while (l > 1) {
        l--;
        (void)frame_put(frames, taken[l - 1]); /* ours alone: cannot fail */
      }
      return status;
    }
  }
  return STATUS_OK;
}

/* Puts an empty table under the slot of address in a table of this level. */
static void link_table(struct pagetable *table, frame_t parent, uint32_t level, uint64_t address,
                       frame_t child)
{
  struct frame *records = table->frames->records;
  uint64_t *slot = slot_of(table, parent, level, address);
  clear_table(table->memory, child);
  records[child].parent = parent;
  records[child].index = (uint16_t)((address >> (12 + 9 * (level - 1))) % TABLE_ENTRIES);
  records[parent].live++;
  pte_write(slot, pte_table(child));
}

enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame,
                          uint32_t permissions)
{
  bool owned = (permissions & PAGE_UNOWNED) == 0;
  frame_t taken[PAGETABLE_LEVELS - 1] = {0};
  uint32_t level = 0;
  enum status status = page_status(address);
  if (status == STATUS_OK)
    status = permission_status(permissions);
  if (status == STATUS_OK && owned)
    status = target_status(table->frames, frame);
  if (status != STATUS_OK)
    return status;
  frame_t lowest = walk(table, address, &level);
  if (level == 1 && pte_present(pte_read(slot_of(table, lowest, 1, address))))
    return STATUS_ALREADY_MAPPED;
  if (level > 1) {
    status = take_tables(table->frames, level, taken);
    if (status != STATUS_OK)
      return status;
  }
  for (; level > 1; level--) {
    link_table(table, lowest, level, address, taken[level - 2]);
    lowest = taken[level - 2];
  }
  if (owned)
    (void)frame_get(table->frames, frame); /* checked above: cannot fail */
  table->frames->records[lowest].live++;
  pte_write(slot_of(table, lowest, 1, address), pte_leaf(frame, permissions));
  return STATUS_OK;
}

/* Gives back the table, and those above it, as long as they are empty; never the root. */
static void prune(struct pagetable *table, frame_t frame)
{
  struct frame *records = table->frames->records;
  for (uint32_t level = 1; level < PAGETABLE_LEVELS && records[frame].live == 0; level++) {
    frame_t parent = records[frame].parent;
    pte_write(&table->memory[TABLE_ENTRIES * (uint64_t)parent + records[frame].index], 0);
    records[parent].live--;
    (void)frame_put(table->frames, frame); /* a table's one reference: cannot fail */
    frame = parent;
  }
}

enum status pagetable_unmap(struct pagetable *table, uint64_t address, struct translation *out)
{
  frame_t leaf_table = 0;
  enum status status = page_status(address);
  if (status != STATUS_OK)
    return status;
  uint64_t *slot = leaf_slot(table, address, &leaf_table);
  if (!slot)
    return STATUS_NOT_MAPPED;
  *out = translation_of(pte_exchange(slot, 0));
  if ((out->permissions & PAGE_UNOWNED) == 0)
    (void)frame_put(table->frames, out->frame); /* the mapping's own reference */
  table->frames->records[leaf_table].live--;
  prune(table, leaf_table);
  return STATUS_OK;
}

enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t permissions,
                              struct translation *out)
{
  frame_t leaf_table = 0;
  enum status status = page_status(address);
  if (status == STATUS_OK)
    status = permission_status(permissions);
  if (status != STATUS_OK)
    return status;
  uint64_t *slot = leaf_slot(table, address, &leaf_table);
  if (!slot)
    return STATUS_NOT_MAPPED;
  uint64_t entry = pte_read(slot);
  if ((pte_permissions(entry) ^ permissions) & PAGE_UNOWNED)
    return STATUS_BAD_PERMISSION;
  /* The processor can only set accessed and dirty, so the third try meets no change. */
  for (uint32_t i = 0; i < 3 && !pte_update(slot, entry, pte_with_permissions(entry, permissions));
       i++)
    entry = pte_read(slot);
  *out = translation_of(entry);
  return STATUS_OK;
}

enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out)
{
  frame_t leaf_table = 0;
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  uint64_t *slot = leaf_slot(table, address, &leaf_table);
  if (!slot)
    return STATUS_NOT_MAPPED;
  *out = translation_of(pte_read(slot));
  return STATUS_OK;
}

/* Level of a frame's table, 0 if it is none. */
static uint32_t level_of(const struct frames *frames, frame_t frame)
{
  uint8_t owner = frames->records[frame].owner;
  return owner >= OWNER_TABLE1 ? (uint32_t)(owner - OWNER_TABLE1) + 1 : 0;
}

void pagetable_destroy(struct pagetable *table)
{
  struct frame *records = table->frames->records;
  frame_t frame = table->root;
  uint32_t index = 0;
  for (;;) {
    if (index == TABLE_ENTRIES) { /* this table is done: back to the slot that points at it */
      frame_t done = frame;
      frame = records[done].parent;
      index = records[done].index + 1u;
      (void)frame_put(table->frames, done);
      if (done == table->root)
        return;
      continue;
    }
    uint64_t entry = pte_read(&table->memory[TABLE_ENTRIES * (uint64_t)frame + index]);
    index++;
    if (!pte_present(entry))
      continue;
    if (level_of(table->frames, frame) > 1) {
      frame = pte_frame(entry);
      index = 0;
    } else if ((pte_permissions(entry) & PAGE_UNOWNED) == 0) {
      (void)frame_put(table->frames, pte_frame(entry));
    }
  }
}

/* What is wrong with a present entry of a table, or null. */
static const char *check_entry(const struct pagetable *table, frame_t frame, uint32_t index,
                               uint64_t entry)
{
  const struct frames *frames = table->frames;
  frame_t target = pte_frame(entry);
  uint32_t level = level_of(frames, frame);
  if (level == 1) {
    bool owned = (pte_permissions(entry) & PAGE_UNOWNED) == 0;
    if (!owned)
      return NULL;
    if (target >= frames->nframes || frames->records[target].owner < OWNER_KERNEL ||
        frames->records[target].owner > OWNER_USER)
      return "pagetable: a mapping owns a frame that is not in use";
    return NULL;
  }
  if (target >= frames->nframes || level_of(frames, target) != level - 1)
    return "pagetable: an entry points at a frame that is no table of the level below";
  if (frames->records[target].parent != frame || frames->records[target].index != index)
    return "pagetable: a table does not know the slot that points at it";
  return NULL;
}

/* One table by itself: its entries and their number. */
static const char *check_table(const struct pagetable *table, frame_t frame)
{
  uint32_t live = 0;
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[TABLE_ENTRIES * (uint64_t)frame + i]);
    if (!pte_present(entry))
      continue;
    const char *broken = check_entry(table, frame, i, entry);
    if (broken)
      return broken;
    live++;
  }
  return live == table->frames->records[frame].live ? NULL : "pagetable: a live count is wrong";
}

/* The next table after the entry before index in depth-first order, each checked as it is entered;
 * the walk is bounded since a table checked has one parent. */
const char *pagetable_check(const struct pagetable *table)
{
  const struct frame *records = table->frames->records;
  frame_t frame = table->root;
  uint32_t index = 0;
  if (frame >= table->frames->nframes || level_of(table->frames, frame) != PAGETABLE_LEVELS)
    return "pagetable: the root is no table of the highest level";
  const char *broken = check_table(table, frame);
  while (!broken) {
    if (index == TABLE_ENTRIES || level_of(table->frames, frame) == 1) {
      if (frame == table->root)
        return NULL;
      index = records[frame].index + 1u;
      frame = records[frame].parent;
      continue;
    }
    uint64_t entry = pte_read(&table->memory[TABLE_ENTRIES * (uint64_t)frame + index]);
    index++;
    if (!pte_present(entry))
      continue;
    frame = pte_frame(entry);
    index = 0;
    broken = check_table(table, frame);
  }
  return broken;
}

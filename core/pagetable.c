#include "pagetable.h"

#include "pte.h"

/* Bits 63 .. 47 all equal. */
/*@ assigns \nothing;
    ensures exact: \result <==> Canonical(address);
*/
static bool is_canonical(uint64_t address)
{
  uint64_t top = address / 0x800000000000u;
  return top == 0 || top == 0x1FFFF;
}

/* What is wrong with the address of a page, if anything is. */
/*@ assigns \nothing;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % 4096 != 0;
    ensures others: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED;
*/
static enum status page_status(uint64_t address)
{
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  return address % PAGE_SIZE == 0 ? STATUS_OK : STATUS_MISALIGNED;
}

/*@ assigns \nothing;
    ensures good: \result == STATUS_OK <==> GoodPermissions(permissions);
    ensures bad: \result == STATUS_OK || \result == STATUS_BAD_PERMISSION;
*/
static enum status permission_status(uint32_t permissions)
{
  bool both = permissions % 2 != 0 && permissions / PAGE_EXECUTE % 2 != 0;
  return permissions <= PAGE_PERMISSIONS && !both ? STATUS_OK : STATUS_BAD_PERMISSION;
}

/* The number of the page that holds a canonical address: 36 bits, nine for each level. */
/*@ assigns \nothing;
    ensures exact: \result == PageOf(address);
    ensures page: Page(\result);
*/
static uint64_t page_of(uint64_t address)
{
  return address / PAGE_SIZE % 0x1000000000u;
}

/* A page's index in its tables of level 4, 3, 2 and 1. */
/*@ requires page: Page(page);
    assigns \nothing;
    ensures exact: \result == Index4(page);
    ensures range: \result < TABLE_ENTRIES;
*/
static uint32_t index4(uint64_t page)
{
  return (uint32_t)(page / 0x8000000u);
}

/*@ requires page: Page(page);
    assigns \nothing;
    ensures exact: \result == Index3(page);
    ensures range: \result < TABLE_ENTRIES;
*/
static uint32_t index3(uint64_t page)
{
  return (uint32_t)(page / 0x40000u % TABLE_ENTRIES);
}

/*@ requires page: Page(page);
    assigns \nothing;
    ensures exact: \result == Index2(page);
    ensures range: \result < TABLE_ENTRIES;
*/
static uint32_t index2(uint64_t page)
{
  return (uint32_t)(page / 0x200u % TABLE_ENTRIES);
}

/*@ requires page: Page(page);
    assigns \nothing;
    ensures exact: \result == Index1(page);
    ensures range: \result < TABLE_ENTRIES;
*/
static uint32_t index1(uint64_t page)
{
  return (uint32_t)(page % TABLE_ENTRIES);
}

/* Where in memory entry index of the table in a frame stands. */
/*@ requires range: index < TABLE_ENTRIES;
    assigns \nothing;
    ensures exact: \result == 512 * frame + index;
*/
static inline uint64_t slot_of(frame_t frame, uint32_t index)
{
  return TABLE_ENTRIES * (uint64_t)frame + index;
}

/* The table of level 1 on the way to a page, -1 if there is none. */
/*@ requires valid: TreeValid(table) && Page(page);
    assigns \nothing;
    ensures exact: \result == Table1(table->memory, table->root, page);
    ensures table: \result >= 0 ==> \result < table->frames->nframes && Owner(table->frames, \result) == OWNER_TABLE1;
    ensures none: \result >= -1;
*/
static inline int64_t table1_of(const struct pagetable *table, uint64_t page)
{
  uint64_t entry = pte_read(&table->memory[slot_of(table->root, index4(page))]);
  if (!pte_present(entry))
    return -1;
  entry = pte_read(&table->memory[slot_of(pte_frame(entry), index3(page))]);
  if (!pte_present(entry))
    return -1;
  entry = pte_read(&table->memory[slot_of(pte_frame(entry), index2(page))]);
  if (!pte_present(entry))
    return -1;
  return pte_frame(entry);
}

/* All tables on the way to a page; level is that of the lowest one there is. */
struct path {
  frame_t table3;
  frame_t table2;
  frame_t table1;
  uint32_t level;
};

static struct path walk(const struct pagetable *table, uint64_t page)
{
  struct path path = {0, 0, 0, 4};
  uint64_t entry = pte_read(&table->memory[slot_of(table->root, index4(page))]);
  if (!pte_present(entry))
    return path;
  path.table3 = pte_frame(entry);
  path.level = 3;
  entry = pte_read(&table->memory[slot_of(path.table3, index3(page))]);
  if (!pte_present(entry))
    return path;
  path.table2 = pte_frame(entry);
  path.level = 2;
  entry = pte_read(&table->memory[slot_of(path.table2, index2(page))]);
  if (!pte_present(entry))
    return path;
  path.table1 = pte_frame(entry);
  path.level = 1;
  return path;
}

/*@ assigns \nothing;
    ensures frame: \result.frame == PteFrame(entry);
    ensures permissions: \result.permissions == PtePermissions(entry);
    ensures seen: (\result.accessed <==> PteAccessed(entry) == 1) && (\result.dirty <==> PteDirty(entry) == 1);
*/
static struct translation translation_of(uint64_t entry)
{
  struct translation found = {pte_frame(entry), pte_permissions(entry), pte_accessed(entry),
                              pte_dirty(entry)};
  return found;
}

static void clear_table(const struct pagetable *table, frame_t frame)
{
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    pte_write(&table->memory[slot_of(frame, i)], pte_empty());
}

/* Fills an entry that is not present. */
static void add_entry(struct pagetable *table, frame_t frame, uint32_t index, uint64_t entry)
{
  table->frames->records[frame].live++;
  pte_write(&table->memory[slot_of(frame, index)], entry);
}

/* Empties an entry that is present, and returns it. */
static uint64_t remove_entry(struct pagetable *table, frame_t frame, uint32_t index)
{
  table->frames->records[frame].live--;
  return pte_exchange(&table->memory[slot_of(frame, index)], pte_empty());
}

/* A new empty table under an entry that is not present; its owner is its level. */
static enum status add_table(struct pagetable *table, frame_t parent, uint32_t index,
                             enum owner owner, frame_t *out)
{
  frame_t child = 0;
  enum status status = frame_alloc(table->frames, 0, owner, 0, &child);
  if (status != STATUS_OK)
    return status;
  clear_table(table, child);
  table->frames->records[child].parent = parent;
  table->frames->records[child].index = (uint16_t)index;
  add_entry(table, parent, index, pte_table(child));
  *out = child;
  return STATUS_OK;
}

/* Gives back the table under an entry if it is empty: whether it was. */
static bool drop_table(struct pagetable *table, frame_t parent, uint32_t index, frame_t child)
{
  if (table->frames->records[child].live != 0)
    return false;
  (void)remove_entry(table, parent, index);
  (void)frame_put(table->frames, child); /* a table's one reference: cannot fail */
  return true;
}

enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory)
{
  frame_t root = 0;
  enum status status = frame_alloc(frames, 0, OWNER_TABLE4, 0, &root);
  if (status != STATUS_OK)
    return status;
  table->frames = frames;
  table->memory = memory;
  table->root = root;
  clear_table(table, root);
  return STATUS_OK;
}

/* One more reference to a frame in use by the kernel or a user: a mapping may own no other. */
static enum status get_target(const struct pagetable *table, frame_t frame)
{
  struct frames *frames = table->frames;
  if (frame < frames->nframes && frames->records[frame].owner >= OWNER_TABLE1)
    return STATUS_BAD_OWNER;
  return frame_get(frames, frame);
}

/* Drops the reference of a mapping. A frame that is not in use by the kernel or a user any more
 * has had its references dropped by others; it may be a table by now, and is left alone. */
static void put_target(const struct pagetable *table, uint64_t entry)
{
  frame_t frame = pte_frame(entry);
  if (pte_permissions(entry) >= PAGE_UNOWNED || frame >= table->frames->nframes ||
      table->frames->records[frame].owner >= OWNER_TABLE1)
    return;
  (void)frame_put(table->frames, frame);
}

/* Makes the tables that are missing on the path to a page; all or none. */
static enum status extend(struct pagetable *table, uint64_t page, struct path *path)
{
  struct path made = *path;
  enum status status = STATUS_OK;
  if (made.level == 4) {
    status = add_table(table, table->root, index4(page), OWNER_TABLE3, &made.table3);
    if (status != STATUS_OK)
      return status;
  }
  if (made.level >= 3) {
    status = add_table(table, made.table3, index3(page), OWNER_TABLE2, &made.table2);
    if (status != STATUS_OK) {
      if (made.level == 4)
        (void)drop_table(table, table->root, index4(page), made.table3);
      return status;
    }
  }
  status = add_table(table, made.table2, index2(page), OWNER_TABLE1, &made.table1);
  if (status != STATUS_OK) {
    if (made.level >= 3)
      (void)drop_table(table, made.table3, index3(page), made.table2);
    if (made.level == 4)
      (void)drop_table(table, table->root, index4(page), made.table3);
    return status;
  }
  *path = made;
  return STATUS_OK;
}

/* Maps a page that has no table of level 1 yet. Not in line: that would slow down the others. */
__attribute__((noinline)) static enum status map_far(struct pagetable *table, uint64_t page,
                                                     uint64_t entry)
{
  struct path path = walk(table, page);
  enum status status = extend(table, page, &path);
  if (status == STATUS_OK)
    add_entry(table, path.table1, index1(page), entry);
  return status;
}

/* Maps a page unless it is mapped. */
static inline enum status map_entry(struct pagetable *table, uint64_t page, uint64_t entry)
{
  int64_t table1 = table1_of(table, page);
  if (table1 < 0)
    return map_far(table, page, entry);
  if (pte_present(pte_read(&table->memory[slot_of((frame_t)table1, index1(page))])))
    return STATUS_ALREADY_MAPPED;
  add_entry(table, (frame_t)table1, index1(page), entry);
  return STATUS_OK;
}

enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame,
                          uint32_t permissions)
{
  bool owned = permissions < PAGE_UNOWNED;
  enum status status = page_status(address);
  if (status == STATUS_OK)
    status = permission_status(permissions);
  if (status == STATUS_OK && owned)
    status = get_target(table, frame);
  if (status != STATUS_OK)
    return status;
  status = map_entry(table, page_of(address), pte_leaf(frame, permissions));
  if (status != STATUS_OK && owned)
    (void)frame_put(table->frames, frame); /* the reference taken above: not the last one */
  return status;
}

/* Gives back the tables on the way to a page that have become empty, lowest first. */
__attribute__((noinline)) static void prune(struct pagetable *table, uint64_t page)
{
  struct path path = walk(table, page);
  if (drop_table(table, path.table2, index2(page), path.table1) &&
      drop_table(table, path.table3, index3(page), path.table2))
    (void)drop_table(table, table->root, index4(page), path.table3);
}

enum status pagetable_unmap(struct pagetable *table, uint64_t address, struct translation *out)
{
  enum status status = page_status(address);
  if (status != STATUS_OK)
    return status;
  uint64_t page = page_of(address);
  int64_t table1 = table1_of(table, page);
  if (table1 < 0 || !pte_present(pte_read(&table->memory[slot_of((frame_t)table1, index1(page))])))
    return STATUS_NOT_MAPPED;
  uint64_t entry = remove_entry(table, (frame_t)table1, index1(page));
  *out = translation_of(entry);
  put_target(table, entry);
  if (table->frames->records[table1].live == 0)
    prune(table, page);
  return STATUS_OK;
}

enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t permissions,
                              struct translation *out)
{
  enum status status = page_status(address);
  if (status == STATUS_OK)
    status = permission_status(permissions);
  if (status != STATUS_OK)
    return status;
  uint64_t page = page_of(address);
  int64_t table1 = table1_of(table, page);
  if (table1 < 0)
    return STATUS_NOT_MAPPED;
  uint64_t *slot = &table->memory[slot_of((frame_t)table1, index1(page))];
  uint64_t entry = pte_read(slot);
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  if (pte_permissions(entry) / PAGE_UNOWNED != permissions / PAGE_UNOWNED)
    return STATUS_BAD_PERMISSION;
  /* Each try but the last meets a bit more, accessed or dirty: at most three. */
  uint64_t held = pte_update(slot, entry, pte_with_permissions(entry, permissions));
  while (held != entry) {
    entry = held;
    held = pte_update(slot, entry, pte_with_permissions(entry, permissions));
  }
  *out = translation_of(entry);
  return STATUS_OK;
}

enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out)
{
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  uint64_t page = page_of(address);
  int64_t table1 = table1_of(table, page);
  if (table1 < 0)
    return STATUS_NOT_MAPPED;
  uint64_t entry = pte_read(&table->memory[slot_of((frame_t)table1, index1(page))]);
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  *out = translation_of(entry);
  return STATUS_OK;
}

/* The entries of a table of level 1, and their references. */
static void empty_table1(struct pagetable *table, frame_t frame)
{
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    if (pte_present(pte_read(&table->memory[slot_of(frame, i)])))
      put_target(table, remove_entry(table, frame, i));
  }
}

/* The tables under a table of level 2, 3 and 4. */
static void empty_table2(struct pagetable *table, frame_t frame)
{
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry)) {
      empty_table1(table, pte_frame(entry));
      (void)drop_table(table, frame, i, pte_frame(entry));
    }
  }
}

static void empty_table3(struct pagetable *table, frame_t frame)
{
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry)) {
      empty_table2(table, pte_frame(entry));
      (void)drop_table(table, frame, i, pte_frame(entry));
    }
  }
}

static void empty_table4(struct pagetable *table, frame_t frame)
{
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry)) {
      empty_table3(table, pte_frame(entry));
      (void)drop_table(table, frame, i, pte_frame(entry));
    }
  }
}

void pagetable_destroy(struct pagetable *table)
{
  empty_table4(table, table->root);
  (void)frame_put(table->frames, table->root); /* a table's one reference: cannot fail */
}

/* Level of a frame's table, 0 if it is none. */
static uint32_t level_of(const struct frames *frames, frame_t frame)
{
  uint8_t owner = frames->records[frame].owner;
  return owner >= OWNER_TABLE1 ? (uint32_t)(owner - OWNER_TABLE1) + 1 : 0;
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
static const char *check_table1(const struct pagetable *table, frame_t frame)
{
  uint32_t live = 0;
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (!pte_present(entry))
      continue;
    const char *broken = check_entry(table, frame, i, entry);
    if (broken)
      return broken;
    live++;
  }
  return live == table->frames->records[frame].live ? NULL : "pagetable: a live count is wrong";
}

/* A table of level 2, 3 and 4 and those under it. */
static const char *check_table2(const struct pagetable *table, frame_t frame)
{
  const char *broken = check_table1(table, frame);
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry))
      broken = check_table1(table, pte_frame(entry));
  }
  return broken;
}

static const char *check_table3(const struct pagetable *table, frame_t frame)
{
  const char *broken = check_table1(table, frame);
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry))
      broken = check_table2(table, pte_frame(entry));
  }
  return broken;
}

const char *pagetable_check(const struct pagetable *table)
{
  if (table->root >= table->frames->nframes || level_of(table->frames, table->root) != 4)
    return "pagetable: the root is no table of the highest level";
  const char *broken = check_table1(table, table->root);
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(table->root, i)]);
    if (pte_present(entry))
      broken = check_table3(table, pte_frame(entry));
  }
  return broken;
}

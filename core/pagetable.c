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

/* A table has one parent: two pages that share a table of level 1 share every index above it. */
/*@ ghost
  /@ requires valid: TreeValid(table);
     assigns \nothing;
     ensures levels: Levels(table->frames, table->memory);
     ensures one_path: OnePath(table->frames, table->memory);
  @/
  static void one_path(const struct pagetable *table)
  {
    /@ assert indices: \forall integer q; Page(q) ==>
         0 <= Index1(q) < 512 && 0 <= Index2(q) < 512 && 0 <= Index3(q) < 512 && 0 <= Index4(q) < 512; @/
    /@ assert links: \forall integer f, i; 0 <= f < table->frames->nframes && 0 <= i < 512 &&
         Owner(table->frames, f) >= OWNER_TABLE2 && Next(table->memory, f, i) >= 0 ==>
         LinkedAt(table->frames, Next(table->memory, f, i), f, i) &&
         Owner(table->frames, Next(table->memory, f, i)) == Owner(table->frames, f) - 1; @/
    /@ assert links3: \forall integer r, q; Root(table->frames, r) && Page(q) && Table3(table->memory, r, q) >= 0 ==>
         LinkedAt(table->frames, Table3(table->memory, r, q), r, Index4(q)) &&
         Owner(table->frames, Table3(table->memory, r, q)) == OWNER_TABLE3; @/
    /@ assert links2: \forall integer r, q; Root(table->frames, r) && Page(q) && Table2(table->memory, r, q) >= 0 ==>
         Table3(table->memory, r, q) >= 0 &&
         LinkedAt(table->frames, Table2(table->memory, r, q), Table3(table->memory, r, q), Index3(q)) &&
         Owner(table->frames, Table2(table->memory, r, q)) == OWNER_TABLE2; @/
    /@ assert links1: \forall integer r, q; Root(table->frames, r) && Page(q) && Table1(table->memory, r, q) >= 0 ==>
         Table2(table->memory, r, q) >= 0 &&
         LinkedAt(table->frames, Table1(table->memory, r, q), Table2(table->memory, r, q), Index2(q)) &&
         Owner(table->frames, Table1(table->memory, r, q)) == OWNER_TABLE1; @/
    /@ assert same2: \forall integer r, q, o, p; Root(table->frames, r) && Page(q) && Root(table->frames, o) && Page(p) &&
         Table1(table->memory, r, q) >= 0 && Table1(table->memory, r, q) == Table1(table->memory, o, p) ==>
         Table2(table->memory, r, q) == Table2(table->memory, o, p) && Index2(q) == Index2(p); @/
    /@ assert same3: \forall integer r, q, o, p; Root(table->frames, r) && Page(q) && Root(table->frames, o) && Page(p) &&
         Table2(table->memory, r, q) >= 0 && Table2(table->memory, r, q) == Table2(table->memory, o, p) ==>
         Table3(table->memory, r, q) == Table3(table->memory, o, p) && Index3(q) == Index3(p); @/
    /@ assert same4: \forall integer r, q, o, p; Root(table->frames, r) && Page(q) && Root(table->frames, o) && Page(p) &&
         Table3(table->memory, r, q) >= 0 && Table3(table->memory, r, q) == Table3(table->memory, o, p) ==>
         r == o && Index4(q) == Index4(p); @/
    /@ assert page: \forall integer q, p; Page(q) && Page(p) && Index4(q) == Index4(p) && Index3(q) == Index3(p) &&
         Index2(q) == Index2(p) && Index1(q) == Index1(p) ==> q == p; @/
  }
*/

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

/* Writes an entry. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES;
    assigns table->memory[512 * frame + index];
    ensures written: table->memory[512 * frame + index] == entry;
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCountsBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures count: Count(table->memory, 512 * frame, 512) == \old(Count(table->memory, 512 * frame, 512)) +
      PteOne(table->memory[512 * frame + index]) - \old(PteOne(table->memory[512 * frame + index]));
*/
static inline void write_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                              uint64_t entry)
{
  pte_write(&table->memory[slot_of(frame, index)], entry);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant other: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes &&
         !(x <= 512 * frame + index < x + 512) ==> Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop invariant here: Count{Here}(table->memory, 512 * frame, k) == Count{Pre}(table->memory, 512 * frame, k) +
         (k > index ? PteOne(table->memory[512 * frame + index]) - PteOne(\at(table->memory[512 * frame + index], Pre)) : 0);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
}

/* Empties an entry, and returns it as it was at that moment. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES;
    assigns table->memory[512 * frame + index];
    ensures empty: !PtePresent(table->memory[512 * frame + index]);
    ensures same: SameEntry(\result, \old(table->memory[512 * frame + index]));
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCountsBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures count: Count(table->memory, 512 * frame, 512) == \old(Count(table->memory, 512 * frame, 512)) +
      PteOne(table->memory[512 * frame + index]) - \old(PteOne(table->memory[512 * frame + index]));
*/
static inline uint64_t take_slot(const struct pagetable *table, frame_t frame, uint32_t index)
{
  uint64_t taken = pte_exchange(&table->memory[slot_of(frame, index)], pte_empty());
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant other: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes &&
         !(x <= 512 * frame + index < x + 512) ==> Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop invariant here: Count{Here}(table->memory, 512 * frame, k) == Count{Pre}(table->memory, 512 * frame, k) +
         (k > index ? PteOne(table->memory[512 * frame + index]) - PteOne(\at(table->memory[512 * frame + index], Pre)) : 0);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  return taken;
}

/* Gives a present entry other permissions; accessed and dirty stay as the processor leaves them. Returns the
 * entry as it was at that moment. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES && permissions <= PAGE_PERMISSIONS;
    requires present: PtePresent(table->memory[512 * frame + index]) && SameEntry(entry, table->memory[512 * frame + index]);
    assigns table->memory[512 * frame + index];
    ensures present: PtePresent(table->memory[512 * frame + index]);
    ensures frame: PteFrame(table->memory[512 * frame + index]) == \old(PteFrame(table->memory[512 * frame + index]));
    ensures permissions: PtePermissions(table->memory[512 * frame + index]) == permissions;
    ensures same: SameEntry(\result, \old(table->memory[512 * frame + index]));
    ensures accessed: PteAccessed(table->memory[512 * frame + index]) == PteAccessed(\result);
    ensures dirty: PteDirty(table->memory[512 * frame + index]) == PteDirty(\result);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
*/
static inline uint64_t change_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                                   uint64_t entry, uint32_t permissions)
{
  uint64_t *slot = &table->memory[slot_of(frame, index)];
  uint64_t held = entry;
  /* Each try but the last meets a bit more, accessed or dirty: at most three. */
  /*@ loop invariant same: PtePresent(held) && SameEntry(held, \at(table->memory[512 * frame + index], Pre));
      loop invariant untouched: *slot == \at(table->memory[512 * frame + index], Pre);
      loop assigns entry, held, *slot;
      loop variant 2 - PteAccessed(held) - PteDirty(held);
  */
  do {
    entry = held;
    held = pte_update(slot, entry, pte_with_permissions(entry, permissions));
  } while (held != entry);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant other: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  return entry;
}

/* Gives a mapped page other permissions; its table of level 1 is in frame. Returns the entry as it was. */
/*@ requires valid: TreeValid(table) && Page(page) && permissions <= PAGE_PERMISSIONS;
    requires mapped: frame == Table1(table->memory, table->root, page) && Mapped(table->memory, table->root, page);
    requires entry: SameEntry(entry, Entry(table->memory, table->root, page));
    assigns table->memory[512 * frame + page % 512];
    ensures valid: TreeValid(table);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures counted: \old(Counted(table->frames, table->memory)) ==> Counted(table->frames, table->memory);
    ensures mapped: Mapped(table->memory, table->root, page);
    ensures frame: PteFrame(Entry(table->memory, table->root, page)) == PteFrame(entry);
    ensures permissions: PtePermissions(Entry(table->memory, table->root, page)) == permissions;
    ensures seen: PteAccessed(Entry(table->memory, table->root, page)) == PteAccessed(\result) &&
      PteDirty(Entry(table->memory, table->root, page)) == PteDirty(\result);
    ensures same: SameEntry(\result, entry);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
*/
static inline uint64_t change_page(const struct pagetable *table, uint64_t page, frame_t frame,
                                   uint64_t entry, uint32_t permissions)
{
  //@ ghost one_path(table);
  uint64_t old = change_slot(table, frame, index1(page), entry, permissions);
  //@ assert upper: \forall integer s; 0 <= s < 512 * table->frames->nframes && Owner(table->frames, s / 512) >= OWNER_TABLE2 ==> table->memory[s] == \at(table->memory[s], Pre);
  //@ assert next: \forall integer g, j; 0 <= g < table->frames->nframes && 0 <= j < 512 && Owner(table->frames, g) >= OWNER_TABLE2 ==> Next{Here}(table->memory, g, j) == Next{Pre}(table->memory, g, j);
  //@ assert table3: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table3{Here}(table->memory, r, q) == Table3{Pre}(table->memory, r, q);
  //@ assert table2: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table2{Here}(table->memory, r, q) == Table2{Pre}(table->memory, r, q);
  //@ assert table1: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table1{Here}(table->memory, r, q) == Table1{Pre}(table->memory, r, q);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
  return old;
}

/* Empties a table. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes;
    assigns table->memory[512 * frame .. 512 * frame + 511];
    ensures layout: SpaceLayout(table);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures empty: EmptyTable(table->memory, frame);
    ensures count: Count(table->memory, 512 * frame, 512) == 0;
    ensures others: SameEntriesOutside{Pre, Post}(table->frames, table->memory, 512 * frame);
    ensures counts: SameCountsOutside{Pre, Post}(table->frames, table->memory, 512 * frame);
*/
static void clear_table(const struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant layout: SpaceLayout(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant frames: \at(FramesValid(table->frames), Pre) ==> FramesValid(table->frames);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(table->memory[s]);
      loop invariant others: SameEntriesOutside{Pre, Here}(table->frames, table->memory, 512 * frame);
      loop invariant counts: SameCountsOutside{Pre, Here}(table->frames, table->memory, 512 * frame);
      loop assigns i, table->memory[512 * frame .. 512 * frame + 511];
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    write_slot(table, frame, i, pte_empty());
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant none: Count(table->memory, 512 * frame, k) == 0;
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
}

/* A table has between 0 and 512 entries, and an entry that is present or not makes that narrower. */
/*@ ghost
  /@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
     assigns \nothing;
     ensures bounds: PteOne(table->memory[512 * frame + index]) <= Count(table->memory, 512 * frame, 512) <=
       511 + PteOne(table->memory[512 * frame + index]);
  @/
  static void count_bounds(const struct pagetable *table, frame_t frame, uint32_t index)
  {
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant low: (k > index ? PteOne(table->memory[512 * frame + index]) : 0) <= Count(table->memory, 512 * frame, k);
       loop invariant high: Count(table->memory, 512 * frame, k) <= k - (k > index ? 1 - PteOne(table->memory[512 * frame + index]) : 0);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  }
*/

/* Fills an entry that is not present. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires counted: Counted(table->frames, table->memory) && Owner(table->frames, frame) >= OWNER_TABLE1;
    requires absent: !PtePresent(table->memory[512 * frame + index]) && PtePresent(entry);
    assigns table->frames->records[frame].live, table->memory[512 * frame + index];
    ensures layout: SpaceLayout(table);
    ensures counted: Counted(table->frames, table->memory);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures written: table->memory[512 * frame + index] == entry;
    ensures live: Live(table->frames, frame) == \old(Live(table->frames, frame)) + 1;
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
*/
static inline void add_entry(const struct pagetable *table, frame_t frame, uint32_t index,
                             uint64_t entry)
{
  //@ ghost count_bounds(table, frame, index);
  table->frames->records[frame].live++;
  //@ assert layout: SpaceLayout(table);
  //@ assert frames: \at(FramesValid(table->frames), Pre) ==> FramesValid(table->frames);
  write_slot(table, frame, index, entry);
}

/* Empties an entry that is present, and returns it as it was at that moment. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires counted: Counted(table->frames, table->memory) && Owner(table->frames, frame) >= OWNER_TABLE1;
    requires present: PtePresent(table->memory[512 * frame + index]);
    assigns table->frames->records[frame].live, table->memory[512 * frame + index];
    ensures layout: SpaceLayout(table);
    ensures counted: Counted(table->frames, table->memory);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures empty: !PtePresent(table->memory[512 * frame + index]);
    ensures same: SameEntry(\result, \old(table->memory[512 * frame + index]));
    ensures live: Live(table->frames, frame) == \old(Live(table->frames, frame)) - 1;
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
*/
static inline uint64_t remove_entry(const struct pagetable *table, frame_t frame, uint32_t index)
{
  //@ ghost count_bounds(table, frame, index);
  table->frames->records[frame].live--;
  //@ assert layout: SpaceLayout(table);
  //@ assert frames: \at(FramesValid(table->frames), Pre) ==> FramesValid(table->frames);
  return take_slot(table, frame, index);
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

/* Whether a mapping may own this frame. */
static inline enum status target_status(const struct frames *frames, frame_t frame)
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
    status = target_status(table->frames, frame);
  if (status != STATUS_OK)
    return status;
  status = map_entry(table, page_of(address), pte_leaf(frame, permissions));
  if (status == STATUS_OK && owned)
    (void)frame_get(table->frames, frame); /* checked above: cannot fail */
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
  uint64_t entry = pte_read(&table->memory[slot_of((frame_t)table1, index1(page))]);
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  if (pte_permissions(entry) / PAGE_UNOWNED != permissions / PAGE_UNOWNED)
    return STATUS_BAD_PERMISSION;
  entry = change_page(table, page, (frame_t)table1, entry, permissions);
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

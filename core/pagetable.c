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

/*@ requires valid: TreeValid(table) && Page(page);
    assigns \nothing;
    ensures level: 1 <= \result.level <= 4;
    ensures none3: \result.level == 4 <==> Table3(table->memory, table->root, page) < 0;
    ensures none2: \result.level >= 3 <==> Table2(table->memory, table->root, page) < 0;
    ensures none1: \result.level >= 2 <==> Table1(table->memory, table->root, page) < 0;
    ensures table3: \result.level <= 3 ==> \result.table3 == Table3(table->memory, table->root, page) &&
      \result.table3 < table->frames->nframes && Owner(table->frames, \result.table3) == OWNER_TABLE3;
    ensures table2: \result.level <= 2 ==> \result.table2 == Table2(table->memory, table->root, page) &&
      \result.table2 < table->frames->nframes && Owner(table->frames, \result.table2) == OWNER_TABLE2;
    ensures table1: \result.level == 1 ==> \result.table1 == Table1(table->memory, table->root, page) &&
      \result.table1 < table->frames->nframes && Owner(table->frames, \result.table1) == OWNER_TABLE1;
*/
static struct path walk(const struct pagetable *table, uint64_t page)
{
  struct path path = {0, 0, 0, 4};
  uint64_t entry = pte_read(&table->memory[slot_of(table->root, index4(page))]);
  if (!pte_present(entry)) {
    //@ assert none3: Table3(table->memory, table->root, page) == -1;
    return path;
  }
  path.table3 = pte_frame(entry);
  path.level = 3;
  //@ assert table3: path.table3 == Table3(table->memory, table->root, page) && path.table3 < table->frames->nframes && Owner(table->frames, path.table3) == OWNER_TABLE3;
  entry = pte_read(&table->memory[slot_of(path.table3, index3(page))]);
  if (!pte_present(entry)) {
    //@ assert none2: Table2(table->memory, table->root, page) == -1;
    return path;
  }
  path.table2 = pte_frame(entry);
  path.level = 2;
  //@ assert table2: path.table2 == Table2(table->memory, table->root, page) && path.table2 < table->frames->nframes && Owner(table->frames, path.table2) == OWNER_TABLE2;
  entry = pte_read(&table->memory[slot_of(path.table2, index2(page))]);
  if (!pte_present(entry)) {
    //@ assert none1: Table1(table->memory, table->root, page) == -1;
    return path;
  }
  path.table1 = pte_frame(entry);
  path.level = 1;
  //@ assert table1: path.table1 == Table1(table->memory, table->root, page) && path.table1 < table->frames->nframes && Owner(table->frames, path.table1) == OWNER_TABLE1;
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

/* Tells the caller what an entry says. */
/*@ requires layout: SpaceLayout(table) && \valid(out) && SpaceApart(table, out);
    assigns *out;
    ensures frame: out->frame == PteFrame(entry);
    ensures permissions: out->permissions == PtePermissions(entry);
    ensures seen: (out->accessed <==> PteAccessed(entry) == 1) && (out->dirty <==> PteDirty(entry) == 1);
    ensures layout: SpaceLayout(table);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures linked: \old(Linked(table->frames, table->memory)) ==> Linked(table->frames, table->memory);
    ensures counted: \old(Counted(table->frames, table->memory)) ==> Counted(table->frames, table->memory);
    ensures root: \old(Root(table->frames, table->root)) ==> Root(table->frames, table->root);
*/
static inline void report(const struct pagetable *table, uint64_t entry, struct translation *out)
{
  (void)table; /* the contract speaks of it */
  out->frame = pte_frame(entry);
  out->permissions = pte_permissions(entry);
  out->accessed = pte_accessed(entry);
  out->dirty = pte_dirty(entry);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert same: SameRecords{Pre, Here}(table->frames);
  //@ assert blocks: \forall integer f; 0 <= f < table->frames->nframes ==> BlockFirst{Here}(table->frames, f) == BlockFirst{Pre}(table->frames, f);
  //@ assert buddy: \at(FramesValid(table->frames), Pre) ==> BuddyValid(&table->frames->buddy);
  //@ assert records: \at(FramesValid(table->frames), Pre) ==> Records(table->frames);
  //@ assert agree: \at(FramesValid(table->frames), Pre) ==> FramesAgree(table->frames);
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
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert ranges: \forall integer q; Page(q) ==> 0 <= Index1(q) < 512 && 0 <= Index2(q) < 512 && 0 <= Index3(q) < 512 && 0 <= Index4(q) < 512;
  //@ assert table3: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table3{Here}(table->memory, r, q) == Table3{Pre}(table->memory, r, q);
  //@ assert table2: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table2{Here}(table->memory, r, q) == Table2{Pre}(table->memory, r, q);
  //@ assert table1: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table1{Here}(table->memory, r, q) == Table1{Pre}(table->memory, r, q);
  //@ assert apart: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> 512 * Table1{Pre}(table->memory, r, q) + Index1(q) != 512 * frame + page % 512;
  //@ assert inside: \forall integer r, q; Root(table->frames, r) && Page(q) && Table1{Pre}(table->memory, r, q) >= 0 ==> 0 <= 512 * Table1{Pre}(table->memory, r, q) + Index1(q) < 512 * table->frames->nframes;
  //@ assert read: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> At{Here}(table->memory, Table1{Pre}(table->memory, r, q), q) == At{Pre}(table->memory, Table1{Pre}(table->memory, r, q), q);
  //@ assert entries: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> Entry{Here}(table->memory, r, q) == Entry{Pre}(table->memory, r, q);
  //@ assert found: Table1(table->memory, table->root, page) == frame && Index1(page) == page % 512;
  //@ assert here: Entry(table->memory, table->root, page) == table->memory[512 * frame + page % 512];
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
  //@ assert other_counts: \forall integer f; 0 <= f < table->frames->nframes && f != frame ==> Count{Here}(table->memory, 512 * f, 512) == Count{Pre}(table->memory, 512 * f, 512);
  //@ assert other_lives: \forall integer f; 0 <= f < table->frames->nframes && f != frame ==> Live{Here}(table->frames, f) == Live{Pre}(table->frames, f);
  //@ assert records: SameButLive{Pre, Here}(table->frames, frame);
  //@ assert own: Live(table->frames, frame) == Count(table->memory, 512 * frame, 512);
  //@ assert other: \forall integer f; 0 <= f < table->frames->nframes && f != frame && Owner(table->frames, f) >= OWNER_TABLE1 ==> Live(table->frames, f) == Count(table->memory, 512 * f, 512);
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
  uint64_t taken = take_slot(table, frame, index);
  //@ assert other_counts: \forall integer f; 0 <= f < table->frames->nframes && f != frame ==> Count{Here}(table->memory, 512 * f, 512) == Count{Pre}(table->memory, 512 * f, 512);
  //@ assert other_lives: \forall integer f; 0 <= f < table->frames->nframes && f != frame ==> Live{Here}(table->frames, f) == Live{Pre}(table->frames, f);
  //@ assert records: SameButLive{Pre, Here}(table->frames, frame);
  //@ assert own: Live(table->frames, frame) == Count(table->memory, 512 * frame, 512);
  //@ assert other: \forall integer f; 0 <= f < table->frames->nframes && f != frame && Owner(table->frames, f) >= OWNER_TABLE1 ==> Live(table->frames, f) == Count(table->memory, 512 * f, 512);
  return taken;
}

/* Maps a page that is not mapped; its table of level 1 is in frame. */
/*@ requires valid: TreeValid(table) && Counted(table->frames, table->memory) && Page(page) && PtePresent(entry);
    requires unmapped: frame == Table1(table->memory, table->root, page) && !Mapped(table->memory, table->root, page);
    assigns table->frames->records[frame].live, table->memory[512 * frame + page % 512];
    ensures valid: TreeValid(table);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures counted: Counted(table->frames, table->memory);
    ensures mapped: Mapped(table->memory, table->root, page);
    ensures entry: Entry(table->memory, table->root, page) == entry;
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
*/
static inline void add_page(const struct pagetable *table, uint64_t page, frame_t frame,
                            uint64_t entry)
{
  //@ ghost one_path(table);
  //@ assert level: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1;
  add_entry(table, frame, index1(page), entry);
  //@ assert upper: \forall integer s; 0 <= s < 512 * table->frames->nframes && Owner(table->frames, s / 512) >= OWNER_TABLE2 ==> table->memory[s] == \at(table->memory[s], Pre);
  //@ assert next: \forall integer g, j; 0 <= g < table->frames->nframes && 0 <= j < 512 && Owner(table->frames, g) >= OWNER_TABLE2 ==> Next{Here}(table->memory, g, j) == Next{Pre}(table->memory, g, j);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert ranges: \forall integer q; Page(q) ==> 0 <= Index1(q) < 512 && 0 <= Index2(q) < 512 && 0 <= Index3(q) < 512 && 0 <= Index4(q) < 512;
  //@ assert table3: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table3{Here}(table->memory, r, q) == Table3{Pre}(table->memory, r, q);
  //@ assert table2: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table2{Here}(table->memory, r, q) == Table2{Pre}(table->memory, r, q);
  //@ assert table1: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table1{Here}(table->memory, r, q) == Table1{Pre}(table->memory, r, q);
  //@ assert apart: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> 512 * Table1{Pre}(table->memory, r, q) + Index1(q) != 512 * frame + page % 512;
  //@ assert inside: \forall integer r, q; Root(table->frames, r) && Page(q) && Table1{Pre}(table->memory, r, q) >= 0 ==> 0 <= 512 * Table1{Pre}(table->memory, r, q) + Index1(q) < 512 * table->frames->nframes;
  //@ assert read: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> At{Here}(table->memory, Table1{Pre}(table->memory, r, q), q) == At{Pre}(table->memory, Table1{Pre}(table->memory, r, q), q);
  //@ assert entries: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> Entry{Here}(table->memory, r, q) == Entry{Pre}(table->memory, r, q);
  //@ assert found: Table1(table->memory, table->root, page) == frame && Index1(page) == page % 512;
  //@ assert here: Entry(table->memory, table->root, page) == table->memory[512 * frame + page % 512];
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
}

/* Unmaps a page that is mapped; its table of level 1 is in frame. Returns the entry as it was. */
/*@ requires valid: TreeValid(table) && Counted(table->frames, table->memory) && Page(page);
    requires mapped: frame == Table1(table->memory, table->root, page) && Mapped(table->memory, table->root, page);
    assigns table->frames->records[frame].live, table->memory[512 * frame + page % 512];
    ensures valid: TreeValid(table);
    ensures frames: \old(FramesValid(table->frames)) ==> FramesValid(table->frames);
    ensures counted: Counted(table->frames, table->memory);
    ensures unmapped: !Mapped(table->memory, table->root, page);
    ensures same: SameEntry(\result, \old(Entry(table->memory, table->root, page)));
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
*/
static inline uint64_t remove_page(const struct pagetable *table, uint64_t page, frame_t frame)
{
  //@ ghost one_path(table);
  //@ assert level: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1;
  //@ assert was: Entry(table->memory, table->root, page) == table->memory[512 * frame + page % 512];
  uint64_t entry = remove_entry(table, frame, index1(page));
  //@ assert upper: \forall integer s; 0 <= s < 512 * table->frames->nframes && Owner(table->frames, s / 512) >= OWNER_TABLE2 ==> table->memory[s] == \at(table->memory[s], Pre);
  //@ assert next: \forall integer g, j; 0 <= g < table->frames->nframes && 0 <= j < 512 && Owner(table->frames, g) >= OWNER_TABLE2 ==> Next{Here}(table->memory, g, j) == Next{Pre}(table->memory, g, j);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert ranges: \forall integer q; Page(q) ==> 0 <= Index1(q) < 512 && 0 <= Index2(q) < 512 && 0 <= Index3(q) < 512 && 0 <= Index4(q) < 512;
  //@ assert table3: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table3{Here}(table->memory, r, q) == Table3{Pre}(table->memory, r, q);
  //@ assert table2: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table2{Here}(table->memory, r, q) == Table2{Pre}(table->memory, r, q);
  //@ assert table1: \forall integer r, q; Root(table->frames, r) && Page(q) ==> Table1{Here}(table->memory, r, q) == Table1{Pre}(table->memory, r, q);
  //@ assert apart: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> 512 * Table1{Pre}(table->memory, r, q) + Index1(q) != 512 * frame + page % 512;
  //@ assert inside: \forall integer r, q; Root(table->frames, r) && Page(q) && Table1{Pre}(table->memory, r, q) >= 0 ==> 0 <= 512 * Table1{Pre}(table->memory, r, q) + Index1(q) < 512 * table->frames->nframes;
  //@ assert read: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> At{Here}(table->memory, Table1{Pre}(table->memory, r, q), q) == At{Pre}(table->memory, Table1{Pre}(table->memory, r, q), q);
  //@ assert entries: \forall integer r, q; Root(table->frames, r) && Page(q) && !(r == table->root && q == page) && Table1{Pre}(table->memory, r, q) >= 0 ==> Entry{Here}(table->memory, r, q) == Entry{Pre}(table->memory, r, q);
  //@ assert found: Table1(table->memory, table->root, page) == frame && Index1(page) == page % 512;
  //@ assert here: Entry(table->memory, table->root, page) == table->memory[512 * frame + page % 512];
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
  return entry;
}

/* Drops a reference to a frame in use. Tables other than that frame are as before, and no entry changes. */
/*@ requires layout: MapLayout(db, memory) && FramesValid(db);
    requires frame: frame < db->nframes && InUse(db, frame);
    assigns FRAMES_CHANGES(db);
    ensures layout: MapLayout(db, memory) && db->nframes == \old(db->nframes);
    ensures frames: FramesValid(db);
    ensures entries: SameEntries{Pre, Post}(db, memory);
    ensures counts: SameCounts{Pre, Post}(db, memory);
    ensures tables: SameTablesBut{Pre, Post}(db, frame);
    ensures no_more: NoMoreTables{Pre, Post}(db);
    ensures reference: ReferenceDropped{Pre, Post}(db, frame);
*/
static inline void put_frame(struct frames *db, uint64_t *memory, frame_t frame)
{
  (void)memory; /* the contract speaks of it */
  (void)frame_put(db, frame);
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert layout: MapLayout(db, memory);
  //@ assert entries: SameEntries{Pre, Here}(db, memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * db->nframes ==>
         Count{Here}(memory, x, k) == Count{Pre}(memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  //@ assert alike: \forall integer f; 0 <= f < db->nframes && BlockFirst{Pre}(db, frame) <= f < BlockFirst{Pre}(db, frame) + Pow2(Order{Pre}(db, frame)) ==> Owner{Pre}(db, f) == Owner{Pre}(db, frame);
}

/* Takes a frame for a table. No other table changes, and no entry does. */
/*@ requires layout: MapLayout(db, memory) && FramesValid(db) && OWNER_TABLE1 <= owner <= OWNER_TABLE4;
    requires out: \valid(out) && \separated(out, memory + (0 .. 512 * db->nframes - 1), db,
      db->records + (0 .. db->nframes - 1),
      db->buddy.free.words + (0 .. db->buddy.free.nwords - 1),
      db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
    assigns *out, FRAMES_CHANGES(db);
    ensures layout: MapLayout(db, memory) && db->nframes == \old(db->nframes);
    ensures frames: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures entries: SameEntries{Pre, Post}(db, memory);
    ensures counts: SameCounts{Pre, Post}(db, memory);
    ensures fresh: \result == STATUS_OK ==> *out < db->nframes && Owner{Pre}(db, *out) == OWNER_FREE &&
      Owner(db, *out) == owner && Live(db, *out) == 0;
    ensures others: \result == STATUS_OK ==> SameOutside{Pre, Post}(db, *out, *out + 1);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && SameRecords{Pre, Post}(db);
*/
static inline enum status take_frame(struct frames *db, uint64_t *memory, enum owner owner,
                                     frame_t *out)
{
  (void)memory; /* the contract speaks of it */
  enum status status = frame_alloc(db, 0, owner, 0, out);
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert layout: MapLayout(db, memory);
  //@ assert entries: SameEntries{Pre, Here}(db, memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * db->nframes ==>
         Count{Here}(memory, x, k) == Count{Pre}(memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  return status;
}

/* A new empty table under an entry that is not present; its owner is its level. */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && \separated(out, table, table->memory + (0 .. 512 * table->frames->nframes - 1), table->frames,
      table->frames->records + (0 .. table->frames->nframes - 1),
      table->frames->buddy.free.words + (0 .. table->frames->buddy.free.nwords - 1),
      table->frames->buddy.split + (0 .. Nodes(&table->frames->buddy) / 64 - 1));
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && OWNER_TABLE1 <= owner <= OWNER_TABLE3 &&
      Owner(table->frames, parent) == owner + 1 && !PtePresent(table->memory[512 * parent + index]);
    assigns *out, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures fresh: \result == STATUS_OK ==> *out < table->frames->nframes && Owner{Pre}(table->frames, *out) == OWNER_FREE;
    ensures table: \result == STATUS_OK ==> Owner(table->frames, *out) == owner && EmptyTable(table->memory, *out);
    ensures linked: \result == STATUS_OK ==> PtePresent(table->memory[512 * parent + index]) &&
      PteFrame(table->memory[512 * parent + index]) == *out;
    ensures owners: \result == STATUS_OK ==> SameOwnersBut{Pre, Post}(table->frames, *out);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && SameRecords{Pre, Post}(table->frames) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
static enum status add_table(struct pagetable *table, frame_t parent, uint32_t index,
                             enum owner owner, frame_t *out)
{
  frame_t child = 0;
  enum status status = take_frame(table->frames, table->memory, owner, &child);
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
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && Owner(table->frames, parent) >= OWNER_TABLE2;
    requires child: PtePresent(table->memory[512 * parent + index]) && PteFrame(table->memory[512 * parent + index]) == child;
    assigns table->memory[512 * parent + index], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures empty: \result <==> \old(Live(table->frames, child)) == 0;
    ensures gone: \result ==> !PtePresent(table->memory[512 * parent + index]);
    ensures owners: SameOwnersBut{Pre, Post}(table->frames, child);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures unchanged: !\result ==> SameRecords{Pre, Post}(table->frames) && SameEntries{Pre, Post}(table->frames, table->memory);
*/
static bool drop_table(struct pagetable *table, frame_t parent, uint32_t index, frame_t child)
{
  if (table->frames->records[child].live != 0)
    return false;
  (void)remove_entry(table, parent, index);
  put_frame(table->frames, table->memory, child);
  return true;
}

enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory)
{
  struct pagetable made = {frames, memory, 0};
  frame_t root = 0;
  enum status status = take_frame(frames, memory, OWNER_TABLE4, &root);
  if (status != STATUS_OK)
    return status;
  made.root = root;
  clear_table(&made, root);
  *table = made;
  return STATUS_OK;
}

/* Whether a mapping may own this frame. */
/*@ requires valid: FramesValid(frames);
    assigns \nothing;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> frame >= frames->nframes;
    ensures not_allocated: frame < frames->nframes ==> (\result == STATUS_NOT_ALLOCATED <==> Owner(frames, frame) == OWNER_FREE);
    ensures reserved: frame < frames->nframes ==> (\result == STATUS_RESERVED <==> Owner(frames, frame) == OWNER_RESERVED);
    ensures bad_owner: frame < frames->nframes ==> (\result == STATUS_BAD_OWNER <==> Owner(frames, frame) >= OWNER_TABLE1);
    ensures saturated: frame < frames->nframes && OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER ==>
      (\result == STATUS_SATURATED <==> References(frames, BlockFirst(frames, frame)) == FRAME_REFERENCES_MAX);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_ALLOCATED ||
      \result == STATUS_RESERVED || \result == STATUS_BAD_OWNER || \result == STATUS_SATURATED;
*/
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
/*@ requires valid: SpaceValid(table);
    assigns FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures reference: PtePermissions(entry) < PAGE_UNOWNED && PteFrame(entry) < table->frames->nframes &&
      OWNER_KERNEL <= Owner{Pre}(table->frames, PteFrame(entry)) <= OWNER_USER ==>
        ReferenceDropped{Pre, Post}(table->frames, PteFrame(entry));
    ensures tables: SameTables{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static void put_target(const struct pagetable *table, uint64_t entry)
{
  frame_t frame = pte_frame(entry);
  if (pte_permissions(entry) >= PAGE_UNOWNED || frame >= table->frames->nframes)
    return;
  uint8_t owner = table->frames->records[frame].owner;
  if (owner != OWNER_KERNEL && owner != OWNER_USER)
    return;
  put_frame(table->frames, table->memory, frame);
}

/* Makes the tables that are missing on the path to a page; all or none. */
/*@ requires valid: SpaceValid(table) && Page(page);
    requires missing: Table1(table->memory, table->root, page) < 0;
    requires path: \valid(path) && 2 <= path->level <= 4 &&
      \separated(path, table, table->memory + (0 .. 512 * table->frames->nframes - 1), table->frames,
        table->frames->records + (0 .. table->frames->nframes - 1),
        table->frames->buddy.free.words + (0 .. table->frames->buddy.free.nwords - 1),
        table->frames->buddy.split + (0 .. Nodes(&table->frames->buddy) / 64 - 1));
    requires level: (path->level == 4 <==> Table3(table->memory, table->root, page) < 0) &&
      (path->level >= 3 <==> Table2(table->memory, table->root, page) < 0) &&
      (path->level <= 3 ==> path->table3 == Table3(table->memory, table->root, page)) &&
      (path->level <= 2 ==> path->table2 == Table2(table->memory, table->root, page));
    assigns *path, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures found: \result == STATUS_OK ==> path->table1 == Table1(table->memory, table->root, page) &&
      !Mapped(table->memory, table->root, page);
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures given_back: \result != STATUS_OK ==> SameOwners{Pre, Post}(table->frames);
*/
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

/* Not in line: that would slow down the pages whose tables are there. */
__attribute__((noinline)) static enum status map_far(struct pagetable *table, uint64_t page,
                                                     uint64_t entry);
__attribute__((noinline)) static void prune(struct pagetable *table, uint64_t page);

/* Maps a page that has no table of level 1 yet. */
/*@ requires valid: SpaceValid(table) && Page(page) && PtePresent(entry);
    requires missing: Table1(table->memory, table->root, page) < 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      Entry(table->memory, table->root, page) == entry;
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory) &&
      SameOwners{Pre, Post}(table->frames);
*/
static enum status map_far(struct pagetable *table, uint64_t page, uint64_t entry)
{
  struct path path = walk(table, page);
  enum status status = extend(table, page, &path);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  if (status == STATUS_OK)
    add_page(table, page, path.table1, entry);
  return status;
}

/* Maps a page unless it is mapped. */
/*@ requires valid: SpaceValid(table) && Page(page) && PtePresent(entry);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY || \result == STATUS_ALREADY_MAPPED;
    ensures already: \result == STATUS_ALREADY_MAPPED <==> \old(Mapped(table->memory, table->root, page));
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      Entry(table->memory, table->root, page) == entry;
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory) &&
      SameOwners{Pre, Post}(table->frames);
*/
static inline enum status map_entry(struct pagetable *table, uint64_t page, uint64_t entry)
{
  int64_t table1 = table1_of(table, page);
  if (table1 < 0)
    return map_far(table, page, entry);
  uint64_t old = pte_read(&table->memory[slot_of((frame_t)table1, index1(page))]);
  //@ assert old: SameEntry(old, Entry(table->memory, table->root, page));
  if (pte_present(old))
    return STATUS_ALREADY_MAPPED;
  //@ assert unmapped: !Mapped(table->memory, table->root, page);
  add_page(table, page, (frame_t)table1, entry);
  return STATUS_OK;
}

/* Takes the reference of a mapping: the frame's status was found to be good. */
/*@ requires valid: SpaceValid(table);
    requires target: frame < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER &&
      References(table->frames, BlockFirst(table->frames, frame)) < FRAME_REFERENCES_MAX;
    assigns table->frames->records[0 .. table->frames->nframes - 1].references;
    ensures valid: SpaceValid(table);
    ensures reference: References(table->frames, BlockFirst(table->frames, frame)) ==
      \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures first: BlockFirst(table->frames, frame) == \old(BlockFirst(table->frames, frame));
*/
static inline void get_target(const struct pagetable *table, frame_t frame)
{
  (void)frame_get(table->frames, frame);
  //@ assert layout: SpaceLayout(table);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
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
  //@ assert target: owned ==> frame < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER && References(table->frames, BlockFirst(table->frames, frame)) < FRAME_REFERENCES_MAX;
  //@ assert first: owned ==> 0 <= BlockFirst(table->frames, frame) < table->frames->nframes && Owner(table->frames, BlockFirst(table->frames, frame)) == Owner(table->frames, frame);
  status = map_entry(table, page_of(address), pte_leaf(frame, permissions));
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert mapped: status == STATUS_OK ==> Mapped(table->memory, table->root, PageOf(address)) && PteFrame(Entry(table->memory, table->root, PageOf(address))) == frame && PtePermissions(Entry(table->memory, table->root, PageOf(address))) == permissions;
  //@ assert same_first: owned ==> BlockFirst(table->frames, frame) == BlockFirst{Pre}(table->frames, frame);
  //@ assert same_target: owned ==> OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER && References(table->frames, BlockFirst(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
  if (status == STATUS_OK && owned)
    get_target(table, frame);
  return status;
}

/* Gives back the tables on the way to a page that have become empty, lowest first. */
/*@ requires valid: SpaceValid(table) && Page(page) && Table1(table->memory, table->root, page) >= 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static void prune(struct pagetable *table, uint64_t page)
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
  if (table1 < 0)
    return STATUS_NOT_MAPPED;
  uint64_t entry = pte_read(&table->memory[slot_of((frame_t)table1, index1(page))]);
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page));
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Mapped(table->memory, table->root, page);
  entry = remove_page(table, page, (frame_t)table1);
  report(table, entry, out);
  //@ assert removed: SpaceValid(table) && !Mapped(table->memory, table->root, page);
  put_target(table, entry);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert put: Root(table->frames, table->root) && !Mapped(table->memory, table->root, page);
  if (table->frames->records[table1].live == 0)
    prune(table, page);
  //@ assert gone: !Mapped(table->memory, table->root, page);
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
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page));
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Mapped(table->memory, table->root, page);
  if (pte_permissions(entry) / PAGE_UNOWNED != permissions / PAGE_UNOWNED)
    return STATUS_BAD_PERMISSION;
  entry = change_page(table, page, (frame_t)table1, entry, permissions);
  report(table, entry, out);
  //@ assert valid: SpaceValid(table);
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
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page));
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Mapped(table->memory, table->root, page);
  out->frame = pte_frame(entry);
  out->permissions = pte_permissions(entry);
  out->accessed = pte_accessed(entry);
  out->dirty = pte_dirty(entry);
  return STATUS_OK;
}

/* The entries of a table of level 1, and their references. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1);
    ensures others: SamePagesElse1{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table1(struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1);
      loop invariant others: SamePagesElse1{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(table->memory[s]);
      loop assigns i, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    if (pte_present(pte_read(&table->memory[slot_of(frame, i)])))
      put_target(table, remove_entry(table, frame, i));
  }
}

/* The tables under a table of level 2, 3 and 4. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE2;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE2);
    ensures others: SamePagesElse2{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table2(struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE2);
      loop invariant others: SamePagesElse2{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(table->memory[s]);
      loop assigns i, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry)) {
      empty_table1(table, pte_frame(entry));
      (void)drop_table(table, frame, i, pte_frame(entry));
    }
  }
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE3;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE3);
    ensures others: SamePagesElse3{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table3(struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE3);
      loop invariant others: SamePagesElse3{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(table->memory[s]);
      loop assigns i, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry)) {
      empty_table2(table, pte_frame(entry));
      (void)drop_table(table, frame, i, pte_frame(entry));
    }
  }
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE4;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures size: table->frames->nframes == \old(table->frames->nframes);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE4);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table4(struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE4);
      loop invariant others: SamePagesElse{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(table->memory[s]);
      loop assigns i, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
      loop variant TABLE_ENTRIES - i;
  */
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
  put_frame(table->frames, table->memory, table->root);
}

/* Level of a frame's table, 0 if it is none. */
/*@ requires range: \valid_read(&frames->records) && \valid_read(frames->records + frame);
    assigns \nothing;
    ensures none: \result == 0 <==> Owner(frames, frame) < OWNER_TABLE1;
    ensures level: Owner(frames, frame) >= OWNER_TABLE1 ==> \result == Owner(frames, frame) - OWNER_TABLE1 + 1;
*/
static uint32_t level_of(const struct frames *frames, frame_t frame)
{
  uint8_t owner = frames->records[frame].owner;
  return owner >= OWNER_TABLE1 ? (uint32_t)(owner - OWNER_TABLE1) + 1 : 0;
}
/* What is wrong with a present entry of a table, or null. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures target: \result == \null && Owner(table->frames, frame) >= OWNER_TABLE2 ==>
      0 <= PteFrame(entry) < table->frames->nframes && LinkedAt(table->frames, PteFrame(entry), frame, index) &&
      LevelBelow(table->frames, frame, PteFrame(entry));
*/
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
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures targets: \result == \null && Owner(table->frames, frame) >= OWNER_TABLE2 ==>
      Targets(table->frames, table->memory, frame, 512);
*/
static const char *check_table1(const struct pagetable *table, frame_t frame)
{
  uint32_t live = 0;
  /*@ loop invariant range: 0 <= live <= i <= TABLE_ENTRIES;
      loop invariant targets: Owner(table->frames, frame) >= OWNER_TABLE2 ==>
        Targets(table->frames, table->memory, frame, i);
      loop assigns i, live;
      loop variant TABLE_ENTRIES - i;
  */
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
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE2;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
*/
static const char *check_table2(const struct pagetable *table, frame_t frame)
{
  const char *broken = check_table1(table, frame);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant text: broken == \null || (\valid_read(broken) && broken[0] != 0);
      loop invariant targets: broken == \null ==> Targets(table->frames, table->memory, frame, 512);
      loop assigns i, broken;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry))
      broken = check_table1(table, pte_frame(entry));
  }
  return broken;
}

/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE3;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
*/
static const char *check_table3(const struct pagetable *table, frame_t frame)
{
  const char *broken = check_table1(table, frame);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant text: broken == \null || (\valid_read(broken) && broken[0] != 0);
      loop invariant targets: broken == \null ==> Targets(table->frames, table->memory, frame, 512);
      loop assigns i, broken;
      loop variant TABLE_ENTRIES - i;
  */
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
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant text: broken == \null || (\valid_read(broken) && broken[0] != 0);
      loop invariant targets: broken == \null ==> Targets(table->frames, table->memory, table->root, 512);
      loop assigns i, broken;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(table->root, i)]);
    if (pte_present(entry))
      broken = check_table3(table, pte_frame(entry));
  }
  return broken;
}

#include "pagetable.h"

#include "table.h"

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
  bool both = permissions % 4 == PAGE_WRITE + PAGE_EXECUTE;
  bool cache = permissions / PAGE_WRITE_COMBINING % 4 != 3;
  return permissions <= PAGE_PERMISSIONS && !both && cache ? STATUS_OK : STATUS_BAD_PERMISSION;
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

/* The table that an entry of a table of level 2, 3 or 4 points at, -1 if it is not present. */
/*@ requires valid: SpaceLayout(table) && Linked(table->frames, table->memory);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES &&
      OWNER_TABLE2 <= Owner(table->frames, frame) <= OWNER_TABLE4;
    assigns \nothing;
    ensures exact: \result == Next(table->memory, frame, index);
    ensures range: -1 <= \result < table->frames->nframes;
    ensures below: \result >= 0 ==> Owner(table->frames, \result) == Owner(table->frames, frame) - 1;
*/
static inline int64_t next_of(const struct pagetable *table, frame_t frame, uint32_t index)
{
  //@ assert place: (512 * frame + index) / 512 == frame;
  uint64_t entry = read_slot(table, frame, index);
  return pte_present(entry) ? (int64_t)pte_next(entry) : -1;
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
  int64_t next = next_of(table, table->root, index4(page));
  if (next >= 0)
    next = next_of(table, (frame_t)next, index3(page));
  if (next >= 0)
    next = next_of(table, (frame_t)next, index2(page));
  return next;
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
  int64_t next = next_of(table, table->root, index4(page));
  if (next < 0)
    return path;
  path.table3 = (frame_t)next;
  path.level = 3;
  next = next_of(table, path.table3, index3(page));
  if (next < 0)
    return path;
  path.table2 = (frame_t)next;
  path.level = 2;
  next = next_of(table, path.table2, index2(page));
  if (next < 0)
    return path;
  path.table1 = (frame_t)next;
  path.level = 1;
  return path;
}

/* A table has one parent: two pages that share a table of level 1 share every index above it. */
/*@ ghost
  /@ requires valid: MapLayout(db, memory) && Linked(db, memory);
     assigns \nothing;
     ensures levels: Levels(db, memory);
     ensures one_path: OnePath(db, memory);
     ensures parents: Parents(db, memory);
  @/
  static void one_path(const struct frames *db, const uint64_t *memory)
  {
    /@ assert indices: \forall integer q; Page(q) ==>
         0 <= Index1(q) < 512 && 0 <= Index2(q) < 512 && 0 <= Index3(q) < 512 && 0 <= Index4(q) < 512; @/
    /@ assert links: \forall integer f, i; 0 <= f < db->nframes && 0 <= i < 512 &&
         OWNER_TABLE2 <= Owner(db, f) <= OWNER_TABLE4 && Next(memory, f, i) >= 0 ==>
         LinkedAt(db, Next(memory, f, i), f, i) &&
         Owner(db, Next(memory, f, i)) == Owner(db, f) - 1; @/
    /@ assert links3: \forall integer r, q; Root(db, r) && Page(q) && Table3(memory, r, q) >= 0 ==>
         LinkedAt(db, Table3(memory, r, q), r, Index4(q)) &&
         Owner(db, Table3(memory, r, q)) == OWNER_TABLE3; @/
    /@ assert links2: \forall integer r, q; Root(db, r) && Page(q) && Table2(memory, r, q) >= 0 ==>
         Table3(memory, r, q) >= 0 &&
         LinkedAt(db, Table2(memory, r, q), Table3(memory, r, q), Index3(q)) &&
         Owner(db, Table2(memory, r, q)) == OWNER_TABLE2; @/
    /@ assert links1: \forall integer r, q; Root(db, r) && Page(q) && Table1(memory, r, q) >= 0 ==>
         Table2(memory, r, q) >= 0 &&
         LinkedAt(db, Table1(memory, r, q), Table2(memory, r, q), Index2(q)) &&
         Owner(db, Table1(memory, r, q)) == OWNER_TABLE1; @/
    /@ assert same2: \forall integer r, q, o, p; Root(db, r) && Page(q) && Root(db, o) && Page(p) &&
         Table1(memory, r, q) >= 0 && Table1(memory, r, q) == Table1(memory, o, p) ==>
         Table2(memory, r, q) == Table2(memory, o, p) && Index2(q) == Index2(p); @/
    /@ assert same3: \forall integer r, q, o, p; Root(db, r) && Page(q) && Root(db, o) && Page(p) &&
         Table2(memory, r, q) >= 0 && Table2(memory, r, q) == Table2(memory, o, p) ==>
         Table3(memory, r, q) == Table3(memory, o, p) && Index3(q) == Index3(p); @/
    /@ assert same4: \forall integer r, q, o, p; Root(db, r) && Page(q) && Root(db, o) && Page(p) &&
         Table3(memory, r, q) >= 0 && Table3(memory, r, q) == Table3(memory, o, p) ==>
         r == o && Index4(q) == Index4(p); @/
    /@ assert digits: \forall integer q; Page(q) ==> q == 134217728 * Index4(q) + 262144 * Index3(q) + 512 * Index2(q) + Index1(q); @/
    /@ assert page: \forall integer q, p; Page(q) && Page(p) && Index4(q) == Index4(p) && Index3(q) == Index3(p) &&
         Index2(q) == Index2(p) && Index1(q) == Index1(p) ==> q == p; @/
  }
*/

/* Gives a mapped page other permissions; its table of level 1 is in frame. Returns the entry as it was. */
/*@ requires valid: TreeValid(table) && Page(page) && PteKnown(permissions);
    requires mapped: frame == Table1(table->memory, table->root, page) && Mapped(table->memory, table->root, page);
    requires entry: SameEntry(entry, Entry(table->memory, table->root, page));
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + page % 512];
    ensures valid: TreeValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures path: Table1(table->memory, table->root, page) == \old(Table1(table->memory, table->root, page));
    ensures frames: FramesValid(table->frames);
    ensures counted: \old(Counted(table->frames, table->memory)) ==> Counted(table->frames, table->memory);
    ensures mapped: Mapped(table->memory, table->root, page);
    ensures frame: PteFrame(Entry(table->memory, table->root, page), 1) == PteFrame(entry, 1);
    ensures permissions: PtePermissions(Entry(table->memory, table->root, page), 1) == permissions;
    ensures seen: PteAccessed(Entry(table->memory, table->root, page)) == PteAccessed(\result) &&
      PteDirty(Entry(table->memory, table->root, page)) == PteDirty(\result);
    ensures same: SameEntry(\result, entry);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
*/
static inline uint64_t change_page(const struct pagetable *table, uint64_t page, frame_t frame,
                                   uint64_t entry, uint32_t permissions)
{
  //@ ghost one_path(table->frames, table->memory);
  uint64_t old = change_slot(table, frame, index1(page), entry, permissions);
  //@ assert place: (512 * frame + page % 512) / 512 == frame;
  //@ assert apart_from: \forall integer g, j; 0 <= g < table->frames->nframes && 0 <= j < 512 && g != frame ==> Slot(table->memory, 512 * g + j) == \at(Slot(table->memory, 512 * g + j), Pre);
  //@ assert upper: \forall integer s; 0 <= s < 512 * table->frames->nframes && Owner(table->frames, s / 512) >= OWNER_TABLE2 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
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
  //@ assert here: Entry(table->memory, table->root, page) == Slot(table->memory, 512 * frame + page % 512);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
  return old;
}

/* Maps a page that is not mapped; its table of level 1 is in frame. */
/*@ requires valid: TreeValid(table) && Counted(table->frames, table->memory) && Page(page) && PtePresent(entry);
    requires unmapped: frame == Table1(table->memory, table->root, page) && !Mapped(table->memory, table->root, page);
    requires frames: FramesValid(table->frames);
    assigns table->frames->records[0 .. table->frames->nframes - 1], table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: TreeValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures path: Table1(table->memory, table->root, page) == \old(Table1(table->memory, table->root, page));
    ensures frames: FramesValid(table->frames);
    ensures counted: Counted(table->frames, table->memory);
    ensures mapped: Mapped(table->memory, table->root, page);
    ensures entry: Entry(table->memory, table->root, page) == entry;
    ensures records: SameButTable{Pre, Post}(table->frames, frame, -1);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures slots: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + page % 512);
*/
static inline void add_page(const struct pagetable *table, uint64_t page, frame_t frame,
                            uint64_t entry)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert level: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1;
  add_entry(table, frame, index1(page), entry);
  //@ assert place: (512 * frame + page % 512) / 512 == frame;
  //@ assert apart_from: \forall integer g, j; 0 <= g < table->frames->nframes && 0 <= j < 512 && g != frame ==> Slot(table->memory, 512 * g + j) == \at(Slot(table->memory, 512 * g + j), Pre);
  //@ assert upper: \forall integer s; 0 <= s < 512 * table->frames->nframes && Owner(table->frames, s / 512) >= OWNER_TABLE2 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
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
  //@ assert here: Entry(table->memory, table->root, page) == Slot(table->memory, 512 * frame + page % 512);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
}

/* Unmaps a page that is mapped; its table of level 1 is in frame. Returns the entry as it was. */
/*@ requires valid: TreeValid(table) && Counted(table->frames, table->memory) && Page(page);
    requires mapped: frame == Table1(table->memory, table->root, page) && Mapped(table->memory, table->root, page);
    requires frames: FramesValid(table->frames);
    assigns table->frames->records[frame].live, table->memory[512 * frame + page % 512];
    ensures valid: TreeValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures path: Table1(table->memory, table->root, page) == \old(Table1(table->memory, table->root, page));
    ensures frames: FramesValid(table->frames);
    ensures counted: Counted(table->frames, table->memory);
    ensures unmapped: !Mapped(table->memory, table->root, page);
    ensures same: SameEntry(\result, \old(Entry(table->memory, table->root, page)));
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
*/
static inline uint64_t remove_page(const struct pagetable *table, uint64_t page, frame_t frame)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert level: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1;
  //@ assert was: Entry(table->memory, table->root, page) == Slot(table->memory, 512 * frame + page % 512);
  uint64_t entry = remove_entry(table, frame, index1(page));
  //@ assert place: (512 * frame + page % 512) / 512 == frame;
  //@ assert apart_from: \forall integer g, j; 0 <= g < table->frames->nframes && 0 <= j < 512 && g != frame ==> Slot(table->memory, 512 * g + j) == \at(Slot(table->memory, 512 * g + j), Pre);
  //@ assert upper: \forall integer s; 0 <= s < 512 * table->frames->nframes && Owner(table->frames, s / 512) >= OWNER_TABLE2 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
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
  //@ assert here: Entry(table->memory, table->root, page) == Slot(table->memory, 512 * frame + page % 512);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
  return entry;
}

/* Points an entry that is not present at a table of the level below. */
/*@ requires valid: SpaceLayout(table) && FramesValid(table->frames) && Counted(table->frames, table->memory);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && Owner(table->frames, parent) >= OWNER_TABLE1;
    requires child: child < table->frames->nframes && child != parent && Owner(table->frames, child) >= OWNER_TABLE1;
    requires absent: !PtePresent(Slot(table->memory, 512 * parent + index));
    assigns table->frames->records[0 .. table->frames->nframes - 1], table->memory[512 * parent + index];
    ensures valid: SpaceLayout(table) && FramesValid(table->frames) && Counted(table->frames, table->memory);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures link: LinkedAt(table->frames, child, parent, index);
    ensures entry: PtePresent(Slot(table->memory, 512 * parent + index)) &&
      PteNext(Slot(table->memory, 512 * parent + index)) == child;
    ensures live: Live(table->frames, parent) == \old(Live(table->frames, parent)) + 1;
    ensures child: Owner(table->frames, child) == \old(Owner(table->frames, child)) &&
      Flags(table->frames, child) == \old(Flags(table->frames, child)) &&
      References(table->frames, child) == \old(References(table->frames, child)) &&
      Live(table->frames, child) == \old(Live(table->frames, child));
    ensures records: SameButTable{Pre, Post}(table->frames, parent, child);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
*/
static inline void link_table(const struct pagetable *table, frame_t parent, uint32_t index,
                              frame_t child)
{
  add_entry(table, parent, index, pte_table(child));
  set_slot(table, child, parent, index);
  //@ assert counted: Counted(table->frames, table->memory);
}

/* A new empty table under an entry that is not present, -1 without memory; its owner is its level. */
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && OWNER_TABLE1 <= owner <= OWNER_TABLE3 &&
      Owner(table->frames, parent) == owner + 1 && !PtePresent(Slot(table->memory, 512 * parent + index));
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures range: -1 <= \result < table->frames->nframes;
    ensures fresh: \result >= 0 ==> Owner{Pre}(table->frames, \result) == OWNER_FREE;
    ensures table: \result >= 0 ==> Owner(table->frames, \result) == owner && EmptyTable(table->memory, \result) &&
      Live(table->frames, \result) == 0 && References(table->frames, \result) == 1 && Flags(table->frames, \result) == 0;
    ensures linked: \result >= 0 ==> PtePresent(Slot(table->memory, 512 * parent + index)) &&
      PteNext(Slot(table->memory, 512 * parent + index)) == \result;
    ensures records: \result >= 0 ==> SameButTable{Pre, Post}(table->frames, parent, \result);
    ensures live: \result >= 0 ==> Live(table->frames, parent) == \old(Live(table->frames, parent)) + 1;
    ensures slots: \result >= 0 ==> SameSlotsBut{Pre, Post}(table->frames, table->memory, parent, index);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result < 0 ==> SameRecords{Pre, Post}(table->frames) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
static int64_t add_table(struct pagetable *table, frame_t parent, uint32_t index, enum owner owner)
{
  //@ ghost one_path(table->frames, table->memory);
  int64_t taken = take_frame(table, owner);
  //@ assert space_taken: SameSpace{Pre, Here}(table);
  //@ assert size_taken: table->frames->nframes == \at(table->frames->nframes, Pre);
  if (taken < 0) {
    //@ assert linked: Linked(table->frames, table->memory);
    //@ assert counted: Counted(table->frames, table->memory);
    //@ assert pages: SamePages{Pre, Here}(table->frames, table->memory);
    //@ assert valid: SpaceValid(table);
    return -1;
  }
  frame_t child = (frame_t)taken;
  //@ assert same: child == taken;
  //@ ghost Taken: ;
  //@ assert apart: child != parent;
  clear_table(table, child);
  //@ assert space_cleared: SameSpace{Pre, Here}(table);
  //@ assert outside: SameEntriesOutside{Pre, Here}(table->frames, table->memory, child);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert own: Live(table->frames, child) == 0 && Count(table->memory, 512 * child, 512) == 0;
  //@ assert records_taken: SameOutside{Pre, Here}(table->frames, child, child + 1);
  //@ assert counts: SameCountsOutside{Pre, Here}(table->frames, table->memory, child);
  //@ assert fresh: NewTable{Pre, Here}(table->frames, table->memory, child);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ ghost Cleared: ;
  link_table(table, parent, index, child);
  //@ assert space_added: SameSpace{Pre, Here}(table);
  //@ assert records: SameButTable{Pre, Here}(table->frames, parent, child);
  //@ assert was_no_table: Owner{Pre}(table->frames, child) == OWNER_FREE;
  //@ assert size_added: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert no_root: \forall integer r; Root{Pre}(table->frames, r) ==> r != child;
  //@ assert owners: \forall integer f; 0 <= f < table->frames->nframes && f != child ==> Owner(table->frames, f) == Owner{Pre}(table->frames, f);
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
  //@ assert same_root: Root(table->frames, table->root);
  //@ assert counted_added: Counted(table->frames, table->memory);
  //@ assert apart_slot: \forall integer s; s / 512 == child ==> s != 512 * parent + index;
  //@ assert own_slots: \forall integer s; 0 <= s < 512 * table->frames->nframes && s / 512 == child ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Cleared);
  //@ assert absent: \forall integer s; 0 <= s < 512 * table->frames->nframes && s / 512 == child ==> !PtePresent(Slot(table->memory, s));
  //@ assert inside: \forall integer s; s / 512 == child ==> s < 512 * table->frames->nframes;
  //@ assert empty: EmptyTable(table->memory, child);
  //@ assert other_slots: \forall integer s; 0 <= s < 512 * table->frames->nframes && s / 512 != child && s != 512 * parent + index ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
  //@ assert slots: SameSlotsBut{Pre, Here}(table->frames, table->memory, parent, index);
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert here: PteNext(Slot(table->memory, 512 * parent + index)) == child && Owner(table->frames, child) == Owner(table->frames, parent) - 1 && Parent(table->frames, child) == parent && Index(table->frames, child) == index;
  //@ assert linked_else: \forall integer s; 0 <= s < 512 * table->frames->nframes && s != 512 * parent + index && OWNER_TABLE2 <= Owner(table->frames, s / 512) <= OWNER_TABLE4 && PtePresent(Slot(table->memory, s)) ==> s / 512 != child && Slot(table->memory, s) == \at(Slot(table->memory, s), Pre) && Owner{Pre}(table->frames, s / 512) == Owner(table->frames, s / 512);
  //@ assert linked_kept: \forall integer s; 0 <= s < 512 * table->frames->nframes && s != 512 * parent + index && OWNER_TABLE2 <= Owner(table->frames, s / 512) <= OWNER_TABLE4 && PtePresent(Slot(table->memory, s)) ==> 0 <= PteNext(Slot(table->memory, s)) < table->frames->nframes && PteNext(Slot(table->memory, s)) != child;
  //@ assert linked_same: \forall integer s; 0 <= s < 512 * table->frames->nframes && s != 512 * parent + index && OWNER_TABLE2 <= Owner(table->frames, s / 512) <= OWNER_TABLE4 && PtePresent(Slot(table->memory, s)) ==> Owner(table->frames, PteNext(Slot(table->memory, s))) == Owner(table->frames, s / 512) - 1 && Parent(table->frames, PteNext(Slot(table->memory, s))) == s / 512 && Index(table->frames, PteNext(Slot(table->memory, s))) == s % 512;
  //@ assert linked_own: LinkedSlot(table->frames, table->memory, 512 * parent + index);
  //@ assert linked_rest: \forall integer s; TableSlot(table->frames, table->memory, s) && s != 512 * parent + index ==> LinkedSlot(table->frames, table->memory, s);
  //@ assert linked_each: \forall integer s; TableSlot(table->frames, table->memory, s) ==> LinkedSlot(table->frames, table->memory, s);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert none: Next{Pre}(table->memory, parent, index) == -1 && Next{Here}(table->memory, parent, index) == child;
  //@ assert branch: Branch{Pre, Here}(table->frames, table->memory, parent, index, child);
  //@ assert pages: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert valid: SpaceValid(table);
  return child;
}

/* Takes the entry that points at an empty table away. */
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES &&
      OWNER_TABLE2 <= Owner(table->frames, parent) <= OWNER_TABLE4;
    requires child: PtePresent(Slot(table->memory, 512 * parent + index)) && PteNext(Slot(table->memory, 512 * parent + index)) == child;
    requires empty: Live(table->frames, child) == 0;
    assigns table->frames->records[parent].live, table->memory[512 * parent + index];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1 && child != parent;
    ensures gone: !PtePresent(Slot(table->memory, 512 * parent + index));
    ensures alone: Unlinked(table->frames, table->memory, child);
    ensures live: Live(table->frames, parent) == \old(Live(table->frames, parent)) - 1;
    ensures records: SameButTable{Pre, Post}(table->frames, parent, child);
    ensures same_child: SameButLive{Pre, Post}(table->frames, parent);
    ensures slots: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void unlink_table(const struct pagetable *table, frame_t parent, uint32_t index,
                                frame_t child)
{
  (void)child; /* the contract speaks of it */
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1;
  //@ assert link: Parent(table->frames, child) == parent && Index(table->frames, child) == index;
  //@ ghost count_none(table, child);
  (void)remove_entry(table, parent, index);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert alone: Unlinked(table->frames, table->memory, child);
  //@ ghost one_path(table->frames, table->memory);
  //@ assert slots: SameSlotsBut{Here, Pre}(table->frames, table->memory, parent, index);
  //@ assert branch: Branch{Here, Pre}(table->frames, table->memory, parent, index, child);
  //@ assert back: SamePages{Here, Pre}(table->frames, table->memory);
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
}

/* Puts back the frame of a table that no entry points at. */
/*@ requires valid: SpaceValid(table);
    requires alone: frame < table->frames->nframes && Owner(table->frames, frame) >= OWNER_TABLE1 &&
      Unlinked(table->frames, table->memory, frame);
    assigns FRAMES_CHANGES(table->frames);
    ensures layout: SpaceLayout(table);
    ensures valid: TablesValid(table->frames, table->memory);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures others: SameOutside{Pre, Post}(table->frames, frame, frame + 1);
    ensures freed: \old(References(table->frames, frame)) == 1 && \old(Flags(table->frames, frame)) == 0 ==>
      Owner(table->frames, frame) == OWNER_FREE;
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: \old(Owner(table->frames, frame)) != OWNER_TABLE4 ==> SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void release_table(const struct pagetable *table, frame_t frame)
{
  //@ ghost one_path(table->frames, table->memory);
  put_frame(table, frame);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Gives back the table under an entry if it is empty: whether it was. */
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES &&
      OWNER_TABLE2 <= Owner(table->frames, parent) <= OWNER_TABLE4;
    requires child: PtePresent(Slot(table->memory, 512 * parent + index)) && PteNext(Slot(table->memory, 512 * parent + index)) == child;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures empty: \result <==> \old(Live(table->frames, child)) == 0;
    ensures gone: \result ==> !PtePresent(Slot(table->memory, 512 * parent + index));
    ensures records: \result ==> SameButTable{Pre, Post}(table->frames, parent, child);
    ensures live: \result ==> Live(table->frames, parent) == \old(Live(table->frames, parent)) - 1;
    ensures freed: \result && \old(References(table->frames, child)) == 1 && \old(Flags(table->frames, child)) == 0 ==>
      Owner(table->frames, child) == OWNER_FREE;
    ensures slots: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures unchanged: !\result ==> SameRecords{Pre, Post}(table->frames) && SameEntries{Pre, Post}(table->frames, table->memory);
*/
static bool drop_table(struct pagetable *table, frame_t parent, uint32_t index, frame_t child)
{
  //@ assert place: (512 * parent + index) / 512 == parent;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1;
  if (live_of(table, child) != 0)
    return false;
  unlink_table(table, parent, index, child);
  //@ assert space_unlinked: SameSpace{Pre, Here}(table);
  //@ assert pages_unlinked: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert roots_unlinked: SameRoots{Pre, Here}(table->frames);
  //@ ghost Empty: ;
  release_table(table, child);
  //@ assert space_released: SameSpace{Pre, Here}(table);
  //@ assert pages_released: SamePages{Empty, Here}(table->frames, table->memory);
  //@ assert root: Root(table->frames, table->root);
  return true;
}

enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory)
{
  //@ ghost one_path(frames, memory);
  int64_t root = take_table(frames, memory, OWNER_TABLE4);
  if (root < 0) {
    //@ assert linked: Linked(frames, memory);
    //@ assert counted: Counted(frames, memory);
    //@ assert pages: SamePages{Pre, Here}(frames, memory);
    return STATUS_OUT_OF_MEMORY;
  }
  set_space(table, frames, memory, (frame_t)root);
  clear_table(table, (frame_t)root);
  //@ assert outside: SameEntriesOutside{Pre, Here}(frames, memory, root);
  //@ assert records: SameOutside{Pre, Here}(frames, root, root + 1);
  //@ assert size: frames->nframes == \at(frames->nframes, Pre);
  //@ assert own: Live(frames, root) == 0 && Count(memory, 512 * root, 512) == 0;
  //@ assert counts: SameCountsOutside{Pre, Here}(frames, memory, root);
  //@ assert fresh: NewTable{Pre, Here}(frames, memory, root);
  //@ assert counted: Counted(frames, memory);
  //@ assert layout: MapLayout(frames, memory);
  //@ assert linked: Linked(frames, memory);
  //@ assert slots: SameSlots{Pre, Here}(frames, memory);
  //@ assert empty: \forall integer q; Page(q) ==> Table3(memory, root, q) == -1;
  return STATUS_OK;
}

/* The kernel or a user has the frame. */
/*@ requires memory: FramesLayout(frames);
    assigns \nothing;
    ensures exact: \result <==> frame < frames->nframes && OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER;
*/
static bool is_kernel_or_user(const struct frames *frames, frame_t frame)
{
  return frame < frames->nframes && owner_mappable(owner_of(frames, frame));
}

/* Drops the reference of a mapping. A frame that is not in use by the kernel or a user any more
 * has had its references dropped by others; it may be a table by now, and is left alone. */
/*@ requires valid: SpaceValid(table);
    assigns FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures reference: PtePermissions(entry, 1) < PAGE_UNOWNED && PteFrame(entry, 1) < table->frames->nframes &&
      OWNER_KERNEL <= Owner{Pre}(table->frames, PteFrame(entry, 1)) <= OWNER_USER ==>
        ReferenceDropped{Pre, Post}(table->frames, PteFrame(entry, 1));
    ensures tables: SameTables{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures paths: Branched1{Pre, Post}(table->frames, table->memory, -1);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static void put_target(const struct pagetable *table, uint64_t entry)
{
  //@ ghost one_path(table->frames, table->memory);
  frame_t frame = pte_frame(entry, 1);
  //@ assert paths_as_is: SamePaths{Pre, Here}(table->frames, table->memory);
  if (pte_permissions(entry, 1) >= PAGE_UNOWNED || !is_kernel_or_user(table->frames, frame))
    return;
  put_frame(table, frame);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  //@ assert paths: SamePaths{Pre, Here}(table->frames, table->memory);
  //@ assert tables: SameTables{Pre, Here}(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert root: Root(table->frames, table->root);
  //@ assert valid: SpaceValid(table);
}

/* Not in line: that would slow down the pages whose tables are there. For the same reason they
 * come last where they are called: with work after the call, every map would save registers. */
__attribute__((noinline)) static enum status map_far(struct pagetable *table, uint64_t page,
                                                     frame_t frame, uint32_t permissions);
__attribute__((noinline)) static void prune(struct pagetable *table, uint64_t page);

/* Maps a page that has a table of level 2 and none of level 1. */
/*@ requires valid: SpaceValid(table) && Page(page) && PtePresent(entry);
    requires missing: table2 == Table2(table->memory, table->root, page) && Table1(table->memory, table->root, page) < 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      Entry(table->memory, table->root, page) == entry;
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures restored: \result != STATUS_OK ==> Restored{Pre, Post}(table->frames);
    ensures slots: \result != STATUS_OK ==> SameSlots{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory);
*/
static enum status map_under2(struct pagetable *table, uint64_t page, frame_t table2,
                              uint64_t entry)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert level: table2 < table->frames->nframes && Owner(table->frames, table2) == OWNER_TABLE2;
  //@ assert place: 0 <= Index2(page) < 512 && (512 * table2 + Index2(page)) / 512 == table2;
  //@ assert way: Next(table->memory, table2, Index2(page)) < 0;
  //@ assert absent: !PtePresent(Slot(table->memory, 512 * table2 + Index2(page)));
  int64_t taken = add_table(table, table2, index2(page), OWNER_TABLE1);
  //@ assert space_added: SameSpace{Pre, Here}(table);
  if (taken < 0)
    return STATUS_OUT_OF_MEMORY;
  frame_t table1 = (frame_t)taken;
  //@ assert same: table1 == taken;
  //@ assert places: table->frames->records == \at(table->frames->records, Pre) && table1 < \at(table->frames->nframes, Pre);
  //@ assert next: SameNextBut{Pre, Here}(table->frames, table->memory, table2, Index2(page));
  //@ assert table3: Table3(table->memory, table->root, page) == Table3{Pre}(table->memory, table->root, page);
  //@ assert table2: Table2(table->memory, table->root, page) == table2;
  //@ assert table1: Table1(table->memory, table->root, page) == table1;
  add_page(table, page, table1, entry);
  return STATUS_OK;
}

/* Maps a page that has a table of level 3 and none of level 2. */
/*@ requires valid: SpaceValid(table) && Page(page) && PtePresent(entry);
    requires missing: table3 == Table3(table->memory, table->root, page) && Table2(table->memory, table->root, page) < 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      Entry(table->memory, table->root, page) == entry;
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures restored: \result != STATUS_OK ==> Restored{Pre, Post}(table->frames);
    ensures slots: \result != STATUS_OK ==> SameSlots{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory);
*/
static enum status map_under3(struct pagetable *table, uint64_t page, frame_t table3,
                              uint64_t entry)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert level: table3 < table->frames->nframes && Owner(table->frames, table3) == OWNER_TABLE3;
  //@ assert place: 0 <= Index3(page) < 512 && (512 * table3 + Index3(page)) / 512 == table3;
  //@ assert way: Next(table->memory, table3, Index3(page)) < 0;
  //@ assert absent: !PtePresent(Slot(table->memory, 512 * table3 + Index3(page)));
  int64_t taken = add_table(table, table3, index3(page), OWNER_TABLE2);
  //@ assert space_added: SameSpace{Pre, Here}(table);
  //@ assert places_added: SamePlaces{Pre, Here}(table->frames) && table->frames == \at(table->frames, Pre) && table->memory == \at(table->memory, Pre);
  if (taken < 0)
    return STATUS_OUT_OF_MEMORY;
  frame_t table2 = (frame_t)taken;
  //@ assert same: table2 == taken;
  //@ ghost Added: ;
  //@ assert next: SameNextBut{Pre, Here}(table->frames, table->memory, table3, Index3(page));
  //@ assert table3: Table3(table->memory, table->root, page) == table3;
  //@ assert table2: Table2(table->memory, table->root, page) == table2;
  //@ assert table1: Table1(table->memory, table->root, page) == -1;
  enum status status = map_under2(table, page, table2, entry);
  //@ assert space_mapped: SameSpace{Pre, Here}(table);
  //@ assert places_mapped: SamePlaces{Pre, Here}(table->frames) && table->frames == \at(table->frames, Pre) && table->memory == \at(table->memory, Pre);
  if (status != STATUS_OK) {
    //@ assert kept: Owner(table->frames, table2) == Owner{Added}(table->frames, table2) && Owner(table->frames, table3) == Owner{Added}(table->frames, table3);
    //@ assert size_failed: table->frames->nframes == \at(table->frames->nframes, Pre);
    //@ assert tables: TablesKept{Pre, Added}(table->frames);
    //@ assert slots_failed: SameSlotsBut{Pre, Here}(table->frames, table->memory, table3, Index3(page));
    //@ assert fresh: Live(table->frames, table2) == 0 && References(table->frames, table2) == 1 && Flags(table->frames, table2) == 0;
    //@ ghost Failed: ;
    (void)drop_table(table, table3, index3(page), table2);
    //@ assert space_dropped: SameSpace{Pre, Here}(table);
    //@ assert size_dropped: table->frames->nframes == \at(table->frames->nframes, Pre);
    //@ assert freed: Owner(table->frames, table2) == OWNER_FREE && Owner{Pre}(table->frames, table2) == OWNER_FREE;
    //@ assert live: Live(table->frames, table3) == Live{Pre}(table->frames, table3);
    //@ assert taken: SameButTable{Pre, Added}(table->frames, table3, table2);
    //@ assert undone: Restored{Added, Failed}(table->frames);
    //@ assert given: SameButTable{Failed, Here}(table->frames, table3, table2);
    //@ assert restored: Restored{Pre, Here}(table->frames);
    //@ assert slot: !PtePresent(Slot(table->memory, 512 * table3 + Index3(page))) && !PtePresent(\at(Slot(table->memory, 512 * table3 + Index3(page)), Pre));
    //@ assert slots: SameSlots{Pre, Here}(table->frames, table->memory);
  }
  return status;
}

/* Maps a page that has no table of level 3. */
/*@ requires valid: SpaceValid(table) && Page(page) && PtePresent(entry);
    requires missing: Table3(table->memory, table->root, page) < 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      Entry(table->memory, table->root, page) == entry;
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures restored: \result != STATUS_OK ==> Restored{Pre, Post}(table->frames);
    ensures slots: \result != STATUS_OK ==> SameSlots{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory);
*/
static enum status map_under4(struct pagetable *table, uint64_t page, uint64_t entry)
{
  //@ ghost one_path(table->frames, table->memory);
  frame_t root = table->root;
  //@ ghost Start: ;
  //@ assert level: root < table->frames->nframes && Owner(table->frames, root) == OWNER_TABLE4;
  //@ assert place: 0 <= Index4(page) < 512 && (512 * root + Index4(page)) / 512 == root;
  //@ assert way: Next(table->memory, root, Index4(page)) < 0;
  //@ assert absent: !PtePresent(Slot(table->memory, 512 * root + Index4(page)));
  int64_t taken = add_table(table, root, index4(page), OWNER_TABLE3);
  //@ assert space_added: SameSpace{Pre, Here}(table);
  //@ assert places_added: SamePlaces{Pre, Here}(table->frames) && table->frames == \at(table->frames, Pre) && table->memory == \at(table->memory, Pre);
  if (taken < 0)
    return STATUS_OUT_OF_MEMORY;
  frame_t table3 = (frame_t)taken;
  //@ assert same: table3 == taken;
  //@ ghost Added: ;
  //@ assert same_root: table->root == root && table->memory == \at(table->memory, Pre);
  //@ assert next: Next(table->memory, root, Index4(page)) == table3;
  //@ assert table3: Table3(table->memory, table->root, page) == table3;
  //@ assert table2: Table2(table->memory, table->root, page) == -1;
  enum status status = map_under3(table, page, table3, entry);
  //@ assert space_mapped: SameSpace{Pre, Here}(table);
  //@ assert places_mapped: SamePlaces{Pre, Here}(table->frames) && table->frames == \at(table->frames, Pre) && table->memory == \at(table->memory, Pre);
  if (status != STATUS_OK) {
    //@ assert kept: Owner(table->frames, table3) == Owner{Added}(table->frames, table3) && Owner(table->frames, root) == Owner{Added}(table->frames, root);
    //@ assert size_failed: table->frames->nframes == \at(table->frames->nframes, Pre);
    //@ assert tables: TablesKept{Pre, Added}(table->frames);
    //@ assert slots_failed: SameSlotsBut{Pre, Here}(table->frames, table->memory, root, Index4(page));
    //@ assert fresh: Live(table->frames, table3) == 0 && References(table->frames, table3) == 1 && Flags(table->frames, table3) == 0;
    //@ ghost Failed: ;
    (void)drop_table(table, root, index4(page), table3);
    //@ assert space_dropped: SameSpace{Pre, Here}(table);
    //@ assert size_dropped: table->frames->nframes == \at(table->frames->nframes, Pre);
    //@ assert freed: Owner(table->frames, table3) == OWNER_FREE && Owner{Pre}(table->frames, table3) == OWNER_FREE;
    //@ assert live: Live(table->frames, root) == Live{Pre}(table->frames, root);
    //@ assert taken: SameButTable{Pre, Added}(table->frames, root, table3);
    //@ assert undone: Restored{Added, Failed}(table->frames);
    //@ assert given: SameButTable{Failed, Here}(table->frames, root, table3);
    //@ assert restored: Restored{Pre, Here}(table->frames);
    //@ assert slot: !PtePresent(Slot(table->memory, 512 * root + Index4(page))) && !PtePresent(\at(Slot(table->memory, 512 * root + Index4(page)), Start));
    //@ assert slots: SameSlots{Pre, Here}(table->frames, table->memory);
  }
  return status;
}

/* Maps a page that has no table of level 1 yet. */
/*@ requires valid: SpaceValid(table) && Page(page) && PtePresent(entry);
    requires missing: Table1(table->memory, table->root, page) < 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      Entry(table->memory, table->root, page) == entry;
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures restored: \result != STATUS_OK ==> Restored{Pre, Post}(table->frames);
    ensures slots: \result != STATUS_OK ==> SameSlots{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory);
*/
static enum status map_under(struct pagetable *table, uint64_t page, uint64_t entry)
{
  struct path path = walk(table, page);
  if (path.level == 4)
    return map_under4(table, page, entry);
  if (path.level == 3)
    return map_under3(table, page, path.table3, entry);
  return map_under2(table, page, path.table2, entry);
}

/* Maps a page that has no table of level 1 yet to a frame that may be mapped. */
/*@ requires valid: SpaceValid(table) && Page(page) && PteKnown(permissions);
    requires target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame);
    requires missing: Table1(table->memory, table->root, page) < 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      PteFrame(Entry(table->memory, table->root, page), 1) == frame &&
      PtePermissions(Entry(table->memory, table->root, page), 1) == permissions;
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst(table->frames, frame)) ==
        \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: \result != STATUS_OK || permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory) &&
      Restored{Pre, Post}(table->frames);
*/
static enum status map_far(struct pagetable *table, uint64_t page, frame_t frame,
                           uint32_t permissions)
{
  enum status status = map_under(table, page, pte_leaf(frame, permissions, 1));
  //@ assert space_mapped: SameSpace{Pre, Here}(table);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  if (status != STATUS_OK)
    return status;
  //@ assert mapped: Mapped(table->memory, table->root, page) && PteFrame(Entry(table->memory, table->root, page), 1) == frame && PtePermissions(Entry(table->memory, table->root, page), 1) == permissions;
  //@ assert same_first: permissions < PAGE_UNOWNED ==> BlockFirst(table->frames, frame) == BlockFirst{Pre}(table->frames, frame);
  //@ assert target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame);
  //@ assert same_target: permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
  own_target(table, frame, permissions);
  return STATUS_OK;
}

/* Maps a page unless it is mapped, to a frame that may be mapped. */
/*@ requires valid: SpaceValid(table) && Page(page) && PteKnown(permissions);
    requires target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY || \result == STATUS_ALREADY_MAPPED;
    ensures already: \result == STATUS_ALREADY_MAPPED <==> \old(Mapped(table->memory, table->root, page));
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, page) &&
      PteFrame(Entry(table->memory, table->root, page), 1) == frame &&
      PtePermissions(Entry(table->memory, table->root, page), 1) == permissions;
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst(table->frames, frame)) ==
        \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: \result != STATUS_OK || permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page);
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory) &&
      Restored{Pre, Post}(table->frames);
*/
static inline enum status map_page(struct pagetable *table, uint64_t page, frame_t frame,
                                   uint32_t permissions)
{
  int64_t table1 = table1_of(table, page);
  if (table1 < 0)
    return map_far(table, page, frame, permissions);
  uint64_t old = read_slot(table, (frame_t)table1, index1(page));
  //@ assert old: SameEntry(old, Entry(table->memory, table->root, page));
  if (pte_present(old))
    return STATUS_ALREADY_MAPPED;
  //@ assert unmapped: !Mapped(table->memory, table->root, page);
  own_target(table, frame, permissions);
  add_page(table, page, (frame_t)table1, pte_leaf(frame, permissions, 1));
  return STATUS_OK;
}

enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame,
                          uint32_t permissions)
{
  enum status status = page_status(address);
  if (status != STATUS_OK)
    return status;
  status = permission_status(permissions);
  if (status != STATUS_OK)
    return status;
  if (permissions < PAGE_UNOWNED)
    status = target_status(table->frames, frame);
  if (status != STATUS_OK)
    return status;
  status = map_page(table, page_of(address), frame, permissions);
  //@ assert space_mapped: SameSpace{Pre, Here}(table);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  return status;
}

/* Gives back the table of level 1 on the way to a page, which is empty, and those above that become so. */
/*@ requires valid: SpaceValid(table) && Page(page) && Table1(table->memory, table->root, page) >= 0;
    requires empty: Live(table->frames, Table1(table->memory, table->root, page)) == 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures gone: Table1(table->memory, table->root, page) < 0;
    ensures pruned: Pruned(table->frames, table->memory, table->root, page);
*/
static void prune(struct pagetable *table, uint64_t page)
{
  //@ ghost one_path(table->frames, table->memory);
  struct path path = walk(table, page);
  frame_t root = table->root;
  //@ assert way2: Next(table->memory, path.table2, Index2(page)) == path.table1;
  //@ assert way3: Next(table->memory, path.table3, Index3(page)) == path.table2;
  //@ assert indices: 0 <= Index4(page) < 512 && 0 <= Index3(page) < 512 && 0 <= Index2(page) < 512;
  //@ assert entry2: PtePresent(Slot(table->memory, 512 * path.table2 + Index2(page))) && PteNext(Slot(table->memory, 512 * path.table2 + Index2(page))) == path.table1;
  //@ assert entry3: PtePresent(Slot(table->memory, 512 * path.table3 + Index3(page))) && PteNext(Slot(table->memory, 512 * path.table3 + Index3(page))) == path.table2;
  //@ assert entry4: PtePresent(Slot(table->memory, 512 * root + Index4(page))) && PteNext(Slot(table->memory, 512 * root + Index4(page))) == path.table3;
  //@ assert levels: path.table2 != path.table3 && path.table2 != root && path.table3 != root;
  //@ assert apart32: 512 * path.table3 + Index3(page) != 512 * path.table2 + Index2(page);
  //@ assert apart42: 512 * root + Index4(page) != 512 * path.table2 + Index2(page);
  //@ assert apart43: 512 * root + Index4(page) != 512 * path.table3 + Index3(page);
  //@ ghost Walked: ;
  (void)drop_table(table, path.table2, index2(page), path.table1);
  //@ assert space_first: SameSpace{Pre, Here}(table);
  //@ assert kept3: Owner(table->frames, path.table3) == OWNER_TABLE3 && PtePresent(Slot(table->memory, 512 * path.table3 + Index3(page))) && PteNext(Slot(table->memory, 512 * path.table3 + Index3(page))) == path.table2;
  //@ assert same4: Slot(table->memory, 512 * root + Index4(page)) == \at(Slot(table->memory, 512 * root + Index4(page)), Walked);
  //@ assert kept4: PtePresent(Slot(table->memory, 512 * root + Index4(page))) && PteNext(Slot(table->memory, 512 * root + Index4(page))) == path.table3;
  //@ ghost Dropped: ;
  //@ assert same_root: table->root == root;
  //@ assert next4: Next(table->memory, root, Index4(page)) == path.table3;
  //@ assert next3: Next(table->memory, path.table3, Index3(page)) == path.table2;
  //@ assert next2: Next(table->memory, path.table2, Index2(page)) == -1;
  //@ assert way_there: Table3(table->memory, table->root, page) == path.table3 && Table2(table->memory, table->root, page) == path.table2;
  //@ assert gone: Table1(table->memory, table->root, page) < 0;
  if (!drop_table(table, path.table3, index3(page), path.table2)) {
    //@ assert kept_root: table->root == root && table->memory == \at(table->memory, Pre);
    //@ assert kept_next4: Next(table->memory, root, Index4(page)) == path.table3;
    //@ assert kept_next3: Next(table->memory, path.table3, Index3(page)) == path.table2;
    //@ assert kept_table3: Table3(table->memory, root, page) == path.table3;
    //@ assert kept_table2: Table2(table->memory, root, page) == path.table2;
    //@ assert none1: Table1(table->memory, root, page) < 0 && Live(table->frames, path.table2) != 0;
    return;
  }
  //@ assert space_second: SameSpace{Pre, Here}(table);
  //@ assert again4: Slot(table->memory, 512 * root + Index4(page)) == \at(Slot(table->memory, 512 * root + Index4(page)), Dropped);
  //@ assert still4: PtePresent(Slot(table->memory, 512 * root + Index4(page))) && PteNext(Slot(table->memory, 512 * root + Index4(page))) == path.table3;
  //@ assert pages: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
  //@ assert use: SameUse{Pre, Here}(table->frames) && SameIdle{Pre, Here}(table->frames);
  //@ assert still_root: table->root == root;
  //@ assert table3: Table3(table->memory, table->root, page) == path.table3;
  //@ assert none3: Next(table->memory, path.table3, Index3(page)) == -1;
  //@ assert gone2: Table2(table->memory, table->root, page) < 0;
  (void)drop_table(table, root, index4(page), path.table3);
  //@ assert root: table->root == root;
  //@ assert last: Next(table->memory, root, Index4(page)) == -1 || (Next(table->memory, root, Index4(page)) == path.table3 && Next(table->memory, path.table3, Index3(page)) == -1 && Live(table->frames, path.table3) != 0);
  //@ assert end3: Table3(table->memory, root, page) == -1 || Table3(table->memory, root, page) == path.table3;
  //@ assert end2: Table2(table->memory, root, page) < 0;
  //@ assert end1: Table1(table->memory, root, page) < 0;
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
  uint64_t entry = read_slot(table, (frame_t)table1, index1(page));
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page));
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Mapped(table->memory, table->root, page);
  entry = remove_page(table, page, (frame_t)table1);
  //@ assert space_removed: SameSpace{Pre, Here}(table);
  //@ assert removed: SpaceValid(table) && !Mapped(table->memory, table->root, page) && Table1(table->memory, table->root, page) == table1;
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
  //@ assert use: SameUse{Pre, Here}(table->frames) && SameOwners{Pre, Here}(table->frames);
  put_target(table, entry);
  //@ assert put_space: SameSpace{Pre, Here}(table);
  //@ assert put: !Mapped(table->memory, table->root, page);
  //@ assert way: Table1(table->memory, table->root, page) == table1;
  //@ assert roots_put: SameRoots{Pre, Here}(table->frames);
  //@ assert others_put: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
  //@ assert dropped: EntryDropped{Pre, Here}(table->frames, entry);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ ghost Put: ;
  if (live_of(table, (frame_t)table1) == 0)
    prune(table, page);
  //@ assert same_root: SameSpace{Pre, Here}(table);
  //@ assert pruned: Pruned(table->frames, table->memory, table->root, page);
  //@ assert gone: !Mapped(table->memory, table->root, page);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page);
  //@ assert use_pruned: SameUse{Put, Here}(table->frames);
  //@ assert used_pruned: SameUsed{Put, Here}(table->frames);
  //@ assert sizes_pruned: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes_pruned: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert apart: SpaceApart(table, out);
  report(table, entry, out);
  //@ assert used_reported: SameUsed{Put, Here}(table->frames);
  //@ assert dropped_reported: EntryDropped{Pre, Here}(table->frames, entry);
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
  uint64_t entry = read_slot(table, (frame_t)table1, index1(page));
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page));
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Mapped(table->memory, table->root, page);
  if (pte_permissions(entry, 1) / PAGE_UNOWNED != permissions / PAGE_UNOWNED)
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
  uint64_t entry = read_slot(table, (frame_t)table1, index1(page));
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page));
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Mapped(table->memory, table->root, page);
  report(table, entry, out);
  return STATUS_OK;
}

/* The entries of a table of level 1, and their references. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && Owner(table->frames, frame) == OWNER_TABLE1;
    requires present: PtePresent(Slot(table->memory, 512 * frame + index));
    assigns table->memory[512 * frame + index], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1);
    ensures others: SamePagesElse1{Pre, Post}(table->frames, table->memory, frame);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures row: SameRowBut{Pre, Post}(table->memory, frame, index);
*/
static inline void drop_page(const struct pagetable *table, frame_t frame, uint32_t index)
{
  //@ ghost one_path(table->frames, table->memory);
  uint64_t entry = remove_entry(table, frame, index);
  //@ assert space_removed: SameSpace{Pre, Here}(table);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1);
  //@ assert leaves: SameLeavesElse{Pre, Here}(table->frames, table->memory, frame);
  //@ assert others: SamePagesElse1{Pre, Here}(table->frames, table->memory, frame);
  //@ ghost Removed: ;
  put_target(table, entry);
  //@ assert put: SameAbove{Removed, Here}(table->frames, table->memory, OWNER_TABLE1);
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1);
    ensures others: SamePagesElse1{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table1(struct pagetable *table, frame_t frame)
{
  //@ ghost one_path(table->frames, table->memory);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1);
      loop invariant others: SamePagesElse1{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: EmptyTo(table->memory, frame, i);
      loop assigns i, SPACE_CHANGES(table);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert roots: SameRoots{Pre, Here}(table->frames);
    //@ assert paths: Branched1{Pre, Here}(table->frames, table->memory, -1);
    if (pte_present(entry))
      drop_page(table, frame, i);
    //@ assert others_here: SamePagesElse1{LoopCurrent, Here}(table->frames, table->memory, frame);
    //@ assert space: SameSpace{Pre, Here}(table);
    //@ assert here: !PtePresent(Slot(table->memory, 512 * frame + i));
    //@ assert row: SameRowBut{LoopCurrent, Here}(table->memory, frame, i);
    //@ assert empty: EmptyTo(table->memory, frame, i + 1);
  }
}

/* An entry of a table of level 2, 3 and 4 and all tables under it; and all entries of such a table. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && Owner(table->frames, frame) == OWNER_TABLE2;
    requires child: PtePresent(Slot(table->memory, 512 * frame + index)) && PteNext(Slot(table->memory, 512 * frame + index)) == child;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE2);
    ensures others: SamePagesElse2{Pre, Post}(table->frames, table->memory, frame);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures row: SameRowBut{Pre, Post}(table->memory, frame, index);
*/
static inline void drop_branch2(struct pagetable *table, frame_t frame, uint32_t index,
                                frame_t child)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert place: (512 * frame + index) / 512 == frame && 512 * frame + index < 512 * table->frames->nframes;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == OWNER_TABLE1 && Parent(table->frames, child) == frame;
  empty_table1(table, child);
  //@ assert space_emptied: SameSpace{Pre, Here}(table);
  //@ assert others: SamePagesElse2{Pre, Here}(table->frames, table->memory, frame);
  //@ assert owners: Owner(table->frames, frame) == OWNER_TABLE2 && Owner(table->frames, child) == OWNER_TABLE1;
  //@ assert in_row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> s / 512 == frame && 0 <= s < 512 * \at(table->frames->nframes, Pre);
  //@ assert row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
  //@ ghost count_none(table, child);
  //@ assert child_here: child < table->frames->nframes && Owner(table->frames, child) >= OWNER_TABLE1;
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert count: Live(table->frames, child) == Count(table->memory, 512 * child, 512);
  //@ assert none: Live(table->frames, child) == 0;
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert slot: 0 <= 512 * frame + index < 512 * \at(table->frames->nframes, Pre);
  //@ ghost Emptied: ;
  (void)drop_table(table, frame, index, child);
  //@ assert space_dropped: SameSpace{Pre, Here}(table);
  //@ assert apart: \forall integer s; Owner{Emptied}(table->frames, s / 512) > OWNER_TABLE2 ==> s != 512 * frame + index;
  //@ assert above_owners: \forall integer f; 0 <= f < \at(table->frames->nframes, Emptied) && Owner{Emptied}(table->frames, f) >= OWNER_TABLE2 ==> Owner(table->frames, f) == Owner{Emptied}(table->frames, f);
  //@ assert above: SameAbove{Emptied, Here}(table->frames, table->memory, OWNER_TABLE2);
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE2;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE2);
    ensures others: SamePagesElse2{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table2(struct pagetable *table, frame_t frame)
{
  //@ ghost one_path(table->frames, table->memory);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE2);
      loop invariant others: SamePagesElse2{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: EmptyTo(table->memory, frame, i);
      loop assigns i, SPACE_CHANGES(table);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert roots: SameRoots{Pre, Here}(table->frames);
    //@ assert paths: Branched2{Pre, Here}(table->frames, table->memory, -1);
    if (pte_present(entry))
      drop_branch2(table, frame, i, pte_next(entry));
    //@ assert others_here: SamePagesElse2{LoopCurrent, Here}(table->frames, table->memory, frame);
    //@ assert space: SameSpace{Pre, Here}(table);
    //@ assert here: !PtePresent(Slot(table->memory, 512 * frame + i));
    //@ assert row: SameRowBut{LoopCurrent, Here}(table->memory, frame, i);
    //@ assert empty: EmptyTo(table->memory, frame, i + 1);
  }
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && Owner(table->frames, frame) == OWNER_TABLE3;
    requires child: PtePresent(Slot(table->memory, 512 * frame + index)) && PteNext(Slot(table->memory, 512 * frame + index)) == child;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE3);
    ensures others: SamePagesElse3{Pre, Post}(table->frames, table->memory, frame);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures row: SameRowBut{Pre, Post}(table->memory, frame, index);
*/
static inline void drop_branch3(struct pagetable *table, frame_t frame, uint32_t index,
                                frame_t child)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert place: (512 * frame + index) / 512 == frame && 512 * frame + index < 512 * table->frames->nframes;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == OWNER_TABLE2 && Parent(table->frames, child) == frame;
  empty_table2(table, child);
  //@ assert space_emptied: SameSpace{Pre, Here}(table);
  //@ assert others: SamePagesElse3{Pre, Here}(table->frames, table->memory, frame);
  //@ assert owners: Owner(table->frames, frame) == OWNER_TABLE3 && Owner(table->frames, child) == OWNER_TABLE2;
  //@ assert in_row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> s / 512 == frame && 0 <= s < 512 * \at(table->frames->nframes, Pre);
  //@ assert row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
  //@ ghost count_none(table, child);
  //@ assert child_here: child < table->frames->nframes && Owner(table->frames, child) >= OWNER_TABLE1;
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert count: Live(table->frames, child) == Count(table->memory, 512 * child, 512);
  //@ assert none: Live(table->frames, child) == 0;
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert slot: 0 <= 512 * frame + index < 512 * \at(table->frames->nframes, Pre);
  //@ ghost Emptied: ;
  (void)drop_table(table, frame, index, child);
  //@ assert space_dropped: SameSpace{Pre, Here}(table);
  //@ assert apart: \forall integer s; Owner{Emptied}(table->frames, s / 512) > OWNER_TABLE3 ==> s != 512 * frame + index;
  //@ assert above_owners: \forall integer f; 0 <= f < \at(table->frames->nframes, Emptied) && Owner{Emptied}(table->frames, f) >= OWNER_TABLE3 ==> Owner(table->frames, f) == Owner{Emptied}(table->frames, f);
  //@ assert above: SameAbove{Emptied, Here}(table->frames, table->memory, OWNER_TABLE3);
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE3;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE3);
    ensures others: SamePagesElse3{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table3(struct pagetable *table, frame_t frame)
{
  //@ ghost one_path(table->frames, table->memory);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE3);
      loop invariant others: SamePagesElse3{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: EmptyTo(table->memory, frame, i);
      loop assigns i, SPACE_CHANGES(table);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert roots: SameRoots{Pre, Here}(table->frames);
    //@ assert paths: Branched3{Pre, Here}(table->frames, table->memory, -1);
    if (pte_present(entry))
      drop_branch3(table, frame, i, pte_next(entry));
    //@ assert others_here: SamePagesElse3{LoopCurrent, Here}(table->frames, table->memory, frame);
    //@ assert space: SameSpace{Pre, Here}(table);
    //@ assert here: !PtePresent(Slot(table->memory, 512 * frame + i));
    //@ assert row: SameRowBut{LoopCurrent, Here}(table->memory, frame, i);
    //@ assert empty: EmptyTo(table->memory, frame, i + 1);
  }
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && Owner(table->frames, frame) == OWNER_TABLE4;
    requires child: PtePresent(Slot(table->memory, 512 * frame + index)) && PteNext(Slot(table->memory, 512 * frame + index)) == child;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE4);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, frame);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures row: SameRowBut{Pre, Post}(table->memory, frame, index);
*/
static inline void drop_branch4(struct pagetable *table, frame_t frame, uint32_t index,
                                frame_t child)
{
  //@ ghost one_path(table->frames, table->memory);
  //@ assert place: (512 * frame + index) / 512 == frame && 512 * frame + index < 512 * table->frames->nframes;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == OWNER_TABLE3 && Parent(table->frames, child) == frame;
  empty_table3(table, child);
  //@ assert space_emptied: SameSpace{Pre, Here}(table);
  //@ assert others: SamePagesElse{Pre, Here}(table->frames, table->memory, frame);
  //@ assert owners: Owner(table->frames, frame) == OWNER_TABLE4 && Owner(table->frames, child) == OWNER_TABLE3;
  //@ assert in_row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> s / 512 == frame && 0 <= s < 512 * \at(table->frames->nframes, Pre);
  //@ assert row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
  //@ ghost count_none(table, child);
  //@ assert child_here: child < table->frames->nframes && Owner(table->frames, child) >= OWNER_TABLE1;
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert count: Live(table->frames, child) == Count(table->memory, 512 * child, 512);
  //@ assert none: Live(table->frames, child) == 0;
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert slot: 0 <= 512 * frame + index < 512 * \at(table->frames->nframes, Pre);
  //@ ghost Emptied: ;
  (void)drop_table(table, frame, index, child);
  //@ assert space_dropped: SameSpace{Pre, Here}(table);
  //@ assert apart: \forall integer s; Owner{Emptied}(table->frames, s / 512) > OWNER_TABLE4 ==> s != 512 * frame + index;
  //@ assert above_owners: \forall integer f; 0 <= f < \at(table->frames->nframes, Emptied) && Owner{Emptied}(table->frames, f) >= OWNER_TABLE4 ==> Owner(table->frames, f) == Owner{Emptied}(table->frames, f);
  //@ assert above: SameAbove{Emptied, Here}(table->frames, table->memory, OWNER_TABLE4);
}

/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE4;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE4);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, frame);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table4(struct pagetable *table, frame_t frame)
{
  //@ ghost one_path(table->frames, table->memory);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE4);
      loop invariant others: SamePagesElse{Pre, Here}(table->frames, table->memory, frame);
      loop invariant empty: EmptyTo(table->memory, frame, i);
      loop assigns i, SPACE_CHANGES(table);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert roots: SameRoots{Pre, Here}(table->frames);
    if (pte_present(entry))
      drop_branch4(table, frame, i, pte_next(entry));
    //@ assert others_here: SamePagesElse{LoopCurrent, Here}(table->frames, table->memory, frame);
    //@ assert space: SameSpace{Pre, Here}(table);
    //@ assert here: !PtePresent(Slot(table->memory, 512 * frame + i));
    //@ assert row: SameRowBut{LoopCurrent, Here}(table->memory, frame, i);
    //@ assert empty: EmptyTo(table->memory, frame, i + 1);
  }
}

void pagetable_destroy(struct pagetable *table)
{
  empty_table4(table, table->root);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert root: Owner(table->frames, table->root) == OWNER_TABLE4;
  //@ assert alone: Unlinked(table->frames, table->memory, table->root);
  release_table(table, table->root);
}

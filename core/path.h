/* Layer 4, pages on their path: what is wrong with what a caller asks for, the way down to a page, one page mapped,
 * changed or taken away, tables that come and go with it. One page or many: core/pagetable.c and core/pagetable_range.c
 * are made of these.
 */
#ifndef ASHLAR_PATH_H
#define ASHLAR_PATH_H

#include "table.h"

/* What is wrong with the address of a page of this level, if anything is. */
/*@ assigns \nothing;
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(level);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(level) && !Canonical(address);
    ensures good: \result == STATUS_OK <==> GoodAddress(address, level);
    ensures others: \result == STATUS_OK || \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED;
*/
static inline enum status page_status(uint64_t address, uint32_t level)
{
  if (level < 1 || level > PAGE_LEVELS)
    return STATUS_BAD_LEVEL;
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  bool aligned = address % PAGE_SIZE == 0 && offset_in(address / PAGE_SIZE, level) == 0;
  //@ assert two: level == 2 ==> (aligned <==> address % 2097152 == 0);
  //@ assert three: level == 3 ==> (aligned <==> address % 1073741824 == 0);
  return aligned ? STATUS_OK : STATUS_MISALIGNED;
}

/*@ requires table: \valid_read(table);
    assigns \nothing;
    ensures good: \result == STATUS_OK <==> GoodPermissions(permissions, table->write_execute);
    ensures bad: \result == STATUS_OK || \result == STATUS_BAD_PERMISSION;
*/
static inline enum status permission_status(const struct pagetable *table, uint32_t permissions)
{
  bool both = permissions % 4 == PAGE_WRITE + PAGE_EXECUTE;
  bool cache = permissions / PAGE_WRITE_COMBINING % 4 != 3;
  return permissions <= PAGE_PERMISSIONS && (!both || table->write_execute) && cache
             ? STATUS_OK
             : STATUS_BAD_PERMISSION;
}

/* The table that an entry of a table of this level points at, -1 if it points at none. */
/*@ requires valid: SpaceLayout(table) && Linked(table->frames, table->memory);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && TableLevel(level) &&
      Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
    assigns \nothing;
    ensures exact: \result == Next(table->memory, frame, index, level);
    ensures range: -1 <= \result < table->frames->nframes;
    ensures below: \result >= 0 ==> level >= 2 && Owner(table->frames, \result) == Owner(table->frames, frame) - 1;
*/
static inline int64_t next_of(const struct pagetable *table, frame_t frame, uint32_t index,
                              uint32_t level)
{
  //@ assert place: (512 * frame + index) / 512 == frame;
  uint64_t entry = read_slot(table, frame, index);
  return pte_present(entry) && pte_points(entry, level) ? (int64_t)pte_next(entry) : -1;
}

/* A table and its level. */
struct place {
  frame_t frame;
  uint32_t level;
};

/* Where every walk begins. */
/*@ requires valid: TreeValid(table);
    assigns \nothing;
    ensures exact: \result.frame == table->root && \result.level == RootLevel;
*/
static inline struct place root_place(const struct pagetable *table)
{
  struct place at = {table->root, root_level()};
  return at;
}

/* The lowest table on the way to a page, but none below this level, from a table on that way. */
/*@ requires valid: TreeValid(table) && Page(page) && TableLevel(level);
    requires path: level <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
    requires table: at.frame < table->frames->nframes && Owner(table->frames, at.frame) == OWNER_TABLE1 + at.level - 1;
    assigns \nothing;
    ensures level: level <= \result.level <= at.level;
    ensures exact: \result.frame == Table(table->memory, table->root, page, \result.level);
    ensures table: \result.frame < table->frames->nframes && Owner(table->frames, \result.frame) == OWNER_TABLE1 + \result.level - 1;
    ensures lowest: \result.level > level ==> Table(table->memory, table->root, page, \result.level - 1) == -1;
*/
__attribute__((always_inline)) static inline struct place
walk_on(const struct pagetable *table, struct place at, uint64_t page, uint32_t level)
{
/* Unrolled, the shifts of index_of are constants. */
#pragma GCC unroll 5
  /*@ loop invariant level: level <= at.level <= \at(at.level, Pre);
      loop invariant exact: at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant table: at.frame < table->frames->nframes && Owner(table->frames, at.frame) == OWNER_TABLE1 + at.level - 1;
      loop assigns at;
      loop variant at.level;
  */
  while (at.level > level) {
    int64_t next = next_of(table, at.frame, index_of(page, at.level), at.level);
    //@ assert step: next == Table(table->memory, table->root, page, at.level - 1);
    if (next < 0)
      break;
    at.frame = (frame_t)next;
    at.level--;
  }
  return at;
}

/* The lowest table on the way to a page, but none below this level. */
/*@ requires valid: TreeValid(table) && Page(page) && TableLevel(level);
    assigns \nothing;
    ensures level: level <= \result.level <= RootLevel;
    ensures exact: \result.frame == Table(table->memory, table->root, page, \result.level);
    ensures table: \result.frame < table->frames->nframes && Owner(table->frames, \result.frame) == OWNER_TABLE1 + \result.level - 1;
    ensures lowest: \result.level > level ==> Table(table->memory, table->root, page, \result.level - 1) == -1;
*/
__attribute__((always_inline)) static inline struct place walk(const struct pagetable *table,
                                                               uint64_t page, uint32_t level)
{
  return walk_on(table, root_place(table), page, level);
}

/* What is found where a page of this level may be mapped: the lowest table on the way, its entry, and what that says. */
struct found {
  struct place at;
  uint64_t entry;
  enum status status;
};

/*@ requires valid: TreeValid(table) && Page(page) && PageLevel(level);
    assigns \nothing;
    ensures level: level <= \result.at.level <= RootLevel;
    ensures exact: \result.at.frame == Table(table->memory, table->root, page, \result.at.level);
    ensures table: \result.at.frame < table->frames->nframes && Owner(table->frames, \result.at.frame) == OWNER_TABLE1 + \result.at.level - 1;
    ensures missing: \result.at.level > level ==> Table(table->memory, table->root, page, level) == -1;
    ensures entry: SameEntry(\result.entry, Entry(table->memory, table->root, page, \result.at.level));
    ensures statuses: Found(\result.status);
    ensures mapped: \result.status == STATUS_OK <==> Leaf(table->memory, table->root, page, level);
    ensures place: \result.status == STATUS_OK ==> \result.at.level == level && PteAligned(PteFrame(\result.entry, level), level) &&
      PteKnown(PtePermissions(\result.entry, level));
    ensures absent: \result.status == STATUS_NOT_MAPPED ==> Absent(table->memory, table->root, page, level);
    ensures empty: \result.status == STATUS_NOT_MAPPED ==> !PtePresent(Entry(table->memory, table->root, page, \result.at.level));
    ensures larger: \result.status == STATUS_LARGER_PAGE ==> LargerPage(table->memory, table->root, page, level);
    ensures smaller: \result.status == STATUS_SMALLER_PAGES ==> SmallerPages(table->memory, table->root, page, level);
*/
__attribute__((always_inline)) static inline struct found find(const struct pagetable *table,
                                                               uint64_t page, uint32_t level)
{
  struct found found = {walk(table, page, level), 0, STATUS_NOT_MAPPED};
  found.entry = read_slot(table, found.at.frame, index_of(page, found.at.level));
  //@ assert place: (512 * found.at.frame + Digit(page, found.at.level)) / 512 == found.at.frame;
  if (!pte_present(found.entry))
    return found;
  if (found.at.level > level)
    found.status = STATUS_LARGER_PAGE;
  else if (pte_points(found.entry, level))
    found.status = STATUS_SMALLER_PAGES;
  else
    found.status = STATUS_OK;
  return found;
}

/* Gives a mapped page these permissions, and clears accessed and dirty if it is to; its table is in frame. Returns the
 * entry as it was. */
/*@ requires valid: TreeValid(table) && Page(page) && PageLevel(level) && PteKnown(permissions);
    requires mapped: frame == Table(table->memory, table->root, page, level) && Leaf(table->memory, table->root, page, level);
    requires entry: SameEntry(entry, Entry(table->memory, table->root, page, level));
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + Digit(page, level)];
    ensures valid: TreeValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures counted: \old(Counted(table->frames, table->memory)) ==> Counted(table->frames, table->memory);
    ensures path: Table(table->memory, table->root, page, level) == frame;
    ensures mapped: Leaf(table->memory, table->root, page, level);
    ensures frame: PteFrame(Entry(table->memory, table->root, page, level), level) == PteFrame(entry, level);
    ensures permissions: PtePermissions(Entry(table->memory, table->root, page, level), level) == permissions;
    ensures seen: PteAccessed(Entry(table->memory, table->root, page, level)) == (clears ? 0 : PteAccessed(\result)) &&
      PteDirty(Entry(table->memory, table->root, page, level)) == (clears ? 0 : PteDirty(\result));
    ensures same: SameEntry(\result, entry);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page, level);
*/
static inline uint64_t change_page(const struct pagetable *table, uint64_t page, uint32_t level,
                                   frame_t frame, uint64_t entry, uint32_t permissions, bool clears)
{
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert place: (512 * frame + Digit(page, level)) / 512 == frame && Place(table->memory, table->root, page, level) == 512 * frame + Digit(page, level);
  //@ assert owner: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
  //@ assert aligned: GoodPageSlot(table->frames, table->memory, 512 * frame + Digit(page, level));
  uint64_t old =
      change_slot(table, frame, index_of(page, level), level, entry, permissions, clears);
  //@ assert next_others: SameNextBut{Pre, Here}(table->frames, table->memory, frame, Digit(page, level));
  //@ assert next_own: Next{Pre}(table->memory, frame, Digit(page, level), level) == -1 && Next(table->memory, frame, Digit(page, level), level) == -1;
  //@ assert next: SameNext{Pre, Here}(table->frames, table->memory);
  //@ assert paths: SamePaths{Pre, Here}(table->frames, table->memory);
  //@ assert path: Table(table->memory, table->root, page, level) == frame;
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned_still: GoodPages(table->frames, table->memory);
  //@ assert leaves: SameLeavesBut{Pre, Here}(table->frames, table->memory, 512 * frame + Digit(page, level));
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  return old;
}

/* Maps a page whose entry is not present; its table is in frame. */
/*@ requires valid: TreeValid(table) && Counted(table->frames, table->memory) && Page(page) && PageLevel(level);
    requires entry: PtePresent(entry) && PteTable(entry, level) == 0 && PteAligned(PteFrame(entry, level), level) &&
      PteKnown(PtePermissions(entry, level));
    requires unmapped: frame == Table(table->memory, table->root, page, level) && !PtePresent(Entry(table->memory, table->root, page, level));
    requires frames: FramesValid(table->frames);
    assigns table->frames->records[frame].live, table->memory[512 * frame + Digit(page, level)];
    ensures valid: TreeValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures counted: Counted(table->frames, table->memory);
    ensures mapped: Leaf(table->memory, table->root, page, level);
    ensures entry: Entry(table->memory, table->root, page, level) == entry;
    ensures records: SameButTable{Pre, Post}(table->frames, frame, -1);
    ensures paths: SamePaths{Pre, Post}(table->frames, table->memory);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page, level);
*/
static inline void add_page(const struct pagetable *table, uint64_t page, uint32_t level,
                            frame_t frame, uint64_t entry)
{
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert place: (512 * frame + Digit(page, level)) / 512 == frame && Place(table->memory, table->root, page, level) == 512 * frame + Digit(page, level);
  //@ assert owner: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
  add_entry(table, frame, index_of(page, level), entry);
  //@ assert next_others: SameNextBut{Pre, Here}(table->frames, table->memory, frame, Digit(page, level));
  //@ assert next_own: Next{Pre}(table->memory, frame, Digit(page, level), level) == -1 && Next(table->memory, frame, Digit(page, level), level) == -1;
  //@ assert next: SameNext{Pre, Here}(table->frames, table->memory);
  //@ assert paths: SamePaths{Pre, Here}(table->frames, table->memory);
  //@ assert path: Table(table->memory, table->root, page, level) == frame;
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned: GoodPages(table->frames, table->memory);
  //@ assert leaves: SameLeavesBut{Pre, Here}(table->frames, table->memory, 512 * frame + Digit(page, level));
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
}

/* Empties the entry of a mapped page at an index of a table of this level. Returns the entry as it was. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && TableLevel(level) && Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
    requires mapped: LeafSlot(table->memory, 512 * frame + index, level);
    assigns table->frames->records[frame].live, table->memory[512 * frame + index];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures aligned: PteAligned(PteFrame(\result, level), level);
    ensures live: Live(table->frames, frame) == \old(Live(table->frames, frame)) - 1;
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures paths: SamePaths{Pre, Post}(table->frames, table->memory);
    ensures leaves: SameLeavesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures slots: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures roots: SameRoots{Pre, Post}(table->frames);
*/
static inline uint64_t remove_page(const struct pagetable *table, frame_t frame, uint32_t index,
                                   uint32_t level)
{
  (void)level; /* the contract speaks of it */
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert place: (512 * frame + index) / 512 == frame;
  //@ assert aligned: GoodPageSlot(table->frames, table->memory, 512 * frame + index);
  uint64_t entry = remove_entry(table, frame, index);
  //@ assert next: SameNext{Pre, Here}(table->frames, table->memory);
  //@ assert paths: SamePaths{Pre, Here}(table->frames, table->memory);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned_still: GoodPages(table->frames, table->memory);
  //@ assert leaves: SameLeavesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
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
      PteNext(Slot(table->memory, 512 * parent + index)) == child &&
      \forall integer k; k >= 2 ==> PteTable(Slot(table->memory, 512 * parent + index), k) == 1;
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

/* A new empty table under an entry that is not present, of a table of level + 1, when a frame is free. */
/*@ requires valid: SpaceValid(table);
    requires free: table->frames->buddy.free_frames > 0;
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && 1 <= level < RootLevel &&
      Owner(table->frames, parent) == OWNER_TABLE1 + level && !PtePresent(Slot(table->memory, 512 * parent + index));
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures range: \result < table->frames->nframes;
    ensures fresh: Owner{Pre}(table->frames, \result) == OWNER_FREE;
    ensures table: Owner(table->frames, \result) == OWNER_TABLE1 + level - 1 && EmptyTable(table->memory, \result) &&
      Live(table->frames, \result) == 0;
    ensures linked: Next(table->memory, parent, index, level + 1) == \result;
    ensures records: SameButTable{Pre, Post}(table->frames, parent, \result);
    ensures taken: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames) - 1;
    ensures branch: Branch{Pre, Post}(table->frames, table->memory, parent, index, \result);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline frame_t add_table(struct pagetable *table, frame_t parent, uint32_t index,
                                uint32_t level)
{
  //@ assert reached: Reached(table->frames, table->memory);
  frame_t child = take_frame(table, level);
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
  //@ assert slots: SameSlotsBut{Pre, Here}(table->frames, table->memory, 512 * parent + index);
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert level: Level(table->frames, parent) == level + 1 && Level{Pre}(table->frames, parent) == level + 1 && level + 1 >= 2;
  //@ assert points: PteTable(Slot(table->memory, 512 * parent + index), level + 1) == 1;
  //@ assert linked_own: LinkedSlot(table->frames, table->memory, 512 * parent + index);
  //@ assert slot_kept: \forall integer s; TableSlot(table->frames, table->memory, s) && s != 512 * parent + index ==> s / 512 != child && Slot(table->memory, s) == \at(Slot(table->memory, s), Pre) && TableSlot{Pre}(table->frames, table->memory, s);
  //@ assert linked_rest: \forall integer s; TableSlot(table->frames, table->memory, s) && s != 512 * parent + index ==> LinkedSlot(table->frames, table->memory, s);
  //@ assert linked_each: \forall integer s; TableSlot(table->frames, table->memory, s) ==> LinkedSlot(table->frames, table->memory, s);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert page_apart: \forall integer s; PageSlot(table->frames, table->memory, s) ==> s != 512 * parent + index && s / 512 != child;
  //@ assert page_kept: \forall integer s; PageSlot(table->frames, table->memory, s) ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre) && PageSlot{Pre}(table->frames, table->memory, s);
  //@ assert aligned: GoodPages(table->frames, table->memory);
  //@ assert none: Next{Pre}(table->memory, parent, index, level + 1) == -1 && Next{Here}(table->memory, parent, index, level + 1) == child;
  //@ assert branch: Branch{Pre, Here}(table->frames, table->memory, parent, index, child);
  //@ assert leaves: SameLeaves{Pre, Here}(table->frames, table->memory);
  //@ assert pages: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert valid: SpaceValid(table);
  return child;
}

/* Takes the entry that points at an empty table away. */
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES &&
      OWNER_TABLE1 <= Owner(table->frames, parent) <= OWNER_TABLE1 + RootLevel - 1;
    requires child: Child(Slot(table->memory, 512 * parent + index), Level(table->frames, parent)) == child;
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
    ensures branch: Branch{Post, Pre}(table->frames, table->memory, parent, index, child);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void unlink_table(const struct pagetable *table, frame_t parent, uint32_t index,
                                frame_t child)
{
  (void)child; /* the contract speaks of it */
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert slot: TableSlot(table->frames, table->memory, 512 * parent + index);
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1;
  //@ assert link: Parent(table->frames, child) == parent && Index(table->frames, child) == index;
  //@ ghost count_none(table, child);
  (void)remove_entry(table, parent, index);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned: GoodPages(table->frames, table->memory);
  //@ assert alone: Unlinked(table->frames, table->memory, child);
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert slots: SameSlotsBut{Here, Pre}(table->frames, table->memory, 512 * parent + index);
  //@ assert branch: Branch{Here, Pre}(table->frames, table->memory, parent, index, child);
  //@ assert leaves: SameLeaves{Here, Pre}(table->frames, table->memory);
  //@ assert back: SamePages{Here, Pre}(table->frames, table->memory);
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
}

/* Keeps the table that no entry points at from being used again until a flush is done. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    requires alone: frame < table->frames->nframes && OWNER_TABLE1 <= Owner(table->frames, frame) < OWNER_TABLE1 + RootLevel - 1 &&
      Unlinked(table->frames, table->memory, frame) && Index(table->frames, frame) < TABLE_ENTRIES;
    assigns table->frames->records[frame].parent, table->frames->records[frame].index, flush->tables, flush->table;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures others: SameButLink{Pre, Post}(table->frames, frame);
    ensures retired: flush->tables == 1 && flush->table == frame && Retired(table->frames, frame);
    ensures before: Parent(table->frames, frame) == (\old(flush->tables) == 1 ? \old(flush->table) : frame);
    ensures range: SameRange{Pre, Post}(flush);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void retire_table(const struct pagetable *table, frame_t frame, struct flush *flush)
{
  frame_t before = flush->tables ? flush->table : frame;
  set_slot(table, frame, before, TABLE_ENTRIES);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert valid: SpaceValid(table);
  //@ assert apart: FlushApart(table, flush);
  owe_table(table, frame, flush);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert others: SameButLink{Pre, Here}(table->frames, frame);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
}

/* Takes the empty table under an entry away, until a flush is done. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES &&
      OWNER_TABLE1 <= Owner(table->frames, parent) <= OWNER_TABLE1 + RootLevel - 1;
    requires child: Child(Slot(table->memory, 512 * parent + index), Level(table->frames, parent)) == child;
    requires empty: Live(table->frames, child) == 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames), flush->tables, flush->table;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures gone: !PtePresent(Slot(table->memory, 512 * parent + index));
    ensures records: SameButTable{Pre, Post}(table->frames, parent, child);
    ensures retired: flush->tables == 1 && Retired(table->frames, flush->table);
    ensures range: SameRange{Pre, Post}(flush);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures branch: Branch{Post, Pre}(table->frames, table->memory, parent, index, child);
    ensures slots: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void cut_table(struct pagetable *table, frame_t parent, uint32_t index, frame_t child,
                             struct flush *flush)
{
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1;
  //@ assert link: Index(table->frames, child) == index && child != parent;
  unlink_table(table, parent, index, child);
  //@ assert space_unlinked: SameSpace{Pre, Here}(table);
  //@ assert apart: FlushApart(table, flush);
  //@ assert pages_unlinked: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert roots_unlinked: SameRoots{Pre, Here}(table->frames);
  //@ assert pending_unlinked: SameRetired{Pre, Here}(table->frames);
  //@ ghost Empty: ;
  retire_table(table, child, flush);
  //@ assert space_retired: SameSpace{Pre, Here}(table);
  //@ assert pages_retired: SamePages{Empty, Here}(table->frames, table->memory);
  //@ assert same_size: table->frames->nframes == \at(table->frames->nframes, Empty);
  //@ assert parent_kept: Owner(table->frames, parent) == Owner{Empty}(table->frames, parent);
  //@ assert next: SameNextBut{Here, Pre}(table->frames, table->memory, parent, index);
  //@ assert branch: Branch{Here, Pre}(table->frames, table->memory, parent, index, child);
  //@ assert roots: SameRoots{Empty, Here}(table->frames);
}

/* Whether a mapping holds a reference to a frame that is still in use by the kernel or a user. */
/*@ requires memory: FramesLayout(frames);
    assigns \nothing;
    ensures exact: \result <==> Owns(frames, entry, level);
*/
static inline bool owns(const struct frames *frames, uint64_t entry, uint32_t level)
{
  frame_t frame = pte_frame(entry, level);
  return pte_permissions(entry, level) < PAGE_UNOWNED && frame < frames->nframes &&
         owner_mappable(owner_of(frames, frame));
}

/* Drops the reference of a mapping of this level. A frame that is not in use by the kernel or a user any more
 * has had its references dropped by others; it may be a table by now, and is left alone. */
/*@ requires valid: SpaceValid(table);
    assigns FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures reference: EntryDropped{Pre, Post}(table->frames, entry, level);
    ensures tables: SameTables{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures paths: SamePaths{Pre, Post}(table->frames, table->memory);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void put_target(const struct pagetable *table, uint64_t entry, uint32_t level)
{
  //@ assert paths_as_is: SamePaths{Pre, Here}(table->frames, table->memory);
  if (!owns(table->frames, entry, level))
    return;
  put_frame(table, pte_frame(entry, level));
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  //@ assert paths: SamePaths{Pre, Here}(table->frames, table->memory);
  //@ assert tables: SameTables{Pre, Here}(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert root: Root(table->frames, table->root);
  //@ assert valid: SpaceValid(table);
}

/* Makes the tables that are missing on the way to a page, whose lowest one is given, down to this level, when
 * there are frames for them. Returns the table of this level. */
/*@ requires valid: SpaceValid(table) && Page(page) && 1 <= level < at.level <= RootLevel;
    requires lowest: at.frame == Table(table->memory, table->root, page, at.level) && !PtePresent(Entry(table->memory, table->root, page, at.level));
    requires free: table->frames->buddy.free_frames >= at.level - level;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures exact: \result == Table(table->memory, table->root, page, level);
    ensures table: \result < table->frames->nframes && Owner(table->frames, \result) == OWNER_TABLE1 + level - 1;
    ensures absent: !PtePresent(Entry(table->memory, table->root, page, level));
    ensures taken: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames) - (at.level - level);
    ensures other_paths: SameOtherPaths{Pre, Post}(table->memory, table->root, page);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline frame_t add_tables(struct pagetable *table, uint64_t page, struct place at,
                                 uint32_t level)
{
  /*@ loop invariant level: level <= at.level <= RootLevel;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant lowest: at.frame == Table(table->memory, table->root, page, at.level) && !PtePresent(Entry(table->memory, table->root, page, at.level));
      loop invariant free: table->frames->buddy.free_frames >= at.level - level;
      loop invariant taken: table->frames->buddy.free_frames == \at(table->frames->buddy.free_frames, Pre) - (\at(at.level, Pre) - at.level);
      loop invariant other_paths: SameOtherPaths{Pre, Here}(table->memory, table->root, page);
      loop invariant use: SameUse{Pre, Here}(table->frames);
      loop invariant roots: SameRoots{Pre, Here}(table->frames);
      loop invariant pages: SamePages{Pre, Here}(table->frames, table->memory);
      loop assigns at, SPACE_CHANGES(table);
      loop variant at.level;
  */
  while (at.level > level) {
    //@ assert reached: Reached(table->frames, table->memory);
    //@ assert table: at.frame < table->frames->nframes && Owner(table->frames, at.frame) == OWNER_TABLE1 + at.level - 1;
    frame_t child = add_table(table, at.frame, index_of(page, at.level), at.level - 1);
    //@ assert space: SameSpace{Pre, Here}(table) && SameSpace{LoopCurrent, Here}(table);
    //@ assert branched: BranchedAt{LoopCurrent, Here}(table->frames, table->memory, child, at.level);
    //@ assert same: Table(table->memory, table->root, page, at.level) == at.frame;
    //@ assert branches: Branched{LoopCurrent, Here}(table->frames, table->memory, child);
    //@ assert next: Table(table->memory, table->root, page, at.level - 1) == child;
    //@ assert other_paths: SameOtherPaths{LoopCurrent, Here}(table->memory, table->root, page);
    at.frame = child;
    at.level--;
    //@ assert place: (512 * at.frame + Digit(page, at.level)) / 512 == at.frame && 0 <= Place(table->memory, table->root, page, at.level);
    //@ assert use: SameUse{LoopCurrent, Here}(table->frames) && SameUse{Pre, Here}(table->frames);
    //@ assert pages: SamePages{LoopCurrent, Here}(table->frames, table->memory);
  }
  //@ assert reached: Reached(table->frames, table->memory);
  return at.frame;
}

/* Takes the table of this level on the way to a page, which is in frame, away if it is empty and not the root, and
 * those above that become so, until a flush is done. */
/*@ requires valid: SpaceValid(table) && Page(page) && TableLevel(level);
    requires last: frame == Table(table->memory, table->root, page, level) && Child(Entry(table->memory, table->root, page, level), level) < 0;
    requires unmapped: !Mapped(table->memory, table->root, page);
    requires flush: \valid(flush) && FlushApart(table, flush);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames), flush->tables, flush->table;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures uses: SameUse{Pre, Post}(table->frames);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures pruned: Pruned(table->frames, table->memory, table->root, page);
    ensures retired: Table(table->memory, table->root, page, \old(level)) < 0 ==> flush->tables == 1 && Retired(table->frames, flush->table);
    ensures no_table: Table(table->memory, table->root, page, \old(level)) >= 0 ==>
      SameChain{Pre, Post}(flush);
    ensures range: SameRange{Pre, Post}(flush);
    ensures pending: SameRetired{Pre, Post}(table->frames);
*/
__attribute__((noinline, unused)) static void
prune(struct pagetable *table, uint64_t page, frame_t frame, uint32_t level, struct flush *flush)
{
  //@ assert reached_first: Reached(table->frames, table->memory);
  /*@ loop invariant level: 1 <= \at(level, Pre) <= level <= RootLevel;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant table: frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
      loop invariant last: frame == Table(table->memory, table->root, page, level) && Child(Entry(table->memory, table->root, page, level), level) < 0;
      loop invariant uses: SameUse{Pre, Here}(table->frames);
      loop invariant idle: SameIdle{Pre, Here}(table->frames);
      loop invariant roots: SameRoots{Pre, Here}(table->frames);
      loop invariant pages: SamePages{Pre, Here}(table->frames, table->memory);
      loop invariant apart: FlushApart(table, flush);
      loop invariant retired: level > \at(level, Pre) ==> flush->tables == 1 && Retired(table->frames, flush->table);
      loop invariant no_table: level == \at(level, Pre) ==> SameChain{Pre, Here}(flush);
      loop invariant range: SameRange{Pre, Here}(flush);
      loop invariant pending: SameRetired{Pre, Here}(table->frames);
      loop assigns frame, level, flush->tables, flush->table, SPACE_CHANGES(table);
      loop variant RootLevel - level;
  */
  while (level < root_level() && live_of(table, frame) == 0) {
    //@ assert reached: Reached(table->frames, table->memory);
    struct place above = walk(table, page, level + 1);
    //@ assert above: above.level == level + 1 && Next(table->memory, above.frame, Digit(page, level + 1), level + 1) == frame;
    cut_table(table, above.frame, index_of(page, level + 1), frame, flush);
    //@ assert space: SameSpace{Pre, Here}(table) && SameSpace{LoopCurrent, Here}(table);
    //@ assert apart: FlushApart(table, flush);
    //@ assert branched: BranchedAt{Here, LoopCurrent}(table->frames, table->memory, frame, level + 1);
    //@ assert path: Table(table->memory, table->root, page, level + 1) == above.frame;
    frame = above.frame;
    level++;
    //@ assert pending: SameRetired{LoopCurrent, Here}(table->frames);
    //@ assert uses: SameUse{LoopCurrent, Here}(table->frames) && SameIdle{LoopCurrent, Here}(table->frames);
    //@ assert pages: SamePages{LoopCurrent, Here}(table->frames, table->memory);
  }
  //@ assert below: \forall integer k; 1 <= k < level ==> Table(table->memory, table->root, page, k) < 0;
  //@ assert above: \forall integer k; level < k <= RootLevel ==> Child(Entry(table->memory, table->root, page, k), k) >= 0;
}

/* Takes a mapped page away, whose table is in frame, and its reference; the table, too, if it is empty then, and those
 * above that become so, until a flush is done. Returns the entry as it was. */
/*@ requires valid: SpaceValid(table) && Page(page) && PageLevel(level);
    requires mapped: frame == Table(table->memory, table->root, page, level) && Leaf(table->memory, table->root, page, level);
    requires flush: \valid(flush) && FlushApart(table, flush);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames), flush->tables, flush->table;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures was: SameEntry(\result, \old(Entry(table->memory, table->root, page, level)));
    ensures aligned: PteAligned(PteFrame(\result, level), level);
    ensures unmapped: WholeUnmapped(table->memory, table->root, page, level);
    ensures pruned: Pruned(table->frames, table->memory, table->root, page);
    ensures reference: EntryDropped{Pre, Post}(table->frames, \result, level);
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page, level);
    ensures retired: Table(table->memory, table->root, page, level) < 0 ==> flush->tables == 1 && Retired(table->frames, flush->table);
    ensures no_table: Table(table->memory, table->root, page, level) >= 0 ==> SameChain{Pre, Post}(flush);
    ensures stays: \old(Live(table->frames, frame)) > 1 ==> Table(table->memory, table->root, page, level) == frame;
    ensures range: SameRange{Pre, Post}(flush);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
*/
__attribute__((always_inline)) static inline uint64_t unmap_page(struct pagetable *table,
                                                                 uint64_t page, uint32_t level,
                                                                 frame_t frame, struct flush *flush)
{
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert place: (512 * frame + Digit(page, level)) / 512 == frame && Place(table->memory, table->root, page, level) == 512 * frame + Digit(page, level);
  uint64_t entry = remove_page(table, frame, index_of(page, level), level);
  //@ assert was: SameEntry(entry, Entry{Pre}(table->memory, table->root, page, level));
  //@ assert space_removed: SameSpace{Pre, Here}(table);
  //@ assert apart_removed: FlushApart(table, flush);
  //@ assert range_removed: SameRange{Pre, Here}(flush) && SameChain{Pre, Here}(flush);
  //@ assert others_removed: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert path_removed: Table(table->memory, table->root, page, level) == frame;
  //@ assert use: SameUse{Pre, Here}(table->frames) && SameOwners{Pre, Here}(table->frames);
  //@ assert unmapped: !Mapped(table->memory, table->root, page);
  //@ assert whole_removed: WholeUnmapped(table->memory, table->root, page, level);
  //@ assert far_database: \separated(flush, table->frames);
  //@ assert far_records: \separated(flush, table->frames->records + (0 .. table->frames->nframes - 1));
  //@ assert far_words: \separated(flush, table->frames->buddy.free.words + (0 .. table->frames->buddy.free.nwords - 1));
  //@ assert far_split: \separated(flush, table->frames->buddy.split + (0 .. Nodes(&table->frames->buddy) / 64 - 1));
  //@ ghost Removed: ;
  put_target(table, entry, level);
  //@ assert pages_kept: flush->pages == \at(flush->pages, Removed);
  //@ assert address_put: flush->address == \at(flush->address, Pre);
  //@ assert pages_put: flush->pages == \at(flush->pages, Pre);
  //@ assert range_put: SameRange{Pre, Here}(flush);
  //@ assert chain_put: SameChain{Pre, Here}(flush);
  //@ assert space_put: SameSpace{Pre, Here}(table);
  //@ assert unmapped_put: !Mapped(table->memory, table->root, page);
  //@ assert whole_put: WholeUnmapped(table->memory, table->root, page, level);
  //@ assert path_put: Table(table->memory, table->root, page, level) == frame;
  //@ assert slot_put: !PtePresent(Slot(table->memory, 512 * frame + Digit(page, level)));
  //@ assert here_put: Entry(table->memory, table->root, page, level) == Slot(table->memory, 512 * frame + Digit(page, level));
  //@ assert empty_put: !PtePresent(Entry(table->memory, table->root, page, level));
  //@ assert roots_put: SameRoots{Pre, Here}(table->frames);
  //@ assert others_put: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert dropped: EntryDropped{Pre, Here}(table->frames, entry, level);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert below: \forall integer k; 1 <= k < level ==> Table(table->memory, table->root, page, k) < 0;
  //@ assert above: \forall integer k; level < k <= RootLevel ==> Child(Entry(table->memory, table->root, page, k), k) >= 0;
  //@ assert pending_put: SameRetired{Pre, Here}(table->frames);
  //@ assert apart_put: FlushApart(table, flush);
  //@ assert live: Live(table->frames, frame) == Live{Pre}(table->frames, frame) - 1;
  //@ ghost Put: ;
  if (live_of(table, frame) == 0)
    prune(table, page, frame, level, flush);
  //@ assert pruned: Pruned(table->frames, table->memory, table->root, page);
  //@ assert same_root: SameSpace{Pre, Here}(table);
  //@ assert apart_pruned: FlushApart(table, flush);
  //@ assert range_pruned: SameRange{Pre, Here}(flush);
  //@ assert chain_pruned: Table(table->memory, table->root, page, level) >= 0 ==> SameChain{Pre, Here}(flush);
  //@ assert retired_pruned: Table(table->memory, table->root, page, level) < 0 ==> flush->tables == 1 && Retired(table->frames, flush->table);
  //@ assert same_page: SamePage{Put, Here}(table->memory, table->root, page);
  //@ assert whole_pruned: \forall integer q; Page(q) ==> SamePage{Put, Here}(table->memory, table->root, q);
  //@ assert gone: WholeUnmapped(table->memory, table->root, page, level);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert used_pruned: SameUsed{Put, Here}(table->frames);
  //@ assert sizes_pruned: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes_pruned: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert dropped_pruned: EntryDropped{Pre, Here}(table->frames, entry, level);
  return entry;
}

/* Adds so many pages of 4 KiB from the first on, which holds this address, in pieces of the level size, to what is to be flushed. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    requires range: Page(first) && first == PageOf(address) && first + pages <= Pages;
    assigns *flush;
    ensures flush: OwedRange{Pre, Post}(flush, first, first + pages, size);
    ensures tables: SameChain{Pre, Post}(flush);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures used: SameUsed{Pre, Post}(table->frames);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures paths: SamePaths{Pre, Post}(table->frames, table->memory);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void owe_range(const struct pagetable *table, uint64_t address, uint64_t first,
                             uint64_t pages, uint32_t size, struct flush *flush)
{
  struct flush owed = {address, pages, size, flush->tables, flush->table};
  if (flush->pages != 0) {
    uint64_t old = page_of(flush->address);
    uint64_t end = end_of(first, pages);
    uint64_t old_end = end_of(old, flush->pages);
    owed.address = old < first ? flush->address : address;
    owed.pages = (old_end > end ? old_end : end) - (old < first ? old : first);
    owed.level = flush->level < size ? flush->level : size;
  }
  set_flush(table, flush, owed);
}

/* Adds the page of this level at address, in pieces of the level size, to what is to be flushed. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    requires address: GoodAddress(address, level) && size <= level;
    assigns *flush;
    ensures flush: Owed{Pre, Post}(flush, PageOf(address), level, size);
    ensures tables: SameChain{Pre, Post}(flush);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures used: SameUsed{Pre, Post}(table->frames);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures paths: SamePaths{Pre, Post}(table->frames, table->memory);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void owe_page(const struct pagetable *table, uint64_t address, uint32_t level,
                            uint32_t size, struct flush *flush)
{
  uint64_t page = page_of(address);
  //@ assert first: Offset(page, level) == 0;
  //@ assert last: PageNext(page, level, NextPage(page, level)) && page + Span(level) <= Pages;
  owe_range(table, address, page, page_frames(level), size, flush);
  //@ assert owed: OwedRange{Pre, Here}(flush, page, page + Span(level), size);
}

#endif

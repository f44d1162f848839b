#include "pagetable.h"

#include "path.h"

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
    ensures no_more: NoMoreTables{Pre, Post}(table->frames);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: \old(Owner(table->frames, frame)) != OWNER_TABLE1 + RootLevel - 1 ==> SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static inline void release_table(const struct pagetable *table, frame_t frame)
{
  //@ assert reached: Reached(table->frames, table->memory);
  put_frame(table, frame);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Gives back the empty table under an entry. */
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES &&
      OWNER_TABLE1 <= Owner(table->frames, parent) <= OWNER_TABLE1 + RootLevel - 1;
    requires child: Child(Slot(table->memory, 512 * parent + index), Level(table->frames, parent)) == child;
    requires empty: Live(table->frames, child) == 0;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures gone: !PtePresent(Slot(table->memory, 512 * parent + index));
    ensures records: SameButTable{Pre, Post}(table->frames, parent, child);
    ensures freed: \old(References(table->frames, child)) == 1 && \old(Flags(table->frames, child)) == 0 ==>
      Owner(table->frames, child) == OWNER_FREE;
    ensures branch: Branch{Post, Pre}(table->frames, table->memory, parent, index, child);
    ensures slots: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
*/
static void drop_table(struct pagetable *table, frame_t parent, uint32_t index, frame_t child)
{
  //@ assert place: (512 * parent + index) / 512 == parent;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1;
  unlink_table(table, parent, index, child);
  //@ assert space_unlinked: SameSpace{Pre, Here}(table);
  //@ assert pages_unlinked: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert roots_unlinked: SameRoots{Pre, Here}(table->frames);
  //@ ghost Empty: ;
  release_table(table, child);
  //@ assert space_released: SameSpace{Pre, Here}(table);
  //@ assert pages_released: SamePages{Empty, Here}(table->frames, table->memory);
  //@ assert same_size: table->frames->nframes == \at(table->frames->nframes, Empty);
  //@ assert parent_kept: Owner(table->frames, parent) == Owner{Empty}(table->frames, parent);
  //@ assert next: SameNextBut{Here, Pre}(table->frames, table->memory, parent, index);
  //@ assert branch: Branch{Here, Pre}(table->frames, table->memory, parent, index, child);
  //@ assert roots: SameRoots{Empty, Here}(table->frames);
  //@ assert root: Root(table->frames, table->root);
}

enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory)
{
  //@ assert reached: Reached(frames, memory);
  int64_t root = take_table(frames, memory, (enum owner)(OWNER_TABLE1 + root_level() - 1));
  if (root < 0) {
    //@ assert linked_kept: Linked(frames, memory);
    //@ assert aligned_kept: GoodPages(frames, memory);
    //@ assert counted_kept: Counted(frames, memory);
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
  //@ assert slot_kept: \forall integer s; TableSlot(frames, memory, s) ==> s / 512 != root && Slot(memory, s) == \at(Slot(memory, s), Pre) && TableSlot{Pre}(frames, memory, s);
  //@ assert linked_each: \forall integer s; TableSlot(frames, memory, s) ==> LinkedSlot(frames, memory, s);
  //@ assert linked: Linked(frames, memory);
  //@ assert aligned: GoodPages(frames, memory);
  //@ assert slots: SameSlots{Pre, Here}(frames, memory);
  //@ assert none: \forall integer q; Page(q) ==> Table(memory, root, q, RootLevel - 1) == -1;
  //@ assert leaf: \forall integer q; Page(q) ==> !Leaf(memory, root, q, RootLevel);
  return STATUS_OK;
}

void pagetable_allow_write_execute(struct pagetable *table, bool allow)
{
  set_write_execute(table, allow);
}

/* Not in line: that would slow down the pages whose tables are there. For the same reason they
 * come last where they are called: with work after the call, every map would save registers. */
__attribute__((noinline)) static enum status map_far(struct pagetable *table, uint64_t page,
                                                     frame_t frame, uint32_t level,
                                                     uint32_t permissions);

/* Maps a page without a table of its level to a frame that may be mapped. */
/*@ requires valid: SpaceValid(table) && Page(page) && PageLevel(level) && PteKnown(permissions) && PteAligned(frame, level);
    requires target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame, level);
    requires missing: Table(table->memory, table->root, page, level) < 0 && Absent(table->memory, table->root, page, level);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures out_of_memory: \result == STATUS_OUT_OF_MEMORY <==> \old(table->frames->buddy.free_frames) < \old(Missing(table->memory, table->root, page, level));
    ensures mapped: \result == STATUS_OK ==> Leaf(table->memory, table->root, page, level) &&
      PteFrame(Entry(table->memory, table->root, page, level), level) == frame &&
      PtePermissions(Entry(table->memory, table->root, page, level), level) == permissions;
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst(table->frames, frame)) ==
        \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: \result == STATUS_OK && permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page, level);
    ensures unchanged: \result != STATUS_OK ==> SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameRecords{Pre, Post}(table->frames) && table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
*/
static enum status map_far(struct pagetable *table, uint64_t page, frame_t frame, uint32_t level,
                           uint32_t permissions)
{
  struct place at = walk(table, page, level);
  //@ assert missing: Missing(table->memory, table->root, page, level) == at.level - level;
  if (table->frames->buddy.free_frames < at.level - level)
    return STATUS_OUT_OF_MEMORY;
  frame_t last = add_tables(table, page, at, level);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  //@ assert inside: last < table->frames->nframes && 0 <= Digit(page, level) < 512;
  //@ assert target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame, level);
  //@ assert same_first: permissions < PAGE_UNOWNED ==> BlockFirst(table->frames, frame) == BlockFirst{Pre}(table->frames, frame);
  //@ assert same_target: permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
  add_page(table, page, level, last, pte_leaf(frame, permissions, level));
  //@ assert space_mapped: SameSpace{Pre, Here}(table);
  //@ assert sizes_mapped: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  own_target(table, frame, permissions);
  return STATUS_OK;
}

/* Maps a page unless something is in its way, to a frame that may be mapped. */
/*@ requires valid: SpaceValid(table) && Page(page) && PageLevel(level) && PteKnown(permissions) && PteAligned(frame, level);
    requires target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame, level);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures statuses: Looked(\result);
    ensures absent: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY <==> \old(Absent(table->memory, table->root, page, level));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, page, level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, page, level));
    ensures already: \result == STATUS_ALREADY_MAPPED ==> \old(Leaf(table->memory, table->root, page, level));
    ensures out_of_memory: \result == STATUS_OUT_OF_MEMORY <==> \old(Absent(table->memory, table->root, page, level)) &&
      \old(table->frames->buddy.free_frames) < \old(Missing(table->memory, table->root, page, level));
    ensures mapped: \result == STATUS_OK ==> Leaf(table->memory, table->root, page, level) &&
      PteFrame(Entry(table->memory, table->root, page, level), level) == frame &&
      PtePermissions(Entry(table->memory, table->root, page, level), level) == permissions;
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst(table->frames, frame)) ==
        \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: \result == STATUS_OK && permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==> SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page, level);
    ensures unchanged: \result != STATUS_OK ==> SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameRecords{Pre, Post}(table->frames) && table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
*/
__attribute__((always_inline)) static inline enum status map_page(struct pagetable *table,
                                                                  uint64_t page, frame_t frame,
                                                                  uint32_t level,
                                                                  uint32_t permissions)
{
  struct found found = find(table, page, level);
  if (found.status != STATUS_NOT_MAPPED)
    return found.status == STATUS_OK ? STATUS_ALREADY_MAPPED : found.status;
  if (found.at.level > level)
    return map_far(table, page, frame, level, permissions);
  //@ assert missing: Missing(table->memory, table->root, page, level) == 0;
  own_target(table, frame, permissions);
  add_page(table, page, level, found.at.frame, pte_leaf(frame, permissions, level));
  return STATUS_OK;
}

enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame, uint32_t level,
                          uint32_t permissions)
{
  enum status status = page_status(address, level);
  if (status != STATUS_OK)
    return status;
  if (offset_in(frame, level) != 0)
    return STATUS_MISALIGNED;
  status = permission_status(table, permissions);
  if (status != STATUS_OK)
    return status;
  if (permissions < PAGE_UNOWNED)
    status = target_status(table->frames, frame, level);
  if (status != STATUS_OK)
    return status;
  /* Most pages are of 4 KiB: for them the compiler knows how far to walk. */
  if (level == 1)
    return map_page(table, page_of(address), frame, 1, permissions);
  return map_page(table, page_of(address), frame, level, permissions);
}

enum status pagetable_unmap(struct pagetable *table, uint64_t address, uint32_t level,
                            struct translation *out, struct flush *flush)
{
  enum status status = page_status(address, level);
  if (status != STATUS_OK)
    return status;
  uint64_t page = page_of(address);
  struct found found = find(table, page, level);
  if (found.status != STATUS_OK)
    return found.status;
  uint64_t entry = unmap_page(table, page, level, found.at.frame, flush);
  //@ assert first: Offset(page, level) == 0;
  //@ assert apart: SpaceApart(table, out);
  //@ assert far_out: \separated(flush, out);
  //@ ghost Cut: ;
  report(table, entry, page, level, out);
  //@ assert tables_told: flush->tables == \at(flush->tables, Cut);
  //@ assert last_told: flush->table == \at(flush->table, Cut);
  //@ assert level_told: flush->level == \at(flush->level, Cut);
  //@ assert range_told: SameRange{Cut, Here}(flush);
  //@ assert chain_told: SameChain{Cut, Here}(flush);
  //@ assert table_told: Table(table->memory, table->root, page, level) == Table{Cut}(table->memory, table->root, page, level);
  //@ assert told: out->frame == PteFrame(entry, level) && out->permissions == PtePermissions(entry, level);
  //@ assert used_reported: SameUsed{Cut, Here}(table->frames);
  //@ assert dropped_reported: EntryDropped{Pre, Here}(table->frames, entry, level);
  //@ assert chain_reported: Table(table->memory, table->root, page, level) >= 0 ==> SameChain{Pre, Here}(flush);
  //@ assert gone_reported: WholeUnmapped(table->memory, table->root, page, level);
  //@ assert pruned_reported: Pruned(table->frames, table->memory, table->root, page);
  //@ assert others_reported: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert pending_reported: SameRetired{Pre, Here}(table->frames);
  //@ assert roots_reported: SameRoots{Pre, Here}(table->frames);
  //@ assert apart_reported: FlushApart(table, flush);
  //@ assert range: SameRange{Pre, Here}(flush);
  //@ ghost Done: ;
  owe_page(table, address, level, level, flush);
  //@ assert space_owed: SameSpace{Pre, Here}(table);
  //@ assert whole_owed: \forall integer q; Page(q) ==> SamePage{Done, Here}(table->memory, table->root, q);
  //@ assert gone_owed: WholeUnmapped(table->memory, table->root, page, level);
  //@ assert reached_owed: Reached{Done}(table->frames, table->memory);
  //@ assert pruned_owed: Pruned(table->frames, table->memory, table->root, page);
  //@ assert table_owed: Table(table->memory, table->root, page, level) == Table{Done}(table->memory, table->root, page, level);
  //@ assert chain_kept: SameChain{Done, Here}(flush);
  //@ assert chain_owed: Table(table->memory, table->root, page, level) >= 0 ==> SameChain{Pre, Here}(flush);
  //@ assert retired_owed: Table(table->memory, table->root, page, level) < 0 ==> flush->tables == 1 && Retired(table->frames, flush->table);
  //@ assert owed: Owed{Pre, Here}(flush, page, level, level);
  //@ assert others_owed: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert told_owed: out->frame == PteFrame(entry, level) && out->permissions == PtePermissions(entry, level) && out->level == level;
  //@ assert dropped_owed: EntryDropped{Pre, Here}(table->frames, entry, level);
  return STATUS_OK;
}

/* Gives a page that was found at address these permissions, and clears accessed and dirty if it is to. Tells what the
 * page was, and owes its flush unless nothing is different. */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, out);
    requires page: GoodAddress(address, level) && PteKnown(permissions);
    requires found: found.status == STATUS_OK && found.at.level == level && found.at.frame == Table(table->memory, table->root, PageOf(address), level) &&
      Leaf(table->memory, table->root, PageOf(address), level) && SameEntry(found.entry, Entry(table->memory, table->root, PageOf(address), level)) &&
      PteAligned(PteFrame(found.entry, level), level);
    assigns *out, *flush, table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures was: out->level == level && out->frame == PteFrame(found.entry, level) && out->permissions == PtePermissions(found.entry, level);
    ensures mapped: Leaf(table->memory, table->root, PageOf(address), level);
    ensures frame: PteFrame(Entry(table->memory, table->root, PageOf(address), level), level) == out->frame;
    ensures permissions: PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) == permissions;
    ensures accessed: PteAccessed(Entry(table->memory, table->root, PageOf(address), level)) == 1 <==> out->accessed == 1 && !clears;
    ensures dirty: PteDirty(Entry(table->memory, table->root, PageOf(address), level)) == 1 <==> out->dirty == 1 && !clears;
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures flush: !clears || out->accessed == 1 || out->dirty == 1 ==> Owed{Pre, Post}(flush, PageOf(address), level, level);
    ensures no_flush: clears && out->accessed == 0 && out->dirty == 0 ==> *flush == \old(*flush);
    ensures chain: SameChain{Pre, Post}(flush);
*/
static void change_found(struct pagetable *table, uint64_t address, uint32_t level,
                         struct found found, uint32_t permissions, bool clears,
                         struct translation *out, struct flush *flush)
{
  uint64_t page = page_of(address);
  uint64_t entry =
      change_page(table, page, level, found.at.frame, found.entry, permissions, clears);
  report(table, entry, page, level, out);
  //@ assert others_reported: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert mapped_reported: Leaf(table->memory, table->root, page, level);
  //@ assert frame_reported: PteFrame(Entry(table->memory, table->root, page, level), level) == out->frame;
  //@ assert permissions_reported: PtePermissions(Entry(table->memory, table->root, page, level), level) == permissions;
  //@ assert apart_reported: FlushApart(table, flush);
  //@ assert range: SameRange{Pre, Here}(flush) && SameChain{Pre, Here}(flush);
  //@ ghost Done: ;
  if (clears && !out->accessed && !out->dirty)
    return;
  owe_page(table, address, level, level, flush);
  //@ assert space_owed: SameSpace{Pre, Here}(table);
  //@ assert mapped_owed: SamePageAt{Done, Here}(table->memory, table->root, page, level);
  //@ assert owed: Owed{Pre, Here}(flush, page, level, level);
  //@ assert others_owed: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
}

enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t level,
                              uint32_t permissions, struct translation *out, struct flush *flush)
{
  enum status status = page_status(address, level);
  if (status == STATUS_OK)
    status = permission_status(table, permissions);
  if (status != STATUS_OK)
    return status;
  struct found found = find(table, page_of(address), level);
  if (found.status != STATUS_OK)
    return found.status;
  if (pte_permissions(found.entry, level) / PAGE_UNOWNED != permissions / PAGE_UNOWNED)
    return STATUS_BAD_PERMISSION;
  change_found(table, address, level, found, permissions, false, out, flush);
  return STATUS_OK;
}

enum status pagetable_test_and_clear(struct pagetable *table, uint64_t address, uint32_t level,
                                     struct translation *out, struct flush *flush)
{
  enum status status = page_status(address, level);
  if (status != STATUS_OK)
    return status;
  struct found found = find(table, page_of(address), level);
  if (found.status != STATUS_OK)
    return found.status;
  uint32_t permissions = pte_permissions(found.entry, level);
  change_found(table, address, level, found, permissions, true, out, flush);
  return STATUS_OK;
}

enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out)
{
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  uint64_t page = page_of(address);
  struct place at = walk(table, page, 1);
  uint64_t entry = read_slot(table, at.frame, index_of(page, at.level));
  //@ assert place: (512 * at.frame + Digit(page, at.level)) / 512 == at.frame;
  if (!pte_present(entry))
    return STATUS_NOT_MAPPED;
  //@ assert mapped: Leaf(table->memory, table->root, page, at.level);
  //@ assert aligned: GoodPageSlot(table->frames, table->memory, 512 * at.frame + Digit(page, at.level));
  //@ assert entry: SameEntry(entry, Entry(table->memory, table->root, page, at.level));
  report(table, entry, page, at.level, out);
  //@ assert frame: out->frame == PteFrame(Entry(table->memory, table->root, page, at.level), at.level) + Offset(page, at.level);
  //@ assert permissions: out->permissions == PtePermissions(Entry(table->memory, table->root, page, at.level), at.level);
  return STATUS_OK;
}

/* Puts a new table of the level below in the place of the page of an entry, of a table of this level (2 or 3), when a
 * frame is free. Returns the table. */
/*@ requires valid: SpaceValid(table);
    requires free: table->frames->buddy.free_frames > 0;
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && 2 <= level <= 3 &&
      Owner(table->frames, parent) == OWNER_TABLE1 + level - 1;
    requires page: LeafSlot(table->memory, 512 * parent + index, level) && SameEntry(entry, Slot(table->memory, 512 * parent + index));
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures range: \result < table->frames->nframes;
    ensures fresh: Owner{Pre}(table->frames, \result) == OWNER_FREE;
    ensures points: Child(Slot(table->memory, 512 * parent + index), level) == \result;
    ensures filled: FilledTo(table->memory, \result, level - 1, PteFrame(entry, level), PtePermissions(entry, level), 512);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
    ensures next: SameNextBut{Pre, Post}(table->frames, table->memory, parent, index);
    ensures leaves: SameLeavesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
    ensures use: SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
*/
static frame_t split_entry(struct pagetable *table, frame_t parent, uint32_t index, uint32_t level,
                           uint64_t entry)
{
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert good: GoodPageSlot(table->frames, table->memory, 512 * parent + index);
  frame_t child = take_frame(table, level - 1);
  //@ assert apart: child != parent;
  (void)split_slot(table, parent, index, level, entry, child);
  //@ assert counts: SameCountsOutside{Pre, Here}(table->frames, table->memory, child);
  //@ ghost Split: ;
  set_slot(table, child, parent, index);
  set_live(table, child, TABLE_ENTRIES);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert size: table->frames->nframes == \at(table->frames->nframes, Pre);
  //@ assert records: SameOutside{Pre, Here}(table->frames, child, child + 1);
  //@ assert owners: \forall integer f; 0 <= f < table->frames->nframes && f != child ==> Owner(table->frames, f) == Owner{Pre}(table->frames, f);
  //@ assert was_no_table: Owner{Pre}(table->frames, child) == OWNER_FREE && Owner(table->frames, child) == OWNER_TABLE1 + level - 2;
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
  //@ assert root: Root(table->frames, table->root);
  //@ assert counts_now: SameCountsOutside{Pre, Here}(table->frames, table->memory, child);
  //@ assert fresh: NewTable{Pre, Here}(table->frames, table->memory, child);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert slots: \forall integer s; 0 <= s < 512 * table->frames->nframes && s / 512 != child && s != 512 * parent + index ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
  //@ assert row: \forall integer s; 0 <= s && s / 512 == child ==> 512 * child <= s < 512 * child + 512;
  //@ assert filled: FilledTo(table->memory, child, level - 1, PteFrame(entry, level), PtePermissions(entry, level), 512);
  //@ assert row_pages: \forall integer s; 0 <= s && s / 512 == child ==> PtePresent(Slot(table->memory, s)) && PteTable(Slot(table->memory, s), level - 1) != 1;
  //@ assert row_good: \forall integer s; 0 <= s && s / 512 == child ==> GoodPageSlot(table->frames, table->memory, s);
  //@ assert points: Child(Slot(table->memory, 512 * parent + index), level) == child;
  //@ assert linked_own: LinkedSlot(table->frames, table->memory, 512 * parent + index);
  //@ assert slot_kept: \forall integer s; TableSlot(table->frames, table->memory, s) && s != 512 * parent + index ==> s / 512 != child && Slot(table->memory, s) == \at(Slot(table->memory, s), Pre) && TableSlot{Pre}(table->frames, table->memory, s);
  //@ assert linked_rest: \forall integer s; TableSlot(table->frames, table->memory, s) && s != 512 * parent + index ==> LinkedSlot(table->frames, table->memory, s);
  //@ assert linked_each: \forall integer s; TableSlot(table->frames, table->memory, s) ==> LinkedSlot(table->frames, table->memory, s);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert page_kept: \forall integer s; PageSlot(table->frames, table->memory, s) && s / 512 != child ==> s != 512 * parent + index && Slot(table->memory, s) == \at(Slot(table->memory, s), Pre) && PageSlot{Pre}(table->frames, table->memory, s);
  //@ assert pages_each: \forall integer s; PageSlot(table->frames, table->memory, s) ==> GoodPageSlot(table->frames, table->memory, s);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
  //@ assert next: SameNextBut{Pre, Here}(table->frames, table->memory, parent, index);
  //@ assert leaves: SameLeavesBut{Pre, Here}(table->frames, table->memory, 512 * parent + index);
  return child;
}

enum status pagetable_split(struct pagetable *table, uint64_t address, uint32_t level)
{
  if (level == 1)
    return STATUS_BAD_LEVEL;
  enum status status = page_status(address, level);
  if (status != STATUS_OK)
    return status;
  uint64_t page = page_of(address);
  struct found found = find(table, page, level);
  if (found.status != STATUS_OK)
    return found.status;
  frame_t frame = pte_frame(found.entry, level);
  bool owned = owns(table->frames, found.entry, level);
  if (owned && !can_share(table->frames, frame, TABLE_ENTRIES - 1))
    return STATUS_SATURATED;
  if (table->frames->buddy.free_frames == 0)
    return STATUS_OUT_OF_MEMORY;
  //@ ghost if (owned) block_alike(table->frames, frame);
  //@ assert block: owned ==> 0 <= BlockFirst(table->frames, frame) < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, BlockFirst(table->frames, frame)) <= OWNER_USER;
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert place: Place(table->memory, table->root, page, level) == 512 * found.at.frame + Digit(page, level);
  frame_t made = split_entry(table, found.at.frame, index_of(page, level), level, found.entry);
  (void)made; /* the proof speaks of it */
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  //@ assert path: SamePathAt{Pre, Here}(table->frames, table->memory, level);
  //@ assert digit: 0 <= Digit(page, level) < 512 && Table{Pre}(table->memory, table->root, page, level) == found.at.frame;
  //@ assert next: SameNextBut{Pre, Here}(table->frames, table->memory, found.at.frame, Digit(page, level));
  //@ assert leaves: SameLeavesBut{Pre, Here}(table->frames, table->memory, 512 * found.at.frame + Digit(page, level));
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert same_place: \forall integer q; Page(q) && SameLarge(q, page, level) ==> Table{Pre}(table->memory, table->root, q, level) == found.at.frame && Digit(q, level) == Digit(page, level);
  //@ assert same_entry: \forall integer q; Page(q) && SameLarge(q, page, level) ==> Table(table->memory, table->root, q, level) == found.at.frame && Entry{Pre}(table->memory, table->root, q, level) == Entry{Pre}(table->memory, table->root, page, level);
  //@ assert points: \forall integer q; Page(q) && SameLarge(q, page, level) ==> Leaf{Pre}(table->memory, table->root, q, level) && Child(Entry(table->memory, table->root, q, level), level) == made;
  //@ assert filled: FilledTo(table->memory, made, level - 1, PteFrame(Entry{Pre}(table->memory, table->root, page, level), level), PtePermissions(Entry{Pre}(table->memory, table->root, page, level), level), 512);
  //@ assert split: \forall integer q; Page(q) && SameLarge(q, page, level) ==> SplitPage{Pre, Here}(table->memory, table->root, q, level - 1, level);
  //@ assert same_first: owned ==> BlockFirst(table->frames, frame) == BlockFirst{Pre}(table->frames, frame);
  //@ assert same_count: owned ==> References(table->frames, BlockFirst(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
  if (owned)
    share(table, frame, TABLE_ENTRIES - 1);
  return STATUS_OK;
}

/* Whether the entries of a table, under one of this level (2 or 3), make up a page of this level; first is its first. */
/*@ requires valid: TreeValid(table) && frame < table->frames->nframes && 2 <= level <= 3;
    requires first: SameEntry(first, Slot(table->memory, 512 * frame));
    assigns \nothing;
    ensures exact: \result <==> Row(table->memory, frame, level, first);
*/
static bool is_row(const struct pagetable *table, frame_t frame, uint32_t level, uint64_t first)
{
  frame_t start = pte_frame(first, level - 1);
  uint32_t permissions = pte_permissions(first, level - 1);
  if (offset_in(start, level) != 0)
    return false;
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant filled: FilledTo(table->memory, frame, level - 1, start, permissions, i);
      loop assigns i;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert small: level == 2 ==> start <= 0xFFFFFE00;
    //@ assert large: level == 3 ==> start <= 0xFFFC0000;
    bool page = pte_present(entry) && !pte_points(entry, level - 1);
    bool next = pte_frame(entry, level - 1) == start + i * page_frames(level - 1);
    if (!page || !next || pte_permissions(entry, level - 1) != permissions)
      return false;
  }
  return true;
}

/* Puts an entry that maps a page in the place of one, of a table of this level, that points at a table. */
/*@ requires valid: SpaceValid(table);
    requires parent: parent < table->frames->nframes && index < TABLE_ENTRIES && 2 <= level <= 3 &&
      Owner(table->frames, parent) == OWNER_TABLE1 + level - 1;
    requires child: Child(Slot(table->memory, 512 * parent + index), level) == child;
    requires page: PtePresent(entry) && PteTable(entry, level) != 1 && PteAligned(PteFrame(entry, level), level) &&
      PteKnown(PtePermissions(entry, level));
    assigns table->memory[512 * parent + index];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures written: Slot(table->memory, 512 * parent + index) == entry;
    ensures child: child < table->frames->nframes && Owner(table->frames, child) == OWNER_TABLE1 + level - 2;
    ensures alone: Unlinked(table->frames, table->memory, child);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
    ensures above_back: SameAbove{Post, Pre}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
    ensures next: SameNextBut{Pre, Post}(table->frames, table->memory, parent, index);
    ensures leaves: SameLeavesBut{Pre, Post}(table->frames, table->memory, 512 * parent + index);
*/
static void merge_entry(const struct pagetable *table, frame_t parent, uint32_t index,
                        uint32_t level, frame_t child, uint64_t entry)
{
  (void)level; /* the contract speaks of it */
  (void)child; /* of this too */
  //@ assert place: (512 * parent + index) / 512 == parent && (512 * parent + index) % 512 == index;
  //@ assert slot: TableSlot(table->frames, table->memory, 512 * parent + index);
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == Owner(table->frames, parent) - 1;
  //@ assert link: Parent(table->frames, child) == parent && Index(table->frames, child) == index;
  write_slot(table, parent, index, entry);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * parent + index);
  //@ assert records: \forall integer f; 0 <= f < table->frames->nframes ==> Owner(table->frames, f) == Owner{Pre}(table->frames, f) && Live(table->frames, f) == Live{Pre}(table->frames, f);
  //@ assert counted_others: CountedBut(table->frames, table->memory, parent);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert alone: Unlinked(table->frames, table->memory, child);
}

enum status pagetable_merge(struct pagetable *table, uint64_t address, uint32_t level,
                            struct flush *flush)
{
  if (level == 1)
    return STATUS_BAD_LEVEL;
  enum status status = page_status(address, level);
  if (status != STATUS_OK)
    return status;
  uint64_t page = page_of(address);
  struct found found = find(table, page, level);
  if (found.status != STATUS_SMALLER_PAGES)
    return found.status == STATUS_OK ? STATUS_ALREADY_MAPPED : found.status;
  frame_t child = pte_next(found.entry);
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert child: child == Table(table->memory, table->root, page, level - 1) && child < table->frames->nframes;
  uint64_t first = read_slot(table, child, 0);
  if (!is_row(table, child, level, first))
    return STATUS_SMALLER_PAGES;
  //@ assert row: RowAt{Pre}(table->memory, table->root, page, level);
  frame_t frame = pte_frame(first, level - 1);
  uint32_t permissions = pte_permissions(first, level - 1);
  if (permissions < PAGE_UNOWNED)
    status = merge_status(table->frames, frame, level);
  if (status != STATUS_OK)
    return status;
  /* The processor may set accessed and dirty in the old entries until they are flushed: say that it has. */
  uint32_t seen = 1 + permissions / PAGE_WRITE % 2 * 2;
  uint64_t entry = pte_page(frame, permissions, seen, level);
  //@ ghost if (permissions < PAGE_UNOWNED) block_alike(table->frames, frame);
  //@ assert block: permissions < PAGE_UNOWNED ==> 0 <= BlockFirst(table->frames, frame) < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, BlockFirst(table->frames, frame)) <= OWNER_USER;
  //@ assert place: Place(table->memory, table->root, page, level) == 512 * found.at.frame + Digit(page, level);
  merge_entry(table, found.at.frame, index_of(page, level), level, child, entry);
  //@ assert space_merged: SameSpace{Pre, Here}(table);
  //@ assert apart_merged: FlushApart(table, flush);
  //@ assert range_merged: SameRange{Pre, Here}(flush) && SameChain{Pre, Here}(flush);
  //@ assert roots: SameRoots{Pre, Here}(table->frames) && SameRoots{Here, Pre}(table->frames);
  //@ assert path: SamePathAt{Pre, Here}(table->frames, table->memory, level) && SamePathAt{Here, Pre}(table->frames, table->memory, level);
  //@ assert digit: 0 <= Digit(page, level) < 512 && Table{Pre}(table->memory, table->root, page, level) == found.at.frame && Table(table->memory, table->root, page, level) == found.at.frame;
  //@ assert entry: Entry(table->memory, table->root, page, level) == entry && Leaf(table->memory, table->root, page, level);
  //@ assert others_merged: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert same_place: \forall integer q; Page(q) && SameLarge(q, page, level) ==> Table(table->memory, table->root, q, level) == found.at.frame && Digit(q, level) == Digit(page, level);
  //@ assert merged: \forall integer q; Page(q) && SameLarge(q, page, level) ==> SplitPage{Here, Pre}(table->memory, table->root, q, level - 1, level);
  //@ ghost Merged: ;
  retire_table(table, child, flush);
  //@ assert space_retired: SameSpace{Pre, Here}(table);
  //@ assert apart_retired: FlushApart(table, flush);
  //@ assert range_retired: SameRange{Pre, Here}(flush);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  //@ assert others: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert kept: \forall integer q; Page(q) ==> SamePageAt{Merged, Here}(table->memory, table->root, q, level);
  //@ assert merged_released: \forall integer q; Page(q) && SameLarge(q, page, level) ==> SplitPage{Here, Pre}(table->memory, table->root, q, level - 1, level);
  //@ assert entry_released: Entry(table->memory, table->root, page, level) == entry;
  //@ assert use: SameUse{Pre, Here}(table->frames);
  //@ assert same_block: permissions < PAGE_UNOWNED ==> Owner(table->frames, frame) == Owner{Pre}(table->frames, frame) && BlockFirst(table->frames, frame) == BlockFirst{Pre}(table->frames, frame);
  //@ assert same_count: permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
  if (permissions < PAGE_UNOWNED)
    unshare(table, frame, TABLE_ENTRIES - 1);
  //@ assert space_shared: SameSpace{Pre, Here}(table);
  //@ assert others_shared: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert merged_shared: \forall integer q; Page(q) && SameLarge(q, page, level) ==> SplitPage{Here, Pre}(table->memory, table->root, q, level - 1, level);
  //@ assert entry_shared: Entry(table->memory, table->root, page, level) == entry && Leaf(table->memory, table->root, page, level);
  //@ assert roots_shared: SameRoots{Pre, Here}(table->frames);
  //@ assert pending_shared: SameRetired{Pre, Here}(table->frames);
  //@ assert retired_shared: Retired(table->frames, child) && Parent(table->frames, child) == (\at(flush->tables, Pre) == 1 ? \at(flush->table, Pre) : child);
  //@ assert count_shared: permissions < PAGE_UNOWNED ==> Shared{Here, Pre}(table->frames, frame, 511);
  //@ assert use_shared: permissions >= PAGE_UNOWNED ==> SameUse{Pre, Here}(table->frames);
  //@ assert apart_shared: FlushApart(table, flush);
  //@ assert range: SameRange{Pre, Here}(flush);
  //@ ghost Done: ;
  owe_page(table, address, level, level - 1, flush);
  //@ assert space_owed: SameSpace{Pre, Here}(table);
  //@ assert kept_owed: \forall integer q; Page(q) ==> SamePageAt{Done, Here}(table->memory, table->root, q, level);
  //@ assert entry_owed: Entry(table->memory, table->root, page, level) == entry;
  //@ assert merged_owed: \forall integer q; Page(q) && SameLarge(q, page, level) ==> SplitPage{Here, Pre}(table->memory, table->root, q, level - 1, level);
  //@ assert owed: Owed{Pre, Here}(flush, page, level, level - 1);
  //@ assert others_owed: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, level);
  //@ assert count_owed: permissions < PAGE_UNOWNED ==> Shared{Here, Pre}(table->frames, frame, 511);
  //@ assert use_owed: permissions >= PAGE_UNOWNED ==> SameUse{Pre, Here}(table->frames);
  return STATUS_OK;
}

void pagetable_flushed(struct pagetable *table, struct flush *flush)
{
  frame_t frame = flush->table;
  bool more = flush->tables;
  /* No more often than there are frames, whatever the caller has made of the flush. */
  uint64_t nframes = table->frames->nframes;
  /*@ loop invariant range: 0 <= i <= nframes == table->frames->nframes;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant first: i == 0 ==> frame == \at(flush->table, Pre) && (more <==> \at(flush->tables, Pre) == 1) && SameRecords{Pre, Here}(table->frames);
      loop invariant went: i > 0 ==> \at(flush->tables, Pre) == 1 && Retired{Pre}(table->frames, \at(flush->table, Pre));
      loop invariant freed: i > 0 && References{Pre}(table->frames, \at(flush->table, Pre)) == 1 && Flags{Pre}(table->frames, \at(flush->table, Pre)) == 0 ==>
        Owner(table->frames, \at(flush->table, Pre)) == OWNER_FREE;
      loop invariant no_more: NoMoreTables{Pre, Here}(table->frames);
      loop invariant others: SameUnlessRetired{Pre, Here}(table->frames);
      loop invariant idle: SameIdle{Pre, Here}(table->frames);
      loop invariant entries: SameEntries{Pre, Here}(table->frames, table->memory);
      loop invariant roots: SameRoots{Pre, Here}(table->frames);
      loop invariant pages: SamePages{Pre, Here}(table->frames, table->memory);
      loop assigns i, frame, more, RECORDS_CHANGES(table);
      loop variant nframes - i;
  */
  for (uint64_t i = 0; i < nframes && more && is_retired(table->frames, frame); i++) {
    frame_t before = parent_of(table->frames, frame);
    //@ assert was: Retired{Pre}(table->frames, frame);
    //@ assert alone: Unlinked(table->frames, table->memory, frame);
    release_table(table, frame);
    //@ assert space: SameSpace{LoopCurrent, Here}(table);
    //@ assert entries: SameEntries{LoopCurrent, Here}(table->frames, table->memory);
    more = before != frame;
    frame = before;
  }
  //@ assert apart: FlushApart(table, flush);
  const struct flush nothing = {0, 0, 0, false, 0};
  set_flush(table, flush, nothing);
}

/* A page in a table of this level, and its reference. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && TableLevel(level) && Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
    requires mapped: LeafSlot(table->memory, 512 * frame + index, level);
    assigns table->memory[512 * frame + index], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, frame, level);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures row: SameRowBut{Pre, Post}(table->memory, frame, index);
*/
static inline void drop_page(const struct pagetable *table, frame_t frame, uint32_t index,
                             uint32_t level)
{
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert in_row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> s / 512 == frame && 0 <= s < 512 * table->frames->nframes;
  uint64_t entry = remove_page(table, frame, index, level);
  //@ assert space_removed: SameSpace{Pre, Here}(table);
  //@ assert above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
  //@ assert others: SamePagesElse{Pre, Here}(table->frames, table->memory, frame, level);
  //@ ghost Removed: ;
  put_target(table, entry, level);
  //@ assert put: SameAbove{Removed, Here}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
}

/* A table under an entry of a table of this level, and all that is under it. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && index < TABLE_ENTRIES && 2 <= level <= RootLevel &&
      Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
    requires child: Child(Slot(table->memory, 512 * frame + index), level) == child;
    terminates \true;
    decreases 2 * level;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, frame, level);
    ensures gone: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures row: SameRowBut{Pre, Post}(table->memory, frame, index);
*/
static void drop_branch(struct pagetable *table, frame_t frame, uint32_t index, uint32_t level,
                        frame_t child);

/* All entries of a table of this level, and all tables under it. */
/*@ requires valid: SpaceValid(table);
    requires table: frame < table->frames->nframes && TableLevel(level) && Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
    terminates \true;
    decreases 2 * level + 1;
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures above: SameAbove{Pre, Post}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, frame, level);
    ensures empty: EmptyTable(table->memory, frame);
*/
static void empty_table(struct pagetable *table, frame_t frame, uint32_t level)
{
  //@ assert reached: Reached(table->frames, table->memory);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant above: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
      loop invariant others: SamePagesElse{Pre, Here}(table->frames, table->memory, frame, level);
      loop invariant empty: EmptyTo(table->memory, frame, i);
      loop assigns i, SPACE_CHANGES(table);
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert place: (512 * frame + i) / 512 == frame;
    //@ assert roots: SameRoots{Pre, Here}(table->frames);
    //@ assert path: SamePathAt{Pre, Here}(table->frames, table->memory, level);
    if (pte_present(entry) && pte_points(entry, level))
      drop_branch(table, frame, i, level, pte_next(entry));
    else if (pte_present(entry))
      drop_page(table, frame, i, level);
    //@ assert others_here: SamePagesElse{LoopCurrent, Here}(table->frames, table->memory, frame, level);
    //@ assert space: SameSpace{Pre, Here}(table);
    //@ assert here: !PtePresent(Slot(table->memory, 512 * frame + i));
    //@ assert row: SameRowBut{LoopCurrent, Here}(table->memory, frame, i);
    //@ assert empty: EmptyTo(table->memory, frame, i + 1);
  }
}

static void drop_branch(struct pagetable *table, frame_t frame, uint32_t index, uint32_t level,
                        frame_t child)
{
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert place: (512 * frame + index) / 512 == frame && 512 * frame + index < 512 * table->frames->nframes;
  //@ assert child: child < table->frames->nframes && Owner(table->frames, child) == OWNER_TABLE1 + level - 2 && Parent(table->frames, child) == frame;
  empty_table(table, child, level - 1);
  //@ assert space_emptied: SameSpace{Pre, Here}(table);
  //@ assert above_emptied: SameAbove{Pre, Here}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
  //@ assert others: SamePagesElse{Pre, Here}(table->frames, table->memory, frame, level);
  //@ assert owners: Owner(table->frames, frame) == OWNER_TABLE1 + level - 1 && Owner(table->frames, child) == OWNER_TABLE1 + level - 2;
  //@ assert in_row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> s / 512 == frame && 0 <= s < 512 * \at(table->frames->nframes, Pre);
  //@ assert row: \forall integer s; 512 * frame <= s < 512 * frame + 512 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
  //@ ghost count_none(table, child);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert count: Live(table->frames, child) == Count(table->memory, 512 * child, 512);
  //@ assert none: Live(table->frames, child) == 0;
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->buddy.free.nwords == \at(table->frames->buddy.free.nwords, Pre);
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ ghost Emptied: ;
  drop_table(table, frame, index, child);
  //@ assert space_dropped: SameSpace{Pre, Here}(table);
  //@ assert apart: \forall integer s; Owner{Emptied}(table->frames, s / 512) > OWNER_TABLE1 + level - 1 ==> s != 512 * frame + index;
  //@ assert above_owners: \forall integer f; 0 <= f < \at(table->frames->nframes, Emptied) && Owner{Emptied}(table->frames, f) >= OWNER_TABLE1 + level - 1 ==> Owner(table->frames, f) == Owner{Emptied}(table->frames, f);
  //@ assert above: SameAbove{Emptied, Here}(table->frames, table->memory, OWNER_TABLE1 + level - 1);
}

void pagetable_destroy(struct pagetable *table)
{
  empty_table(table, table->root, root_level());
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert root: Owner(table->frames, table->root) == OWNER_TABLE1 + RootLevel - 1;
  //@ assert alone: Unlinked(table->frames, table->memory, table->root);
  release_table(table, table->root);
}

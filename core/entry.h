/* Layer 4, the page tables' single steps: one entry written, one slot or space set, one result told. Each
 * writes memory that the frame database could lie in as far as a prover knows, so its proof sees what the
 * database is made of; core/pagetable.c and core/table.h are proved without.
 */
#ifndef ASHLAR_ENTRY_H
#define ASHLAR_ENTRY_H

#include "leaf.h"
#include "walk.h"

#include "../annotations/entry.acsl"

/* Where in memory entry index of the table in a frame stands. */
/*@ requires range: index < TABLE_ENTRIES;
    assigns \nothing;
    ensures exact: \result == 512 * frame + index;
*/
static inline uint64_t slot_of(frame_t frame, uint32_t index)
{
  return TABLE_ENTRIES * (uint64_t)frame + index;
}

/* An entry; a table's number of entries; who owns a frame. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
    assigns \nothing;
    ensures same: SameEntry(\result, Slot(table->memory, 512 * frame + index));
*/
static inline uint64_t read_slot(const struct pagetable *table, frame_t frame, uint32_t index)
{
  return pte_read(&table->memory[slot_of(frame, index)]);
}

/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes;
    assigns \nothing;
    ensures exact: \result == Live(table->frames, frame);
*/
static inline uint32_t live_of(const struct pagetable *table, frame_t frame)
{
  return table->frames->records[frame].live;
}

/*@ requires range: \valid_read(db) && \valid_read(db->records + frame);
    assigns \nothing;
    ensures exact: \result == Owner(db, frame);
*/
static inline uint8_t owner_of(const struct frames *db, frame_t frame)
{
  return db->records[frame].owner;
}

/* Whether the kernel or a user has what this owner has: only their frames may be mapped with a reference. */
/*@ assigns \nothing;
    ensures exact: \result <==> OWNER_KERNEL <= owner <= OWNER_USER;
*/
static inline bool owner_mappable(enum owner owner)
{
  return owner == OWNER_KERNEL || owner == OWNER_USER;
}

/* Whether a frame is a table that went and is not free yet; and the one that went before it, itself if none did. */
/*@ requires layout: FramesLayout(db);
    assigns \nothing;
    ensures exact: \result <==> Retired(db, frame);
*/
static inline bool is_retired(const struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return false;
  const struct frame *record = &db->records[frame];
  bool below_root =
      record->owner >= OWNER_TABLE1 && record->owner < OWNER_TABLE1 + root_level() - 1;
  return below_root && record->index == TABLE_ENTRIES;
}

/*@ requires range: \valid_read(db) && \valid_read(db->records + frame);
    assigns \nothing;
    ensures exact: \result == Parent(db, frame);
*/
static inline frame_t parent_of(const struct frames *db, frame_t frame)
{
  return db->records[frame].parent;
}

/* Tells the caller what an entry of a table of this level says of a page. */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    requires entry: PteAligned(PteFrame(entry, level), level);
    assigns *out;
    ensures frame: out->frame == PteFrame(entry, level) + Offset(page, level);
    ensures permissions: out->permissions == PtePermissions(entry, level);
    ensures level: out->level == level;
    ensures seen: (out->accessed <==> PteAccessed(entry) == 1) && (out->dirty <==> PteDirty(entry) == 1);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
static inline void report(const struct pagetable *table, uint64_t entry, uint64_t page,
                          uint32_t level, struct translation *out)
{
  (void)table; /* the contract speaks of it */
  //@ assert was_levels: BitsetLevels(&table->frames->buddy.free);
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  //@ assert far_records: \separated(out, table->frames->records + (0 .. table->frames->nframes - 1));
  //@ assert far_buddy: \separated(out, &table->frames->buddy);
  //@ assert far_offset: \forall integer k; 0 <= k < BITSET_LEVELS ==> &table->frames->buddy.free.offset[k] != &out->frame && &table->frames->buddy.free.offset[k] != &out->permissions && &table->frames->buddy.free.offset[k] != &out->level;
  //@ assert far_length: \forall integer k; 0 <= k < BITSET_LEVELS ==> &table->frames->buddy.free.length[k] != &out->frame && &table->frames->buddy.free.length[k] != &out->permissions && &table->frames->buddy.free.length[k] != &out->level;
  frame_t first = pte_frame(entry, level);
  uint32_t offset = offset_in(page, level);
  //@ assert offset: offset == Offset(page, level) && first == PteFrame(entry, level);
  //@ assert small: level == 1 ==> offset == 0;
  //@ assert large: level == 2 ==> first <= 0xFFFFFE00 && offset < 512;
  //@ assert huge: level == 3 ==> first <= 0xFFFC0000 && offset < 262144;
  //@ assert inside: first + offset <= 0xFFFFFFFF;
  out->frame = first + offset;
  out->permissions = pte_permissions(entry, level);
  out->level = level;
  out->accessed = pte_accessed(entry);
  out->dirty = pte_dirty(entry);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_offset: \forall integer k; 0 <= k < BITSET_LEVELS ==> table->frames->buddy.free.offset[k] == \at(table->frames->buddy.free.offset[k], Pre);
  //@ assert same_length: \forall integer k; 0 <= k < BITSET_LEVELS ==> table->frames->buddy.free.length[k] == \at(table->frames->buddy.free.length[k], Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert aligned: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Says what is to be flushed. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    assigns *flush;
    ensures set: flush->address == owed.address && flush->pages == owed.pages && flush->level == owed.level &&
      flush->tables == owed.tables && flush->table == owed.table;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
static inline void set_flush(const struct pagetable *table, struct flush *flush, struct flush owed)
{
  (void)table; /* the contract speaks of it */
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  *flush = owed;
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Tells the caller what a call has met in a range. */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SeenApart(table, out);
    assigns *out;
    ensures set: *out == seen;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
static inline void set_seen(const struct pagetable *table, struct seen *out, struct seen seen)
{
  (void)table; /* the contract speaks of it */
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  *out = seen;
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Tells the caller what pages translate alike. */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && RunApart(table, out);
    assigns *out;
    ensures set: *out == run;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
static inline void set_run(const struct pagetable *table, struct page_run *out, struct page_run run)
{
  (void)table; /* the contract speaks of it */
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  *out = run;
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Names the table that went last; what a flush says of pages stays. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    assigns flush->tables, flush->table;
    ensures named: flush->tables == 1 && flush->table == frame;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
static inline void owe_table(const struct pagetable *table, frame_t frame, struct flush *flush)
{
  (void)table; /* the contract speaks of it */
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  flush->tables = true;
  flush->table = frame;
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
}

/* Writes an entry. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + index];
    ensures written: Slot(table->memory, 512 * frame + index) == entry;
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCountsBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures count: Count(table->memory, 512 * frame, 512) == \old(Count(table->memory, 512 * frame, 512)) +
      PteOne(Slot(table->memory, 512 * frame + index)) - \old(PteOne(Slot(table->memory, 512 * frame + index)));
*/
static inline void write_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                              uint64_t entry)
{
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  pte_write(&table->memory[slot_of(frame, index)], entry);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant other: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes &&
         !(x <= 512 * frame + index < x + 512) ==> Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop invariant here: Count{Here}(table->memory, 512 * frame, k) == Count{Pre}(table->memory, 512 * frame, k) +
         (k > index ? PteOne(Slot(table->memory, 512 * frame + index)) - PteOne(\at(Slot(table->memory, 512 * frame + index), Pre)) : 0);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
}

/* Empties an entry, and returns it as it was at that moment. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + index];
    ensures empty: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCountsBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures count: Count(table->memory, 512 * frame, 512) == \old(Count(table->memory, 512 * frame, 512)) +
      PteOne(Slot(table->memory, 512 * frame + index)) - \old(PteOne(Slot(table->memory, 512 * frame + index)));
*/
static inline uint64_t take_slot(const struct pagetable *table, frame_t frame, uint32_t index)
{
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  uint64_t taken = pte_exchange(&table->memory[slot_of(frame, index)], pte_empty());
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant other: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes &&
         !(x <= 512 * frame + index < x + 512) ==> Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop invariant here: Count{Here}(table->memory, 512 * frame, k) == Count{Pre}(table->memory, 512 * frame, k) +
         (k > index ? PteOne(Slot(table->memory, 512 * frame + index)) - PteOne(\at(Slot(table->memory, 512 * frame + index), Pre)) : 0);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  return taken;
}

/* Replaces a present entry that is as expected. Returns what it was: as expected when it was replaced; if not, nothing
 * was written, and expected lacks a bit that the processor has set meanwhile. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires present: PtePresent(Slot(table->memory, 512 * frame + index)) && SameEntry(expected, Slot(table->memory, 512 * frame + index));
    requires entry: PtePresent(entry);
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + index];
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures written: \result == expected ==> Slot(table->memory, 512 * frame + index) == entry;
    ensures refused: \result != expected ==> Slot(table->memory, 512 * frame + index) == \old(Slot(table->memory, 512 * frame + index)) &&
      PteAccessed(\result) + PteDirty(\result) > PteAccessed(expected) + PteDirty(expected);
    ensures present: PtePresent(Slot(table->memory, 512 * frame + index));
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
*/
static inline uint64_t swap_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                                 uint64_t expected, uint64_t entry)
{
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  uint64_t held = pte_update(&table->memory[slot_of(frame, index)], expected, entry);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant other: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  return held;
}

/* Gives a present entry of a table of this level these permissions; accessed and dirty stay as the processor leaves
 * them, or go if they are to be cleared. Returns the entry as it was at that moment. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES && PteKnown(permissions);
    requires aligned: PteAligned(PteFrame(entry, level), level);
    requires present: PtePresent(Slot(table->memory, 512 * frame + index)) && SameEntry(entry, Slot(table->memory, 512 * frame + index));
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + index];
    ensures present: PtePresent(Slot(table->memory, 512 * frame + index));
    ensures page: PteTable(Slot(table->memory, 512 * frame + index), level) == 0;
    ensures frame: PteFrame(Slot(table->memory, 512 * frame + index), level) == PteFrame(entry, level);
    ensures permissions: PtePermissions(Slot(table->memory, 512 * frame + index), level) == permissions;
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures accessed: PteAccessed(Slot(table->memory, 512 * frame + index)) == (clears ? 0 : PteAccessed(\result));
    ensures dirty: PteDirty(Slot(table->memory, 512 * frame + index)) == (clears ? 0 : PteDirty(\result));
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
*/
static inline uint64_t change_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                                   uint32_t level, uint64_t entry, uint32_t permissions,
                                   bool clears)
{
  uint64_t held = entry;
  /* Each try but the last meets a bit more, accessed or dirty: at most three. */
  /*@ loop invariant same: SameEntry(held, \at(Slot(table->memory, 512 * frame + index), Pre));
      loop invariant untouched: Slot(table->memory, 512 * frame + index) == \at(Slot(table->memory, 512 * frame + index), Pre);
      loop invariant layout: SpaceLayout(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant frames: FramesValid(table->frames);
      loop invariant others: SameEntriesBut{Pre, Here}(table->frames, table->memory, 512 * frame + index);
      loop invariant counts: SameCounts{Pre, Here}(table->frames, table->memory);
      loop assigns entry, held, table->memory[512 * frame + index];
      loop variant 2 - PteAccessed(held) - PteDirty(held);
  */
  do {
    entry = held;
    uint64_t next = pte_with_permissions(entry, permissions, level, clears);
    held = swap_slot(table, frame, index, entry, next);
  } while (held != entry);
  return entry;
}

/* Empties a table. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes;
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame .. 512 * frame + 511];
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures empty: EmptyTable(table->memory, frame);
    ensures count: Count(table->memory, 512 * frame, 512) == 0;
    ensures others: SameEntriesOutside{Pre, Post}(table->frames, table->memory, frame);
    ensures counts: SameCountsOutside{Pre, Post}(table->frames, table->memory, frame);
*/
static inline void clear_table(const struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant layout: SpaceLayout(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant frames: FramesValid(table->frames);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(Slot(table->memory, s));
      loop invariant others: SameEntriesOutside{Pre, Here}(table->frames, table->memory, frame);
      loop invariant counts: SameCountsOutside{Pre, Here}(table->frames, table->memory, frame);
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

/* Fills a table of this level (1 or 2) with pages in a row from frame first on; seen: 1 if accessed, and 2 if dirty. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes;
    requires frames: FramesValid(table->frames);
    requires page: 1 <= level <= 2 && PteAligned(first, level + 1) && PteKnown(permissions) && seen <= 3;
    assigns table->memory[512 * frame .. 512 * frame + 511];
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures filled: FilledTo(table->memory, frame, level, first, permissions, 512);
    ensures seen: SeenTo(table->memory, frame, seen, 512);
    ensures count: Count(table->memory, 512 * frame, 512) == 512;
    ensures others: SameEntriesOutside{Pre, Post}(table->frames, table->memory, frame);
    ensures counts: SameCountsOutside{Pre, Post}(table->frames, table->memory, frame);
*/
static inline void fill_table(const struct pagetable *table, frame_t frame, uint32_t level,
                              frame_t first, uint32_t permissions, uint32_t seen)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant layout: SpaceLayout(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant frames: FramesValid(table->frames);
      loop invariant filled: FilledTo(table->memory, frame, level, first, permissions, i);
      loop invariant seen: SeenTo(table->memory, frame, seen, i);
      loop invariant others: SameEntriesOutside{Pre, Here}(table->frames, table->memory, frame);
      loop invariant counts: SameCountsOutside{Pre, Here}(table->frames, table->memory, frame);
      loop assigns i, table->memory[512 * frame .. 512 * frame + 511];
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    //@ assert small: level == 1 ==> first <= 0xFFFFFE00;
    //@ assert large: level == 2 ==> first <= 0xFFFC0000 && (first + 512 * i) % 512 == 0;
    uint64_t entry = pte_page(first + i * page_frames(level), permissions, seen, level);
    //@ assert one: level == 1 ==> PteFrame(entry, level) == first + i;
    //@ assert two: level == 2 ==> PteFrame(entry, level) == first + 512 * i;
    write_slot(table, frame, i, entry);
    //@ assert before: \forall integer s; 512 * frame <= s < 512 * frame + i ==> Slot(table->memory, s) == \at(Slot(table->memory, s), LoopCurrent);
    //@ assert filled: FilledTo(table->memory, frame, level, first, permissions, i) && SeenTo(table->memory, frame, seen, i);
  }
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant all: Count(table->memory, 512 * frame, k) == k;
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
}

/* Puts a table of the level below in the place of the page of an entry, of a table of this level (2 or 3), with the
 * same frames, permissions, accessed and dirty. Returns the entry as it was at that moment. */
/*@ requires layout: SpaceLayout(table) && FramesValid(table->frames);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES && child < table->frames->nframes && child != frame;
    requires present: PtePresent(Slot(table->memory, 512 * frame + index)) && SameEntry(entry, Slot(table->memory, 512 * frame + index));
    requires page: 2 <= level <= 3 && PteAligned(PteFrame(entry, level), level) && PteKnown(PtePermissions(entry, level));
    assigns table->memory[512 * frame + index], table->memory[512 * child .. 512 * child + 511];
    ensures layout: SpaceLayout(table) && FramesValid(table->frames);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures points: Child(Slot(table->memory, 512 * frame + index), level) == child;
    ensures filled: FilledTo(table->memory, child, level - 1, PteFrame(entry, level), PtePermissions(entry, level), 512);
    ensures seen: SeenTo(table->memory, child, PteAccessed(\result) + 2 * PteDirty(\result), 512);
    ensures count: Count(table->memory, 512 * child, 512) == 512;
    ensures others: \forall integer s; 0 <= s < 512 * table->frames->nframes && s / 512 != child && s != 512 * frame + index ==>
      Slot(table->memory, s) == \old(Slot(table->memory, s));
    ensures counts: SameCountsOutside{Pre, Post}(table->frames, table->memory, child);
*/
static inline uint64_t split_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                                  uint32_t level, uint64_t entry, frame_t child)
{
  //@ assert apart: (512 * frame + index) / 512 == frame;
  uint64_t held = entry;
  /* As in change_slot: at most three tries. */
  /*@ loop invariant same: SameEntry(held, \at(Slot(table->memory, 512 * frame + index), Pre));
      loop invariant untouched: Slot(table->memory, 512 * frame + index) == \at(Slot(table->memory, 512 * frame + index), Pre);
      loop invariant layout: SpaceLayout(table) && FramesValid(table->frames);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant others: \forall integer s; 0 <= s < 512 * table->frames->nframes && s / 512 != child && s != 512 * frame + index ==>
        Slot(table->memory, s) == \at(Slot(table->memory, s), Pre);
      loop invariant counts: SameCountsOutside{Pre, Here}(table->frames, table->memory, child);
      loop assigns entry, held, table->memory[512 * frame + index], table->memory[512 * child .. 512 * child + 511];
      loop variant 2 - PteAccessed(held) - PteDirty(held);
  */
  do {
    entry = held;
    uint32_t seen = (pte_accessed(entry) ? 1u : 0u) + (pte_dirty(entry) ? 2u : 0u);
    fill_table(table, child, level - 1, pte_frame(entry, level), pte_permissions(entry, level),
               seen);
    //@ ghost Filled: ;
    held = swap_slot(table, frame, index, entry, pte_table(child));
    //@ assert row: \forall integer s; 512 * child <= s < 512 * child + 512 ==> Slot(table->memory, s) == \at(Slot(table->memory, s), Filled);
  } while (held != entry);
  return entry;
}

/* What the number of a table's entries says of each of them, and the other way round (proofs/entry.c). */
/*@ ghost
  /@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
     assigns \nothing;
     ensures bounds: PteOne(Slot(table->memory, 512 * frame + index)) <= Count(table->memory, 512 * frame, 512) <=
       511 + PteOne(Slot(table->memory, 512 * frame + index));
  @/
  void count_bounds(const struct pagetable *table, frame_t frame, uint32_t index);

  /@ requires layout: SpaceLayout(table) && frame < table->frames->nframes;
     assigns \nothing;
     ensures empty: Count(table->memory, 512 * frame, 512) == 0 <==> EmptyTable(table->memory, frame);
  @/
  void count_none(const struct pagetable *table, frame_t frame);
*/

/* Fills an entry that is not present. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires counted: Counted(table->frames, table->memory) && Owner(table->frames, frame) >= OWNER_TABLE1;
    requires absent: !PtePresent(Slot(table->memory, 512 * frame + index)) && PtePresent(entry);
    requires frames: FramesValid(table->frames);
    assigns table->frames->records[frame].live, table->memory[512 * frame + index];
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures counted: Counted(table->frames, table->memory);
    ensures frames: FramesValid(table->frames);
    ensures written: Slot(table->memory, 512 * frame + index) == entry;
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
  //@ assert frames: FramesValid(table->frames);
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
    requires present: PtePresent(Slot(table->memory, 512 * frame + index));
    requires frames: FramesValid(table->frames);
    assigns table->frames->records[frame].live, table->memory[512 * frame + index];
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures counted: Counted(table->frames, table->memory);
    ensures frames: FramesValid(table->frames);
    ensures empty: !PtePresent(Slot(table->memory, 512 * frame + index));
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures live: Live(table->frames, frame) == \old(Live(table->frames, frame)) - 1;
    ensures records: SameButLive{Pre, Post}(table->frames, frame);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
*/
static inline uint64_t remove_entry(const struct pagetable *table, frame_t frame, uint32_t index)
{
  //@ ghost count_bounds(table, frame, index);
  table->frames->records[frame].live--;
  //@ assert layout: SpaceLayout(table);
  //@ assert frames: FramesValid(table->frames);
  uint64_t taken = take_slot(table, frame, index);
  //@ assert other_counts: \forall integer f; 0 <= f < table->frames->nframes && f != frame ==> Count{Here}(table->memory, 512 * f, 512) == Count{Pre}(table->memory, 512 * f, 512);
  //@ assert other_lives: \forall integer f; 0 <= f < table->frames->nframes && f != frame ==> Live{Here}(table->frames, f) == Live{Pre}(table->frames, f);
  //@ assert records: SameButLive{Pre, Here}(table->frames, frame);
  //@ assert own: Live(table->frames, frame) == Count(table->memory, 512 * frame, 512);
  //@ assert other: CountedBut(table->frames, table->memory, frame);
  //@ assert counted: Counted(table->frames, table->memory);
  return taken;
}

/* Tells a table which slot points at it; index 512, of no slot, says that none does any more. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index <= TABLE_ENTRIES;
    requires frames: FramesValid(table->frames) && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns table->frames->records[frame].parent, table->frames->records[frame].index;
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures link: Parent(table->frames, frame) == parent && Index(table->frames, frame) == index;
    ensures others: SameButLink{Pre, Post}(table->frames, frame);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
*/
static inline void set_slot(const struct pagetable *table, frame_t frame, frame_t parent,
                            uint32_t index)
{
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  struct frame *record = &table->frames->records[frame];
  record->parent = parent;
  record->index = (uint16_t)index;
  //@ assert order: Order{Pre}(table->frames, frame) == 0;
  //@ assert others: SameButLink{Pre, Here}(table->frames, frame);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
}

/* Says how many entries a table has. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && live <= TABLE_ENTRIES;
    requires frames: FramesValid(table->frames) && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns table->frames->records[frame].live;
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures live: Live(table->frames, frame) == live;
    ensures records: SameButTable{Pre, Post}(table->frames, frame, -1);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
*/
static inline void set_live(const struct pagetable *table, frame_t frame, uint32_t live)
{
  table->frames->records[frame].live = (uint16_t)live;
  //@ assert layout: SpaceLayout(table);
  //@ assert frames: FramesValid(table->frames);
}

/* Makes an address space of a database, its direct map and a root. */
/*@ requires layout: MapLayout(frames, memory) && FramesValid(frames);
    requires table: \valid(table) && \separated(table, memory + (0 .. 512 * frames->nframes - 1), FRAMES_MEMORY(frames));
    assigns *table;
    ensures made: table->frames == frames && table->memory == memory && table->root == root && table->write_execute == 0;
    ensures layout: SpaceLayout(table);
    ensures places: SamePlaces{Pre, Post}(frames);
    ensures frames: FramesValid(frames);
    ensures records: SameRecords{Pre, Post}(frames);
*/
static inline void set_space(struct pagetable *table, struct frames *frames, uint64_t *memory,
                             frame_t root)
{
  //@ assert was_memory: BuddyMemory(&frames->buddy);
  table->frames = frames;
  table->memory = memory;
  table->root = root;
  table->write_execute = false;
  //@ ghost lemma_numbers(&frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(frames);
  //@ assert places: SamePlaces{Pre, Here}(frames);
  //@ assert blocks: SameInUse{Pre, Here}(frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&frames->buddy) && Nodes(&frames->buddy) == \at(Nodes(&frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&frames->buddy);
  //@ assert levels: BitsetLevels(&frames->buddy.free);
  //@ assert set_layout: BitsetLayout(&frames->buddy.free);
  //@ assert memory: BuddyMemory(&frames->buddy);
  //@ assert held: FramesHeld(frames);
}

/* Says whether pages may be writable and executable at once. */
/*@ requires valid: SpaceValid(table) && \valid(table);
    assigns table->write_execute;
    ensures set: table->write_execute == allow;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
static inline void set_write_execute(struct pagetable *table, bool allow)
{
  //@ assert was_memory: BuddyMemory(&table->frames->buddy);
  table->write_execute = allow;
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_numbers: SameNumbers{Pre, Here}(&table->frames->buddy) && Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert same_set: SameBitset{Pre, Here}(&table->frames->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&table->frames->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert set_layout: BitsetLayout(&table->frames->buddy.free);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
}

#endif

/* Layer 4, the page tables' single steps: one entry written, one frame taken for a table or put back, one
 * result told. Each changes memory that the frame database could lie in as far as a prover knows, so
 * its proof sees what the database is made of; core/pagetable.c is proved without.
 */
#ifndef ASHLAR_ENTRY_H
#define ASHLAR_ENTRY_H

#include "pagetable.h"

#include "pte.h"

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

/* Tells the caller what an entry says. */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    assigns *out;
    ensures frame: out->frame == PteFrame(entry);
    ensures permissions: out->permissions == PtePermissions(entry);
    ensures seen: (out->accessed <==> PteAccessed(entry) == 1) && (out->dirty <==> PteDirty(entry) == 1);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures records: SameRecords{Pre, Post}(table->frames);
*/
static inline void report(const struct pagetable *table, uint64_t entry, struct translation *out)
{
  (void)table; /* the contract speaks of it */
  out->frame = pte_frame(entry);
  out->permissions = pte_permissions(entry);
  out->accessed = pte_accessed(entry);
  out->dirty = pte_dirty(entry);
  //@ assert records: SameRecords{Pre, Here}(table->frames);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
  //@ assert linked: Linked(table->frames, table->memory);
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
  pte_write(&table->memory[slot_of(frame, index)], entry);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
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
  uint64_t taken = pte_exchange(&table->memory[slot_of(frame, index)], pte_empty());
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
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

/* Gives a present entry other permissions; accessed and dirty stay as the processor leaves them. Returns the
 * entry as it was at that moment. */
/*@ requires layout: SpaceLayout(table);
    requires range: frame < table->frames->nframes && index < TABLE_ENTRIES && permissions <= PAGE_PERMISSIONS;
    requires present: PtePresent(Slot(table->memory, 512 * frame + index)) && SameEntry(entry, Slot(table->memory, 512 * frame + index));
    requires frames: FramesValid(table->frames);
    assigns table->memory[512 * frame + index];
    ensures present: PtePresent(Slot(table->memory, 512 * frame + index));
    ensures frame: PteFrame(Slot(table->memory, 512 * frame + index)) == \old(PteFrame(Slot(table->memory, 512 * frame + index)));
    ensures permissions: PtePermissions(Slot(table->memory, 512 * frame + index)) == permissions;
    ensures same: SameEntry(\result, \old(Slot(table->memory, 512 * frame + index)));
    ensures accessed: PteAccessed(Slot(table->memory, 512 * frame + index)) == PteAccessed(\result);
    ensures dirty: PteDirty(Slot(table->memory, 512 * frame + index)) == PteDirty(\result);
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures others: SameEntriesBut{Pre, Post}(table->frames, table->memory, 512 * frame + index);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
*/
static inline uint64_t change_slot(const struct pagetable *table, frame_t frame, uint32_t index,
                                   uint64_t entry, uint32_t permissions)
{
  uint64_t *slot = &table->memory[slot_of(frame, index)];
  uint64_t held = entry;
  /* Each try but the last meets a bit more, accessed or dirty: at most three. */
  /*@ loop invariant same: PtePresent(held) && SameEntry(held, \at(Slot(table->memory, 512 * frame + index), Pre));
      loop invariant untouched: *slot == \at(Slot(table->memory, 512 * frame + index), Pre);
      loop assigns entry, held, *slot;
      loop variant 2 - PteAccessed(held) - PteDirty(held);
  */
  do {
    entry = held;
    held = pte_update(slot, entry, pte_with_permissions(entry, permissions));
  } while (held != entry);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
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
    ensures others: SameEntriesOutside{Pre, Post}(table->frames, table->memory, 512 * frame);
    ensures counts: SameCountsOutside{Pre, Post}(table->frames, table->memory, 512 * frame);
*/
static inline void clear_table(const struct pagetable *table, frame_t frame)
{
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant layout: SpaceLayout(table) && table->frames->nframes == \at(table->frames->nframes, Pre);
      loop invariant frames: FramesValid(table->frames);
      loop invariant empty: \forall integer s; 512 * frame <= s < 512 * frame + i ==> !PtePresent(Slot(table->memory, s));
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
  //@ assert other: \forall integer f; 0 <= f < table->frames->nframes && f != frame && Owner(table->frames, f) >= OWNER_TABLE1 ==> Live(table->frames, f) == Count(table->memory, 512 * f, 512);
  return taken;
}

/* The frames of a block have one owner, and a table is a block by itself (proofs/entry.c). */
/*@ ghost
  /@ requires frame: \valid_read(db) && frame < db->nframes;
     requires records: Records(db) && InUse(db, frame);
     assigns \nothing;
     ensures first: 0 <= BlockFirst(db, frame) < db->nframes && Owner(db, BlockFirst(db, frame)) == Owner(db, frame) &&
       BlockFirst(db, BlockFirst(db, frame)) == BlockFirst(db, frame);
     ensures alike: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Owner(db, f) == Owner(db, frame);
     ensures table: Owner(db, frame) >= OWNER_TABLE1 ==> Order(db, frame) == 0 && BlockFirst(db, frame) == frame;
     ensures one: Pow2(0) == 1;
     ensures referenced: References(db, BlockFirst(db, frame)) >= 1;
  @/
  void block_alike(const struct frames *db, frame_t frame);
*/

/* Drops a reference to a frame in use. Tables other than that frame are as before, and no entry changes. */
/*@ requires layout: SpaceLayout(table) && FramesValid(table->frames);
    requires frame: frame < table->frames->nframes && InUse(table->frames, frame);
    assigns FRAMES_CHANGES(table->frames);
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
    ensures tables: SameTablesBut{Pre, Post}(table->frames, frame);
    ensures table: \old(Owner(table->frames, frame)) >= OWNER_TABLE1 ==> SameOutside{Pre, Post}(table->frames, frame, frame + 1);
    ensures no_more: NoMoreTables{Pre, Post}(table->frames);
    ensures freed: \old(Owner(table->frames, frame)) >= OWNER_TABLE1 && \old(References(table->frames, frame)) == 1 && \old(Flags(table->frames, frame)) == 0 ==>
      Owner(table->frames, frame) == OWNER_FREE;
    ensures reference: ReferenceDropped{Pre, Post}(table->frames, frame);
*/
static inline void put_frame(const struct pagetable *table, frame_t frame)
{
  //@ ghost block_alike(table->frames, frame);
  (void)frame_put(table->frames, frame);
  //@ assert layout: SpaceLayout(table);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
}

/* Takes a frame for a table, -1 if there is none. No other table changes, and no entry does. */
/*@ requires layout: MapLayout(db, memory) && FramesValid(db) && OWNER_TABLE1 <= owner <= OWNER_TABLE4;
    assigns FRAMES_CHANGES(db);
    ensures layout: MapLayout(db, memory);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures frames: FramesValid(db);
    ensures range: -1 <= \result < db->nframes;
    ensures entries: SameEntries{Pre, Post}(db, memory);
    ensures counts: SameCounts{Pre, Post}(db, memory);
    ensures fresh: \result >= 0 ==> Owner{Pre}(db, \result) == OWNER_FREE && Owner(db, \result) == owner &&
      Live(db, \result) == 0 && References(db, \result) == 1 && Flags(db, \result) == 0;
    ensures others: \result >= 0 ==> SameOutside{Pre, Post}(db, \result, \result + 1);
    ensures unchanged: \result < 0 ==> SameRecords{Pre, Post}(db);
*/
static inline int64_t take_table(struct frames *db, uint64_t *memory, enum owner owner)
{
  (void)memory; /* the contract speaks of it */
  frame_t frame = 0;
  //@ ghost lemma_numbers(&db->buddy);
  //@ assert records: SameRecords{Pre, Here}(db);
  //@ assert same_places: SamePlaces{Pre, Here}(db);
  //@ assert blocks: SameInUse{Pre, Here}(db);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&db->buddy);
  //@ assert memory: BuddyMemory(&db->buddy);
  //@ assert held: FramesHeld(db);
  enum status status = frame_alloc(db, 0, owner, 0, &frame);
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
  return status == STATUS_OK ? (int64_t)frame : -1;
}

/*@ requires layout: SpaceLayout(table) && FramesValid(table->frames) && OWNER_TABLE1 <= owner <= OWNER_TABLE4;
    assigns FRAMES_CHANGES(table->frames);
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures range: -1 <= \result < table->frames->nframes;
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
    ensures fresh: \result >= 0 ==> Owner{Pre}(table->frames, \result) == OWNER_FREE && Owner(table->frames, \result) == owner &&
      Live(table->frames, \result) == 0 && References(table->frames, \result) == 1 && Flags(table->frames, \result) == 0;
    ensures others: \result >= 0 ==> SameOutside{Pre, Post}(table->frames, \result, \result + 1);
    ensures unchanged: \result < 0 ==> SameRecords{Pre, Post}(table->frames);
*/
static inline int64_t take_frame(const struct pagetable *table, enum owner owner)
{
  return take_table(table->frames, table->memory, owner);
}

/* Tells a table which slot points at it. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES;
    requires frames: FramesValid(table->frames) && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns table->frames->records[frame].parent, table->frames->records[frame].index;
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures link: Parent(table->frames, frame) == parent && Index(table->frames, frame) == index;
    ensures others: SameButLink{Pre, Post}(table->frames, frame);
*/
static inline void set_slot(const struct pagetable *table, frame_t frame, frame_t parent,
                            uint32_t index)
{
  struct frame *record = &table->frames->records[frame];
  record->parent = parent;
  record->index = (uint16_t)index;
  //@ assert order: Order{Pre}(table->frames, frame) == 0;
  //@ assert others: SameButLink{Pre, Here}(table->frames, frame);
  //@ ghost lemma_numbers(&table->frames->buddy);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert blocks: SameInUse{Pre, Here}(table->frames);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&table->frames->buddy);
  //@ assert memory: BuddyMemory(&table->frames->buddy);
  //@ assert layout: SpaceLayout(table) && FramesLayout(table->frames);
  //@ assert held: FramesHeld(table->frames);
}

/* Makes an address space of a database, its direct map and a root. */
/*@ requires layout: MapLayout(frames, memory) && FramesValid(frames);
    requires table: \valid(table) && \separated(table, memory + (0 .. 512 * frames->nframes - 1), FRAMES_MEMORY(frames));
    assigns *table;
    ensures made: table->frames == frames && table->memory == memory && table->root == root;
    ensures layout: SpaceLayout(table);
    ensures places: SamePlaces{Pre, Post}(frames);
    ensures frames: FramesValid(frames);
    ensures records: SameRecords{Pre, Post}(frames);
*/
static inline void set_space(struct pagetable *table, struct frames *frames, uint64_t *memory,
                             frame_t root)
{
  table->frames = frames;
  table->memory = memory;
  table->root = root;
  //@ ghost lemma_numbers(&frames->buddy);
  //@ assert records: SameRecords{Pre, Here}(frames);
  //@ assert places: SamePlaces{Pre, Here}(frames);
  //@ assert blocks: SameInUse{Pre, Here}(frames);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&frames->buddy);
  //@ assert memory: BuddyMemory(&frames->buddy);
  //@ assert held: FramesHeld(frames);
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
    ensures good: \result == STATUS_OK ==> frame < frames->nframes &&
      OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER &&
      References(frames, BlockFirst(frames, frame)) < FRAME_REFERENCES_MAX &&
      0 <= BlockFirst(frames, frame) < frames->nframes &&
      Owner(frames, BlockFirst(frames, frame)) == Owner(frames, frame);
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
  //@ ghost block_alike(frames, frame);
  const struct frame *first = record->order == 0 ? record : &frames->records[record->parent];
  return first->references == FRAME_REFERENCES_MAX ? STATUS_SATURATED : STATUS_OK;
}

/* Takes the reference of a mapping: the frame's status was found to be good. */
/*@ requires valid: SpaceValid(table);
    requires target: frame < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER &&
      References(table->frames, BlockFirst(table->frames, frame)) < FRAME_REFERENCES_MAX;
    assigns table->frames->records[0 .. table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures rest: SameButReferences{Pre, Post}(table->frames);
    ensures reference: References(table->frames, BlockFirst(table->frames, frame)) ==
      \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures first: BlockFirst(table->frames, frame) == \old(BlockFirst(table->frames, frame));
*/
static inline void get_target(const struct pagetable *table, frame_t frame)
{
  //@ ghost block_alike(table->frames, frame);
  (void)frame_get(table->frames, frame);
  //@ assert layout: SpaceLayout(table);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
}

#endif

/* Layer 4, the page tables' dealings with the frame database: a frame taken for a table or put back, a
 * mapping's reference. They know the database by its contracts alone.
 */
#ifndef ASHLAR_TABLE_H
#define ASHLAR_TABLE_H

#include "entry.h"
#include "reference.h"

/* The frames of a block have one owner, and a table is a block by itself (proofs/entry.c). */
/*@ ghost
  /@ requires valid: FramesValid(db) && frame < db->nframes && InUse(db, frame);
     assigns \nothing;
     ensures first: 0 <= BlockFirst(db, frame) < db->nframes && Owner(db, BlockFirst(db, frame)) == Owner(db, frame) &&
       BlockFirst(db, BlockFirst(db, frame)) == BlockFirst(db, frame);
     ensures alike: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Owner(db, f) == Owner(db, frame);
     ensures table: Owner(db, frame) >= OWNER_TABLE1 ==> Order(db, frame) == 0 && BlockFirst(db, frame) == frame;
     ensures one: Pow2(0) == 1;
     ensures referenced: References(db, BlockFirst(db, frame)) >= 1;
     ensures self: BlockFirst(db, frame) <= frame < BlockFirst(db, frame) + Pow2(Order(db, frame));
     ensures inside: InBlockOf(db, frame, frame);
  @/
  void block_alike(const struct frames *db, frame_t frame);

  /@ assigns \nothing;
     ensures none: flags == 0 ==> (flags & FRAME_POISONED) == 0;
  @/
  void no_flag_poisons(uint32_t flags);
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
  //@ assert tables_apart: \forall integer f; 0 <= f < table->frames->nframes && Owner(table->frames, f) >= OWNER_TABLE1 && f != frame ==> !InBlockOf(table->frames, frame, f);
  //@ ghost no_flag_poisons(table->frames->records[frame].flags);
  //@ assert clean: Flags(table->frames, frame) == 0 ==> !Poisoned(table->frames, frame);
  //@ assert far_words: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> \separated(table->memory + s, table->frames->buddy.free.words + (0 .. table->frames->buddy.free.nwords - 1));
  //@ assert far_split: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> \separated(table->memory + s, table->frames->buddy.split + (0 .. Nodes(&table->frames->buddy) / 64 - 1));
  //@ assert far_count: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> \separated(table->memory + s, table->frames->buddy.count + (0 .. BUDDY_MAX_ORDER));
  //@ assert far_hint: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> \separated(table->memory + s, table->frames->buddy.hint + (0 .. BUDDY_MAX_ORDER));
  //@ assert far_free_frames: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> table->memory + s != &table->frames->buddy.free_frames;
  //@ assert far_orders: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> table->memory + s != &table->frames->buddy.orders;
  //@ assert far_root: \separated(&table->root, table->frames->records + (0 .. table->frames->nframes - 1));
  enum status status = frame_put(table->frames, frame);
  (void)status; /* the proof speaks of it */
  //@ assert same: table->frames == \at(table->frames, Pre) && table->memory == \at(table->memory, Pre);
  //@ assert same_root: table->root == \at(table->root, Pre);
  //@ assert same_memory: \forall integer s; 0 <= s < 512 * table->frames->nframes ==> table->memory[s] == \at(table->memory[s], Pre);
  //@ assert entries: SameEntries{Pre, Here}(table->frames, table->memory);
  /*@ ghost
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant same: \forall integer x; 0 <= x && x + 512 <= 512 * table->frames->nframes ==>
         Count{Here}(table->memory, x, k) == Count{Pre}(table->memory, x, k);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {}
  */
  //@ assert nodes: Nodes(&table->frames->buddy) == \at(Nodes(&table->frames->buddy), Pre);
  //@ assert map: MapLayout(table->frames, table->memory);
  //@ assert layout: SpaceLayout(table);
  //@ assert outcome: status == STATUS_OK || status == STATUS_SATURATED;
  //@ assert saturated_tables: status != STATUS_OK ==> SameTablesBut{Pre, Here}(table->frames, frame);
  //@ assert saturated_more: status != STATUS_OK ==> NoMoreTables{Pre, Here}(table->frames);
  //@ assert tables: status == STATUS_OK ==> SameTablesBut{Pre, Here}(table->frames, frame);
  //@ assert kept: status == STATUS_OK && References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) > 1 ==> NoMoreTables{Pre, Here}(table->frames);
  //@ assert gone_block: status == STATUS_OK && References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) == 1 ==> \forall integer f; 0 <= f < table->frames->nframes && InBlockOf{Pre}(table->frames, frame, f) ==> !InUse(table->frames, f);
  //@ assert gone: status == STATUS_OK && References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) == 1 ==> \forall integer f; 0 <= f < table->frames->nframes && BlockFirst{Pre}(table->frames, frame) <= f < BlockFirst{Pre}(table->frames, frame) + Pow2(Order{Pre}(table->frames, frame)) ==> Owner(table->frames, f) < OWNER_KERNEL;
  //@ assert last: status == STATUS_OK && References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) == 1 ==> NoMoreTables{Pre, Here}(table->frames);
  //@ assert block: 0 <= BlockFirst{Pre}(table->frames, frame) < table->frames->nframes && Owner{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) == Owner{Pre}(table->frames, frame);
  //@ assert less: 1 < References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) < FRAME_REFERENCES_MAX ==> References(table->frames, BlockFirst{Pre}(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) - 1 && Owner(table->frames, BlockFirst{Pre}(table->frames, frame)) == Owner{Pre}(table->frames, frame);
  //@ assert none: References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame)) == 1 ==> !InUse(table->frames, frame);
  //@ assert same_space: SameSpace{Pre, Here}(table);
}

/* Takes a frame for a table, -1 if there is none. No other table changes, and no entry does. */
/*@ requires layout: MapLayout(db, memory) && FramesValid(db) && OWNER_TABLE1 <= owner <= OWNER_TABLE5;
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
    ensures taken: db->buddy.free_frames == \old(db->buddy.free_frames) - (\result >= 0 ? 1 : 0);
    ensures single: \old(db->buddy.free_frames) > 0 ==> \result >= 0;
    ensures unchanged: \result < 0 ==> SameRecords{Pre, Post}(db);
*/
static inline int64_t take_table(struct frames *db, uint64_t *memory, enum owner owner)
{
  (void)memory; /* the contract speaks of it */
  frame_t frame = 0;
  //@ ghost lemma_powers();
  //@ ghost Start: ;
  //@ assert records: SameRecords{Pre, Here}(db);
  //@ assert valid: FramesValid(db);
  //@ assert far_words: \forall integer s; 0 <= s < 512 * db->nframes ==> \separated(memory + s, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1));
  //@ assert far_split: \forall integer s; 0 <= s < 512 * db->nframes ==> \separated(memory + s, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert far_count: \forall integer s; 0 <= s < 512 * db->nframes ==> \separated(memory + s, db->buddy.count + (0 .. BUDDY_MAX_ORDER));
  //@ assert far_hint: \forall integer s; 0 <= s < 512 * db->nframes ==> \separated(memory + s, db->buddy.hint + (0 .. BUDDY_MAX_ORDER));
  //@ assert far_free_frames: \forall integer s; 0 <= s < 512 * db->nframes ==> memory + s != &db->buddy.free_frames;
  //@ assert far_orders: \forall integer s; 0 <= s < 512 * db->nframes ==> memory + s != &db->buddy.orders;
  //@ ghost no_flag_poisons(0);
  //@ assert good_owner: GoodOwner(owner, 0);
  //@ assert good_flags: GoodFlags(0);
  enum status status = frame_alloc(db, 0, owner, 0, &frame);
  //@ assert single: \at(db->buddy.free_frames, Pre) > 0 ==> status == STATUS_OK;
  //@ assert same_memory: \forall integer s; 0 <= s < 512 * db->nframes ==> memory[s] == \at(memory[s], Pre);
  //@ assert layout: MapLayout(db, memory);
  //@ assert entries: SameEntries{Pre, Here}(db, memory);
  //@ assert in_range: status == STATUS_OK ==> frame < db->nframes;
  //@ assert was_free: status == STATUS_OK ==> Owner{Start}(db, frame) == OWNER_FREE;
  //@ assert block: status == STATUS_OK ==> Owner(db, frame) == owner && Flags(db, frame) == 0;
  //@ assert others: status == STATUS_OK ==> SameOutside{Start, Here}(db, frame, frame + 1);
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

/* Takes a frame for a table of this level of an address space, when there is one. */
/*@ requires layout: SpaceLayout(table) && FramesValid(table->frames) && TableLevel(level);
    requires free: table->frames->buddy.free_frames > 0;
    assigns FRAMES_CHANGES(table->frames);
    ensures layout: SpaceLayout(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures frames: FramesValid(table->frames);
    ensures range: \result < table->frames->nframes;
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures counts: SameCounts{Pre, Post}(table->frames, table->memory);
    ensures fresh: Owner{Pre}(table->frames, \result) == OWNER_FREE && Level(table->frames, \result) == level &&
      Live(table->frames, \result) == 0 && References(table->frames, \result) == 1 && Flags(table->frames, \result) == 0;
    ensures taken: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames) - 1;
    ensures others: SameOutside{Pre, Post}(table->frames, \result, \result + 1);
*/
static inline frame_t take_frame(const struct pagetable *table, uint32_t level)
{
  enum owner owner = (enum owner)(OWNER_TABLE1 + level - 1);
  return (frame_t)take_table(table->frames, table->memory, owner);
}

/* Whether a mapping of a page of this level may own this frame, its first. */
/*@ requires valid: FramesValid(frames) && PageLevel(level);
    assigns \nothing;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> frame >= frames->nframes;
    ensures not_allocated: frame < frames->nframes ==> (\result == STATUS_NOT_ALLOCATED <==> Owner(frames, frame) == OWNER_FREE);
    ensures reserved: frame < frames->nframes ==> (\result == STATUS_RESERVED <==> Owner(frames, frame) == OWNER_RESERVED);
    ensures bad_owner: frame < frames->nframes ==> (\result == STATUS_BAD_OWNER <==> Owner(frames, frame) >= OWNER_TABLE1);
    ensures wrong_order: frame < frames->nframes && OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER ==>
      (\result == STATUS_WRONG_ORDER <==> Order(frames, frame) < 9 * (level - 1));
    ensures saturated: frame < frames->nframes && OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER &&
      Order(frames, frame) >= 9 * (level - 1) ==>
        (\result == STATUS_SATURATED <==> References(frames, BlockFirst(frames, frame)) == FRAME_REFERENCES_MAX);
    ensures mappable: \result == STATUS_WRONG_ORDER || \result == STATUS_SATURATED ==> frame < frames->nframes &&
      OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER;
    ensures good: \result == STATUS_OK ==> Target(frames, frame, level);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_ALLOCATED ||
      \result == STATUS_RESERVED || \result == STATUS_BAD_OWNER || \result == STATUS_WRONG_ORDER || \result == STATUS_SATURATED;
*/
static inline enum status target_status(const struct frames *frames, frame_t frame, uint32_t level)
{
  if (frame >= frames->nframes)
    return STATUS_OUT_OF_RANGE;
  const struct frame *record = &frames->records[frame];
  if (!owner_mappable(record->owner))
    return record->owner == OWNER_FREE       ? STATUS_NOT_ALLOCATED
           : record->owner == OWNER_RESERVED ? STATUS_RESERVED
                                             : STATUS_BAD_OWNER;
  if (record->order < 9 * (level - 1))
    return STATUS_WRONG_ORDER;
  //@ ghost block_alike(frames, frame);
  frame_t first = frame_first(frames, frame);
  return frames->records[first].references == FRAME_REFERENCES_MAX ? STATUS_SATURATED : STATUS_OK;
}

/* Gives the block of a frame of the kernel or a user this many references. */
/*@ requires valid: SpaceValid(table);
    requires block: frame < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER && references >= 1;
    assigns table->frames->records[0 .. table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures rest: SameButReferences{Pre, Post}(table->frames);
    ensures others: SameReferencesBut{Pre, Post}(table->frames, \old(BlockFirst(table->frames, frame)));
    ensures free: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
    ensures counted: References(table->frames, BlockFirst(table->frames, frame)) == references;
    ensures first: BlockFirst(table->frames, frame) == \old(BlockFirst(table->frames, frame));
*/
static inline void count_references(const struct pagetable *table, frame_t frame,
                                    uint32_t references)
{
  //@ ghost block_alike(table->frames, frame);
  //@ assert far: \forall integer k; 0 <= k < table->frames->nframes ==> &table->root != &table->frames->records[k].references;
  set_references(table->frames, frame_first(table->frames, frame), references);
  //@ assert same: table->frames == \at(table->frames, Pre) && table->memory == \at(table->memory, Pre);
  //@ assert root: table->root == \at(table->root, Pre);
  //@ assert same_space: SameSpace{Pre, Here}(table);
  //@ assert layout: SpaceLayout(table);
  //@ assert linked: Linked(table->frames, table->memory);
  //@ assert pages: GoodPages(table->frames, table->memory);
  //@ assert counted: Counted(table->frames, table->memory);
  //@ assert is_root: Root(table->frames, table->root);
}

/* The order of the block of a frame. */
/*@ requires layout: FramesLayout(frames) && frame < frames->nframes;
    assigns \nothing;
    ensures exact: \result == Order(frames, frame);
*/
static inline uint32_t order_of(const struct frames *frames, frame_t frame)
{
  return frames->records[frame].order;
}

/* How many references the block of a frame in use has. */
/*@ requires valid: FramesValid(frames) && frame < frames->nframes && InUse(frames, frame);
    assigns \nothing;
    ensures exact: \result == References(frames, BlockFirst(frames, frame));
    ensures some: \result >= 1;
*/
static inline uint32_t references_of(const struct frames *frames, frame_t frame)
{
  //@ ghost block_alike(frames, frame);
  return frames->records[frame_first(frames, frame)].references;
}

/* Takes the reference of a mapping, if it is to own its frame. */
/*@ requires valid: SpaceValid(table);
    requires target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame, 1);
    assigns table->frames->records[0 .. table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures rest: SameButReferences{Pre, Post}(table->frames);
    ensures holds: HoldsMore{Pre, Post}(table->frames, 1);
    ensures free: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
    ensures reference: permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst(table->frames, frame)) ==
      \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures first: BlockFirst(table->frames, frame) == \old(BlockFirst(table->frames, frame));
    ensures unowned: permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
*/
static inline void own_target(const struct pagetable *table, frame_t frame, uint32_t permissions)
{
  if (permissions < PAGE_UNOWNED)
    count_references(table, frame, references_of(table->frames, frame) + 1);
}

/* Whether the block of a frame of the kernel or a user can take so many more references. A pinned one takes any
 * number: it counts no more. */
/*@ requires valid: FramesValid(frames) && frame < frames->nframes && OWNER_KERNEL <= Owner(frames, frame) <= OWNER_USER;
    assigns \nothing;
    ensures exact: \result <==> Shareable(frames, frame, more);
*/
static inline bool can_share(const struct frames *frames, frame_t frame, uint32_t more)
{
  uint32_t references = references_of(frames, frame);
  return references == FRAME_REFERENCES_MAX || references < FRAME_REFERENCES_MAX - more;
}

/* Takes so many more references to the block of a frame that can take them. */
/*@ requires valid: SpaceValid(table);
    requires block: frame < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER &&
      Shareable(table->frames, frame, more);
    assigns table->frames->records[0 .. table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures rest: SameButReferences{Pre, Post}(table->frames);
    ensures shared: Shared{Pre, Post}(table->frames, frame, more);
*/
static inline void share(const struct pagetable *table, frame_t frame, uint32_t more)
{
  uint32_t references = references_of(table->frames, frame);
  if (references != FRAME_REFERENCES_MAX)
    count_references(table, frame, references + more);
}

/* Drops so many references, but not all, of the block of a frame of the kernel or a user. */
/*@ requires valid: SpaceValid(table);
    requires block: frame < table->frames->nframes && OWNER_KERNEL <= Owner(table->frames, frame) <= OWNER_USER &&
      References(table->frames, BlockFirst(table->frames, frame)) > fewer;
    assigns table->frames->records[0 .. table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures rest: SameButReferences{Pre, Post}(table->frames);
    ensures shared: Shared{Post, Pre}(table->frames, frame, fewer);
*/
static inline void unshare(const struct pagetable *table, frame_t frame, uint32_t fewer)
{
  uint32_t references = references_of(table->frames, frame);
  if (references != FRAME_REFERENCES_MAX)
    count_references(table, frame, references - fewer);
}

/* Whether one mapping of a page of this level (2 or 3) that begins at this frame may hold the references of 512 smaller
 * ones: the block holds the page, and nobody has dropped their references for them. */
/*@ requires valid: FramesValid(frames) && 2 <= level <= 3;
    assigns \nothing;
    ensures wrong_order: \result == STATUS_WRONG_ORDER <==> SharedBy(frames, frame, 0) && Order(frames, frame) < 9 * (level - 1);
    ensures not_allocated: \result == STATUS_NOT_ALLOCATED <==> !SharedBy(frames, frame, 0) ||
      (!SharedBy(frames, frame, 512) && Order(frames, frame) >= 9 * (level - 1));
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_ALLOCATED || \result == STATUS_WRONG_ORDER;
*/
static inline enum status merge_status(const struct frames *frames, frame_t frame, uint32_t level)
{
  if (frame >= frames->nframes || !owner_mappable(owner_of(frames, frame)))
    return STATUS_NOT_ALLOCATED;
  if (frames->records[frame].order < 9 * (level - 1))
    return STATUS_WRONG_ORDER;
  return references_of(frames, frame) < TABLE_ENTRIES ? STATUS_NOT_ALLOCATED : STATUS_OK;
}

#endif

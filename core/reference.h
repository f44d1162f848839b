/* Layer 3, the count of references to a block: for the frame database and for the page tables,
 * which take a reference with every page they map and know that it can be taken. Not for others:
 * frame_get checks what these leave to their caller. */
#ifndef ASHLAR_REFERENCE_H
#define ASHLAR_REFERENCE_H

#include "frame.h"

/* The first frame of the block that holds frame, which is in use. */
/*@ requires layout: FramesLayout(db) && frame < db->nframes;
    assigns \nothing;
    ensures exact: \result == BlockFirst(db, frame);
*/
static inline frame_t frame_first(const struct frames *db, frame_t frame)
{
  return db->records[frame].order == 0 ? frame : db->records[frame].parent;
}

/* The references of the block that starts at first, and nothing else. */
/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy);
    requires managed: first < db->nframes;
    assigns db->records[first].references;
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures written: References(db, first) == references;
    ensures rest: SameButReferences{Pre, Post}(db);
    ensures others: SameOutside{Pre, Post}(db, first, first + 1);
*/
static inline void write_references(struct frames *db, frame_t first, uint32_t references)
{
  db->records[first].references = references;
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ ghost lemma_numbers(&db->buddy);
  //@ assert same_set: SameBitset{Pre, Here}(&db->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&db->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&db->buddy);
  //@ assert levels: BitsetLevels(&db->buddy.free);
  //@ assert memory: FramesMemory(db);
  //@ assert layout: FramesLayout(db);
  //@ assert buddy: BuddyValid(&db->buddy);
  //@ assert frames: SameFrames{Pre, Here}(&db->buddy);
  //@ assert others: \forall integer f; 0 <= f < db->nframes && f != first ==> References(db, f) == \at(References(db, f), Pre);
  //@ assert parents: \forall integer f; 0 <= f < db->nframes ==> Parent(db, f) == \at(Parent(db, f), Pre);
  //@ assert rest: SameButReferences{Pre, Here}(db);
}

/* The count of the block that starts at first. */
/*@ requires valid: FramesValid(db);
    requires block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
    requires used: references >= 1;
    assigns db->records[first].references;
    ensures valid: FramesValid(db);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures written: References(db, first) == references;
    ensures rest: SameButReferences{Pre, Post}(db);
    ensures others: SameOutside{Pre, Post}(db, first, first + 1);
*/
static inline void set_references(struct frames *db, frame_t first, uint32_t references)
{
  write_references(db, first, references);
  //@ assert others: \forall integer f; 0 <= f < db->nframes && f != first ==> References(db, f) == \at(References(db, f), Pre);
  //@ assert same: \forall integer f; 0 <= f < db->nframes ==> BlockFirst(db, f) == \at(BlockFirst(db, f), Pre);
  //@ assert known: FramesKnown(db);
  //@ assert idle: FramesIdle(db);
  //@ assert clean: FramesClean(db);
  //@ assert inside: FramesInside(db);
  //@ assert first: FramesFirst(db);
  //@ assert counted: FramesCounted(db);
  //@ assert whole: FramesWhole(db);
  //@ assert tables: FramesTables(db);
}

#endif

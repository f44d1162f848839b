/* What follows from the buddy's contracts, said as a user would ask for it and proved from
 * core/buddy.h alone: these functions see no line of core/buddy.c. They are proofs, not
 * code to call. */
#include "../core/buddy.h"

#include "../annotations/same_buddy.acsl"

/*@
  predicate InFreeBlock{L}(struct buddy *b, integer x) =
    \exists integer f, o; FreeBlock(b, f, o) && f <= x < f + Pow2(o);
  predicate InBlockInUse{L}(struct buddy *b, integer x) =
    \exists integer f, o; Allocated(b, f, o) && f <= x < f + Pow2(o);

  lemma given_back{A, B, C}: \forall struct buddy *b, integer first, n; SameNumbers{A, B}(b) ==>
    FramesTaken{A, B}(b, first, n) ==> FramesFreed{B, C}(b, first, n) ==> FramesFreed{A, C}(b, 0, 0);
  lemma reserved_still{A, B, C}: \forall struct buddy *b; SameNumbers{A, B}(b) ==>
    SameReserved{A, B}(b) ==> SameReserved{B, C}(b) ==> SameReserved{A, C}(b);
  lemma used_again{A, B, C}: \forall struct buddy *b, integer f, o; !\at(Allocated(b, f, o), A) ==>
    AllocatedMore{A, B}(b, f, o) ==> AllocatedLess{B, C}(b, f, o) ==> SameAllocated{A, C}(b);
*/

/* Nothing is lost and nothing is there twice: every frame is free, in use or reserved, one of
 * these only; and it lies in one block only. */
/*@ requires valid: BuddyValid(buddy);
    requires frame: frame < buddy->nframes;
    assigns \nothing;
    ensures somewhere: InFreeBlock(buddy, frame) || InBlockInUse(buddy, frame) || ReservedFrame(buddy, frame);
    ensures free_only: InFreeBlock(buddy, frame) ==> !InBlockInUse(buddy, frame) && !ReservedFrame(buddy, frame);
    ensures used_only: InBlockInUse(buddy, frame) ==> !ReservedFrame(buddy, frame);
    ensures one_free: \forall integer f, o, g, p; FreeBlock(buddy, f, o) && f <= frame < f + Pow2(o) &&
      FreeBlock(buddy, g, p) && g <= frame < g + Pow2(p) ==> f == g && o == p;
    ensures one_used: \forall integer f, o, g, p; Allocated(buddy, f, o) && f <= frame < f + Pow2(o) &&
      Allocated(buddy, g, p) && g <= frame < g + Pow2(p) ==> f == g && o == p;
*/
void every_frame_is_in_exactly_one_block(const struct buddy *buddy, frame_t frame)
{
  enum block_state state;
  frame_t first;
  uint32_t order;
  //@ ghost lemma_allocated(buddy);
  //@ ghost lemma_free(buddy);
  (void)buddy_find(buddy, frame, &state, &first, &order);
}

/* A block handed out was free all over, and shares no frame with any other block in use. */
/*@ requires valid: BuddyValid(buddy);
    requires out: \valid(out) && \separated(out, BUDDY_MEMORY(buddy));
    assigns BUDDY_CHANGES(buddy), *out;
    ensures was_free: \result == STATUS_OK ==> \forall integer f; *out <= f < *out + Pow2(order) ==> \old(FreeFrame(buddy, f));
    ensures apart: \result == STATUS_OK ==> \forall integer f, o; \old(Allocated(buddy, f, o)) ==>
      f + Pow2(o) <= *out || *out + Pow2(order) <= f;
    ensures fails_only: \result == STATUS_OUT_OF_MEMORY ==> \forall integer f, o; order <= o ==> !\old(FreeBlock(buddy, f, o));
    ensures refused: \result != STATUS_OK ==> SameFrames{Old, Here}(buddy);
*/
enum status a_block_handed_out_was_free_and_overlaps_none(struct buddy *buddy, uint32_t order,
                                                          frame_t *out)
{
  //@ ghost lemma_powers();
  //@ ghost lemma_allocated(buddy);
  enum status status = buddy_alloc(buddy, order, out);
  //@ ghost lemma_allocated(buddy);
  //@ assert new: status == STATUS_OK ==> FreeFrame{Pre}(buddy, *out) && !Allocated{Pre}(buddy, *out, order);
  //@ assert still: status == STATUS_OK ==> \forall integer f, o; Allocated{Pre}(buddy, f, o) ==> Allocated(buddy, f, o);
  /*@ assert other: status == STATUS_OK ==> \forall integer f, o; Allocated{Pre}(buddy, f, o) ==>
        !(f <= *out < f + Pow2(o)) && !(*out <= f < *out + Pow2(order)); */
  return status;
}

/* Handing a block out and taking it back changes nothing: the same frames are free, reserved
 * and in the same blocks in use, and as many are free. */
/*@ requires valid: BuddyValid(buddy);
    requires out: \valid(out) && \separated(out, BUDDY_MEMORY(buddy));
    assigns BUDDY_CHANGES(buddy), *out;
    ensures freed: \result == STATUS_OK;
    ensures restored: SameFrames{Old, Here}(buddy);
*/
enum status free_undoes_alloc(struct buddy *buddy, uint32_t order, frame_t *out)
{
  //@ ghost lemma_powers();
  //@ ghost lemma_allocated(buddy);
  if (buddy_alloc(buddy, order, out) != STATUS_OK)
    return STATUS_OK;
  //@ ghost Taken:;
  //@ assert nframes: buddy->nframes == \at(buddy->nframes, Pre);
  //@ assert roots: buddy->roots == \at(buddy->roots, Pre);
  //@ assert numbers: SameNumbers{Pre, Here}(buddy);
  //@ assert new: FreeFrame{Pre}(buddy, *out) && !Allocated{Pre}(buddy, *out, order);
  enum status status = buddy_free(buddy, *out, order);
  //@ assert frames: FramesFreed{Pre, Here}(buddy, 0, 0);
  //@ assert reserved: SameReserved{Pre, Here}(buddy);
  //@ assert allocated: SameAllocated{Pre, Here}(buddy);
  return status;
}

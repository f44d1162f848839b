/* Layer 2: the buddy allocator, a tree of bits.
 *
 * Heap numbering: with N leaves (nframes rounded up to a multiple of
 * 2^BUDDY_MAX_ORDER), the blocks of order o are the nodes N >> o .. 2 (N >> o) - 1;
 * node n has children 2n and 2n+1; frame f is the leaf N + f.
 *
 * Two sets of nodes are the whole state:
 *   free(n)   block n is free as one piece
 *   split(n)  n no leaf: block n is cut in two. n a leaf: frame n - N is reserved.
 * So reserved memory is split all the way down, and everything starts reserved:
 * buddy_init sets every split bit, buddy_release clears them frame by frame.
 * n is present if it is a root or its parent is split; used (allocated as this very
 * block) if present, not split, not free.
 *
 * Every frame is free, reserved, or in exactly one block in use. The contracts speak of
 *   FreeFrame(b, f)      frame f is free
 *   ReservedFrame(b, f)  frame f is reserved
 *   Allocated(b, f, o)   the frames f .. f + 2^o - 1 are one block in use
 * Whoever calls owns the structure and its words and holds whatever lock they need.
 */
#ifndef ASHLAR_BUDDY_H
#define ASHLAR_BUDDY_H

#include "bitset.h"
#include "order.h"
#include "status.h"
#include "types.h"

#ifndef BUDDY_MAX_ORDER
#define BUDDY_MAX_ORDER 18u
#endif
#define BUDDY_ORDERS (BUDDY_MAX_ORDER + 1u)
#define BUDDY_ROOT_FRAMES ((uint64_t)1 << BUDDY_MAX_ORDER) /* frames of the largest block */

#if BUDDY_MAX_ORDER < 5u || BUDDY_MAX_ORDER > ORDER_LIMIT
#error "BUDDY_MAX_ORDER is 5 .. 18"
#endif

struct buddy {
  uint64_t nframes;             /* frames the caller asked to manage: 0 .. nframes-1 */
  uint32_t roots;               /* blocks of the largest order that cover them */
  struct bitset free;           /* nodes that are free blocks */
  uint64_t *split;              /* nodes that are split, or reserved leaves */
  uint64_t free_frames;         /* frames in free blocks */
  uint64_t orders;              /* bit o: count[o] != 0 */
  uint64_t count[BUDDY_ORDERS]; /* free blocks of each order */
  uint64_t hint[BUDDY_ORDERS];  /* the node of each order freed last: tried first */
};

#include "../annotations/buddy.acsl"

/*@ ghost
  /@ requires memory: \valid_read(b) && 1 <= b->roots;
     assigns \nothing;
     ensures numbers: Numbers(b);
  @/
  void lemma_numbers(const struct buddy *b);

  /@ requires valid: BuddyValid(b);
     assigns \nothing;
     ensures apart: BlocksApart(b);
     ensures unlike: BlocksUsed(b);
  @/
  void lemma_allocated(const struct buddy *b);

  /@ requires valid: BuddyValid(b);
     assigns \nothing;
     ensures apart: FreeApart(b);
     ensures usable: FreeUsable(b);
     ensures filled: FreeFilled(b);
  @/
  void lemma_free(const struct buddy *b);
*/

/* What a frame's block is (see buddy_find). */
enum block_state { BLOCK_FREE, BLOCK_USED, BLOCK_RESERVED };

/* Words of metadata for this many frames; 0 when nframes is 0 or above FRAMES_MAX. O(levels). */
/*@ assigns \nothing;
    ensures none: nframes == 0 || nframes > FRAMES_MAX ==> \result == 0;
    ensures exact: 1 <= nframes <= FRAMES_MAX ==> \result == BuddyWords(nframes);
    ensures bound: \result <= 0x20000000;
*/
uint64_t buddy_words(uint64_t nframes);

/* Makes a buddy over nframes frames, all of them reserved, in the first
 * buddy_words(nframes) of nwords words. STATUS_OUT_OF_RANGE: nframes is 0 or above
 * FRAMES_MAX. STATUS_NO_SPACE: nwords < buddy_words(nframes). O(words). */
/*@ requires memory: \valid(buddy) && \valid(words + (0 .. nwords - 1));
    requires apart: \separated(buddy, words + (0 .. nwords - 1));
    assigns *buddy, words[0 .. nwords - 1];
    behavior range:
      assumes nframes == 0 || nframes > FRAMES_MAX;
      assigns \nothing;
      ensures refused: \result == STATUS_OUT_OF_RANGE;
    behavior space:
      assumes 1 <= nframes <= FRAMES_MAX && nwords < BuddyWords(nframes);
      assigns \nothing;
      ensures refused: \result == STATUS_NO_SPACE;
    behavior made:
      assumes 1 <= nframes <= FRAMES_MAX && BuddyWords(nframes) <= nwords;
      assigns *buddy, words[0 .. BuddyWords(nframes) - 1];
      ensures done: \result == STATUS_OK;
      ensures valid: BuddyValid(buddy);
      ensures size: buddy->nframes == nframes && buddy->free_frames == 0;
      ensures words: buddy->free.words == words && buddy->split == words + buddy->free.nwords &&
        buddy->free.nwords + Nodes(buddy) / 64 == BuddyWords(nframes);
      ensures reserved: AllReserved(buddy);
      ensures unused: NothingUsed(buddy);
    complete behaviors;
    disjoint behaviors;
*/
enum status buddy_init(struct buddy *buddy, uint64_t nframes, uint64_t *words, uint64_t nwords);

/* Frees the count reserved frames from first on; none when count is 0.
 * STATUS_OUT_OF_RANGE: not all of them are managed. STATUS_NOT_RESERVED: one is free or
 * in use. Checked in this order. O(count * orders). */
/*@ requires valid: BuddyValid(buddy);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_RESERVED;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> first + count > buddy->nframes;
    ensures not_reserved: \result == STATUS_NOT_RESERVED <==> first + count <= buddy->nframes &&
      \exists integer f; first <= f < first + count && !\old(ReservedFrame(buddy, f));
    ensures freed: \result == STATUS_OK ==> FramesFreed{Old, Here}(buddy, first, count);
    ensures reserved: \result == STATUS_OK ==> ReservedLess{Old, Here}(buddy, first, count);
    ensures allocated: SameAllocated{Old, Here}(buddy);
    ensures counted: \result == STATUS_OK ==> buddy->free_frames == \old(buddy->free_frames) + count;
    ensures refused: \result != STATUS_OK ==> SameFrames{Old, Here}(buddy);
*/
enum status buddy_release(struct buddy *buddy, uint64_t first, uint64_t count);

/* Reserves the count free frames from first on; none when count is 0.
 * STATUS_OUT_OF_RANGE: not all of them are managed. STATUS_NOT_FREE: one is reserved or
 * in use. Checked in this order. O(count * orders). */
/*@ requires valid: BuddyValid(buddy);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_FREE;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> first + count > buddy->nframes;
    ensures not_free: \result == STATUS_NOT_FREE <==> first + count <= buddy->nframes &&
      \exists integer f; first <= f < first + count && !\old(FreeFrame(buddy, f));
    ensures taken: \result == STATUS_OK ==> FramesTaken{Old, Here}(buddy, first, count);
    ensures reserved: \result == STATUS_OK ==> ReservedMore{Old, Here}(buddy, first, count);
    ensures allocated: SameAllocated{Old, Here}(buddy);
    ensures counted: \result == STATUS_OK ==> buddy->free_frames == \old(buddy->free_frames) - count;
    ensures refused: \result != STATUS_OK ==> SameFrames{Old, Here}(buddy);
*/
enum status buddy_reserve(struct buddy *buddy, uint64_t first, uint64_t count);

/* Allocates a block of 2^order frames, aligned to its size; *out is its first frame.
 * The smallest free block that suffices is cut. STATUS_BAD_ORDER: order is above
 * BUDDY_MAX_ORDER. STATUS_OUT_OF_MEMORY: no free block is as large; with order 0, only when
 * no frame is free. *out is written only with STATUS_OK. O(orders + levels). */
/*@ requires valid: BuddyValid(buddy);
    requires out: \valid(out) && \separated(out, BUDDY_MEMORY(buddy));
    assigns BUDDY_CHANGES(buddy), *out;
    ensures valid: BuddyValid(buddy);
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ORDER || \result == STATUS_OUT_OF_MEMORY;
    ensures bad_order: \result == STATUS_BAD_ORDER <==> order > BUDDY_MAX_ORDER;
    ensures out_of_memory: \result == STATUS_OUT_OF_MEMORY <==> order <= BUDDY_MAX_ORDER &&
      !(\exists integer f, o; order <= o && \old(FreeBlock(buddy, f, o)));
    ensures single: order == 0 && \old(buddy->free_frames) > 0 ==> \result == STATUS_OK;
    ensures block: \result == STATUS_OK ==> Allocated(buddy, *out, order);
    ensures taken: \result == STATUS_OK ==> FramesTaken{Old, Here}(buddy, *out, Pow2(order));
    ensures allocated: \result == STATUS_OK ==> AllocatedMore{Old, Here}(buddy, *out, order);
    ensures reserved: SameReserved{Old, Here}(buddy);
    ensures counted: \result == STATUS_OK ==> buddy->free_frames == \old(buddy->free_frames) - Pow2(order);
    ensures refused: \result != STATUS_OK ==> SameFrames{Old, Here}(buddy) && *out == \old(*out);
*/
enum status buddy_alloc(struct buddy *buddy, uint32_t order, frame_t *out);

/* Allocates this very block, of the 2^order frames from frame on. STATUS_BAD_ORDER: order
 * is above BUDDY_MAX_ORDER. STATUS_OUT_OF_RANGE: not all of them are managed.
 * STATUS_MISALIGNED: frame is no multiple of 2^order. STATUS_NOT_FREE: one is reserved or
 * in use. Checked in this order. O(orders + levels). */
/*@ requires valid: BuddyValid(buddy);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ORDER || \result == STATUS_OUT_OF_RANGE ||
      \result == STATUS_MISALIGNED || \result == STATUS_NOT_FREE;
    ensures bad_order: \result == STATUS_BAD_ORDER <==> order > BUDDY_MAX_ORDER;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> order <= BUDDY_MAX_ORDER &&
      frame + Pow2(order) > buddy->nframes;
    ensures misaligned: \result == STATUS_MISALIGNED <==> order <= BUDDY_MAX_ORDER &&
      frame + Pow2(order) <= buddy->nframes && !AlignedFrame(buddy, frame, order);
    ensures not_free: \result == STATUS_NOT_FREE <==> Block(buddy, frame, order) &&
      \exists integer f; frame <= f < frame + Pow2(order) && !\old(FreeFrame(buddy, f));
    ensures taken: \result == STATUS_OK ==> FramesTaken{Old, Here}(buddy, frame, Pow2(order));
    ensures allocated: \result == STATUS_OK ==> AllocatedMore{Old, Here}(buddy, frame, order);
    ensures reserved: SameReserved{Old, Here}(buddy);
    ensures counted: \result == STATUS_OK ==> buddy->free_frames == \old(buddy->free_frames) - Pow2(order);
    ensures refused: \result != STATUS_OK ==> SameFrames{Old, Here}(buddy);
*/
enum status buddy_alloc_at(struct buddy *buddy, frame_t frame, uint32_t order);

/* Gives back the block in use of 2^order frames from frame on, joined with its sibling as
 * long as that is free. STATUS_BAD_ORDER: order is above BUDDY_MAX_ORDER.
 * STATUS_OUT_OF_RANGE: not all of its frames are managed. STATUS_MISALIGNED: frame is no
 * multiple of 2^order. STATUS_DOUBLE_FREE: frame is free. STATUS_RESERVED: it is reserved.
 * STATUS_WRONG_ORDER: a block in use starts at frame, but of another order.
 * STATUS_INTERIOR: frame lies within a block in use. Checked in this order.
 * O(orders + levels). */
/*@ requires valid: BuddyValid(buddy);
    assigns BUDDY_CHANGES(buddy);
    ensures valid: BuddyValid(buddy);
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ORDER || \result == STATUS_OUT_OF_RANGE ||
      \result == STATUS_MISALIGNED || \result == STATUS_DOUBLE_FREE || \result == STATUS_RESERVED ||
      \result == STATUS_WRONG_ORDER || \result == STATUS_INTERIOR;
    ensures done: \result == STATUS_OK <==> \old(Allocated(buddy, frame, order));
    ensures bad_order: \result == STATUS_BAD_ORDER <==> order > BUDDY_MAX_ORDER;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> order <= BUDDY_MAX_ORDER &&
      frame + Pow2(order) > buddy->nframes;
    ensures misaligned: \result == STATUS_MISALIGNED <==> order <= BUDDY_MAX_ORDER &&
      frame + Pow2(order) <= buddy->nframes && !AlignedFrame(buddy, frame, order);
    ensures double_free: \result == STATUS_DOUBLE_FREE <==> Block(buddy, frame, order) && \old(FreeFrame(buddy, frame));
    ensures is_reserved: \result == STATUS_RESERVED <==> Block(buddy, frame, order) && \old(ReservedFrame(buddy, frame));
    ensures wrong_order: \result == STATUS_WRONG_ORDER <==> Block(buddy, frame, order) &&
      \exists integer o; o != order && \old(Allocated(buddy, frame, o));
    ensures interior: \result == STATUS_INTERIOR <==> Block(buddy, frame, order) &&
      \exists integer f, o; f < frame < f + Pow2(o) && \old(Allocated(buddy, f, o));
    ensures freed: \result == STATUS_OK ==> FramesFreed{Old, Here}(buddy, frame, Pow2(order));
    ensures allocated: \result == STATUS_OK ==> AllocatedLess{Old, Here}(buddy, frame, order);
    ensures reserved: SameReserved{Old, Here}(buddy);
    ensures counted: \result == STATUS_OK ==> buddy->free_frames == \old(buddy->free_frames) + Pow2(order);
    ensures refused: \result != STATUS_OK ==> SameFrames{Old, Here}(buddy);
*/
enum status buddy_free(struct buddy *buddy, frame_t frame, uint32_t order);

/* How many frames are free. O(1). */
/*@ requires valid: BuddyValid(buddy);
    assigns \nothing;
    ensures exact: \result == buddy->free_frames && FrameCount(buddy, \result);
*/
uint64_t buddy_free_frames(const struct buddy *buddy);

/* How many free blocks of exactly this order there are; 0 when order is above
 * BUDDY_MAX_ORDER. O(1). */
/*@ requires valid: BuddyValid(buddy);
    assigns \nothing;
    ensures exact: order <= BUDDY_MAX_ORDER ==> Counted(buddy, First(buddy, order), First(buddy, order), \result);
    ensures none: order > BUDDY_MAX_ORDER ==> \result == 0;
*/
uint64_t buddy_free_blocks(const struct buddy *buddy, uint32_t order);

/* The largest order with a free block. STATUS_OUT_OF_MEMORY: there is none, and *order is
 * not written. O(orders). */
/*@ requires valid: BuddyValid(buddy);
    requires order: \valid(order) && \separated(order, BUDDY_MEMORY(buddy));
    assigns *order;
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures found: \result == STATUS_OK ==> \exists integer f; FreeBlock(buddy, f, *order);
    ensures largest: \result == STATUS_OK ==> \forall integer f, o; *order < o ==> !FreeBlock(buddy, f, o);
    ensures none: \result == STATUS_OUT_OF_MEMORY ==> \forall integer f, o; !FreeBlock(buddy, f, o);
    ensures refused: \result != STATUS_OK ==> *order == \old(*order);
*/
enum status buddy_largest_order(const struct buddy *buddy, uint32_t *order);

/* The block that contains frame: its state, first frame and order; a reserved frame is
 * given as a block of order 0. STATUS_OUT_OF_RANGE: frame is not managed, and nothing is
 * written. O(orders). */
/*@ requires valid: BuddyValid(buddy);
    requires out: \valid(state) && \valid(first) && \valid(order) &&
      \separated(state, first, order, BUDDY_MEMORY(buddy));
    assigns *state, *first, *order;
    ensures out_of_range: \result == (frame < buddy->nframes ? STATUS_OK : STATUS_OUT_OF_RANGE);
    ensures inside: \result == STATUS_OK ==> Block(buddy, *first, *order) && *first <= frame < *first + Pow2(*order);
    ensures free: \result == STATUS_OK ==> (*state == BLOCK_FREE <==> FreeFrame(buddy, frame)) &&
      (*state == BLOCK_FREE ==> FreeBlock(buddy, *first, *order));
    ensures is_reserved: \result == STATUS_OK ==> (*state == BLOCK_RESERVED <==> ReservedFrame(buddy, frame)) &&
      (*state == BLOCK_RESERVED ==> *first == frame && *order == 0);
    ensures used: \result == STATUS_OK ==> (*state == BLOCK_USED <==> Allocated(buddy, *first, *order));
    ensures states: \result == STATUS_OK ==> *state == BLOCK_FREE || *state == BLOCK_USED || *state == BLOCK_RESERVED;
    ensures refused: \result != STATUS_OK ==> *state == \old(*state) && *first == \old(*first) && *order == \old(*order);
*/
enum status buddy_find(const struct buddy *buddy, frame_t frame, enum block_state *state,
                       frame_t *first, uint32_t *order);

/* Null when the invariant holds, else the name of the first broken clause. It reads
 * within the buddy's own memory whatever the words hold. O(nodes + nframes * orders). */
/*@ requires memory: BuddyMemory(buddy);
    assigns \nothing;
    ensures exact: \result == \null <==> BuddyValid(buddy);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
const char *buddy_check(const struct buddy *buddy);

#endif

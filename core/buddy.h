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

/* What a frame's block is (see buddy_find). */
enum block_state { BLOCK_FREE, BLOCK_USED, BLOCK_RESERVED };

/* Words of metadata for this many frames; 0 when nframes is 0 or above FRAMES_MAX. */
uint64_t buddy_words(uint64_t nframes);

/* Everything reserved. STATUS_OUT_OF_RANGE, STATUS_NO_SPACE. O(words). */
enum status buddy_init(struct buddy *buddy, uint64_t nframes, uint64_t *words, uint64_t nwords);

/* Frees count reserved frames from first on. STATUS_OUT_OF_RANGE, STATUS_NOT_RESERVED.
 * count 0 is allowed and does nothing. O(count * orders). */
enum status buddy_release(struct buddy *buddy, uint64_t first, uint64_t count);

/* Reserves count free frames from first on. STATUS_OUT_OF_RANGE, STATUS_NOT_FREE. */
enum status buddy_reserve(struct buddy *buddy, uint64_t first, uint64_t count);

/* A free block of 2^order frames; *out is its first frame. STATUS_BAD_ORDER, STATUS_OUT_OF_MEMORY. */
enum status buddy_alloc(struct buddy *buddy, uint32_t order, frame_t *out);

/* This very block. STATUS_BAD_ORDER, STATUS_OUT_OF_RANGE, STATUS_MISALIGNED, STATUS_NOT_FREE. */
enum status buddy_alloc_at(struct buddy *buddy, frame_t frame, uint32_t order);

/* Gives a block back. STATUS_BAD_ORDER, STATUS_OUT_OF_RANGE, STATUS_MISALIGNED,
 * STATUS_DOUBLE_FREE (frame lies in a free block), STATUS_RESERVED, STATUS_WRONG_ORDER (an allocated block
 * starts at frame but has another order), STATUS_INTERIOR (frame lies inside an allocated block).
 * Checked in this order. */
enum status buddy_free(struct buddy *buddy, frame_t frame, uint32_t order);

/* Exact counts, O(1). */
uint64_t buddy_free_frames(const struct buddy *buddy);
uint64_t buddy_free_blocks(const struct buddy *buddy,
                           uint32_t order); /* 0 when order is too large */
/* The largest order with a free block: STATUS_OUT_OF_MEMORY when there is none. */
enum status buddy_largest_order(const struct buddy *buddy, uint32_t *order);

/* The block that contains frame: its state, first frame and order (a reserved frame is given as order 0).
 * STATUS_OUT_OF_RANGE. O(orders). */
enum status buddy_find(const struct buddy *buddy, frame_t frame, enum block_state *state,
                       frame_t *first, uint32_t *order);

/* Null when the invariant holds, else the name of the first broken clause. O(N). */
const char *buddy_check(const struct buddy *buddy);

#endif

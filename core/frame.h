/* Layer 3: the frame database. One record per frame says who owns it.
 *
 * References belong to the block: any frame of an allocated block names it, and
 * the count stands in the record of its first frame.
 */
#ifndef ASHLAR_FRAME_H
#define ASHLAR_FRAME_H

#include "buddy.h"
#include "status.h"
#include "types.h"

enum owner {
  OWNER_FREE,
  OWNER_RESERVED,
  OWNER_KERNEL,
  OWNER_USER,
  OWNER_TABLE1, /* a page table of level 1 (its entries are pages) ... */
  OWNER_TABLE2,
  OWNER_TABLE3,
  OWNER_TABLE4,
  OWNER_TABLE5, /* ... of level 5 */
};

#define FRAME_POISONED 1u /* never handed out again */
#define FRAME_COW 2u
#define FRAME_SHARED 4u
#define FRAME_ANONYMOUS 8u
#define FRAME_FLAGS 15u

#define FRAME_REFERENCES_MAX 0xFFFFFFFFu /* saturated: the block is pinned for ever */

struct frame {
  uint32_t references; /* of the block; in its first frame's record, 0 elsewhere */
  uint32_t parent;     /* a table's: the table that points here */
  uint16_t index;      /* ... and at which entry */
  uint16_t live;       /* a table's: entries in use, 0 .. 512 */
  uint8_t owner;       /* enum owner */
  uint8_t order;       /* of the block, the same in each of its frames */
  uint8_t flags;       /* FRAME_*, the same in each frame of the block */
  uint8_t unused;
};

struct frames {
  struct buddy buddy;
  struct frame *records; /* one per frame */
  uint64_t nframes;
};

/* Every frame reserved, over a buddy initialised here. STATUS_OUT_OF_RANGE, STATUS_NO_SPACE. */
enum status frames_init(struct frames *db, uint64_t nframes, uint64_t *words, uint64_t nwords,
                        struct frame *records, uint64_t nrecords);

/* Makes a run of reserved frames free (poisoned ones are refused: STATUS_POISONED). */
enum status frames_release(struct frames *db, uint64_t first, uint64_t count);
/* Makes a run of free frames reserved. */
enum status frames_reserve(struct frames *db, uint64_t first, uint64_t count);

/* A block of 2^order frames with one reference. owner: KERNEL, USER or TABLE1..TABLE5 (tables: order 0 only),
 * else STATUS_BAD_OWNER. flags: any of FRAME_COW, SHARED, ANONYMOUS, else STATUS_BAD_ARGUMENT. */
enum status frame_alloc(struct frames *db, uint32_t order, enum owner owner, uint32_t flags,
                        frame_t *out);

/* One more reference to the block that holds frame. STATUS_OUT_OF_RANGE, STATUS_NOT_ALLOCATED if it is free,
 * STATUS_RESERVED, STATUS_SATURATED at the maximum. */
enum status frame_get(struct frames *db, frame_t frame);

/* One reference less; the last one returns the block to the buddy, or, if it is poisoned, to nobody: its
 * frames become reserved and keep the flag. A saturated count stays: STATUS_SATURATED.
 * STATUS_DOUBLE_FREE if the frame is free, STATUS_RESERVED, STATUS_OUT_OF_RANGE. */
enum status frame_put(struct frames *db, frame_t frame);

/* Sets and clears flags of the block that holds frame (COW, SHARED, ANONYMOUS). */
enum status frame_set_flags(struct frames *db, frame_t frame, uint32_t set, uint32_t clear);

/* Never hand this frame out again. Free: it is reserved at once. In use: its block is, at its last put. */
enum status frame_poison(struct frames *db, frame_t frame);

/* The frame that contains a physical address; STATUS_OUT_OF_RANGE. */
enum status frame_containing(const struct frames *db, uint64_t address, frame_t *out);
/* The frame that starts at it; also STATUS_MISALIGNED. */
enum status frame_at(const struct frames *db, uint64_t address, frame_t *out);
/* The run of frames that the bytes address .. address + length - 1 touch; STATUS_BAD_ARGUMENT when length is 0. */
enum status frame_range(const struct frames *db, uint64_t address, uint64_t length,
                        struct run *out);

const char *owner_name(enum owner owner);

/* Null, or the name of the first broken clause. O(frames * orders). */
const char *frames_check(const struct frames *db);

#endif

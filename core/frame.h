/* Layer 3: the frame database. One record per frame says who owns it.
 *
 * A frame is free, reserved, or in use as part of a block of 2^order frames. Any
 * frame of a block in use names the block; its references are counted in the record
 * of its first frame. Owner, order and flags stand in the record of each of its frames.
 *
 *     frame        8      9     10     11     12     13
 *     owner      user   user   user   user   free   table of level 1
 *     order        2      2      2      2      0      0
 *     references   3      0      0      0      0      1
 *     parent       8      8      8      8      0     77   (slot 77:index points at the table)
 *
 * The database owns a buddy allocator and always agrees with it: a frame's owner is
 * OWNER_FREE exactly when the frame lies in a free block, OWNER_RESERVED exactly when
 * it is reserved there. Clients reason with the records alone, and may read them
 * directly; of a table's record they may write parent, index and live, nothing else.
 *
 * A poisoned frame is never handed out again: it is reserved, in the buddy too, and
 * frames_release refuses it. A block in use that is poisoned is reserved as a whole
 * when its last reference goes.
 *
 * Sequential: the caller serialises the calls.
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
  uint32_t parent; /* order >= 1: the block's first frame. A table's: the table that points here */
  uint16_t index;  /* ... and at which entry */
  uint16_t live;   /* a table's: entries in use, 0 .. 512 */
  uint8_t owner;   /* enum owner */
  uint8_t order;   /* of the block, the same in each of its frames; 0 if free or reserved */
  uint8_t flags;   /* FRAME_*, the same in each frame of the block */
  uint8_t unused;
};

struct frames {
  struct buddy buddy;
  struct frame *records; /* one per frame */
  uint64_t nframes;
};

#include "../annotations/frame.acsl"

/* Makes db a database of nframes frames, every one of them reserved, over a buddy allocator
 * initialised here: words are for the buddy (nwords >= buddy_words(nframes)), records are for the
 * frames (nrecords >= nframes).
 * STATUS_OUT_OF_RANGE: nframes is 0 or above FRAMES_MAX. STATUS_NO_SPACE: too few records or words.
 * O(nframes + nwords). */
/*@ requires room: \valid(db) && \valid(words + (0 .. nwords - 1)) && \valid(records + (0 .. nrecords - 1));
    requires apart: \separated(db, words + (0 .. nwords - 1), records + (0 .. nrecords - 1));
    assigns *db, words[0 .. nwords - 1], records[0 .. nrecords - 1];
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NO_SPACE;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> nframes == 0 || nframes > FRAMES_MAX;
    ensures no_space: \result == STATUS_NO_SPACE <==> 1 <= nframes <= FRAMES_MAX &&
      (nrecords < nframes || nwords < BuddyWords(nframes));
    ensures valid: \result == STATUS_OK ==> FramesValid(db) && db->nframes == nframes && db->records == records;
    ensures reserved: \result == STATUS_OK ==> \forall integer f; 0 <= f < nframes ==>
      Owner(db, f) == OWNER_RESERVED && !Poisoned(db, f);
    ensures none_free: \result == STATUS_OK ==> db->buddy.free_frames == 0;
*/
enum status frames_init(struct frames *db, uint64_t nframes, uint64_t *words, uint64_t nwords,
                        struct frame *records, uint64_t nrecords);

/* Makes the reserved frames first .. first + count - 1 free. count 0 does nothing.
 * STATUS_OUT_OF_RANGE: not all of them are managed. STATUS_NOT_RESERVED: one is free or in use.
 * STATUS_POISONED: all are reserved, and one is poisoned. Checked in this order. O(count * orders). */
/*@ requires valid: FramesValid(db);
    assigns FRAMES_CHANGES(db);
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_RESERVED ||
      \result == STATUS_POISONED;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> first + count > db->nframes;
    ensures not_reserved: first + count <= db->nframes ==> (\result == STATUS_NOT_RESERVED <==>
      !(\forall integer f; first <= f < first + count ==> \old(Owner(db, f)) == OWNER_RESERVED));
    ensures poisoned: \result == STATUS_OK ==> \forall integer f; first <= f < first + count ==>
      \old(Owner(db, f)) == OWNER_RESERVED && !\old(Poisoned(db, f));
    ensures refused: first + count <= db->nframes &&
      (\forall integer f; first <= f < first + count ==> \old(Owner(db, f)) == OWNER_RESERVED) ==>
      (\result == STATUS_POISONED <==>
        !(\forall integer f; first <= f < first + count ==> !\old(Poisoned(db, f))));
    ensures freed: \result == STATUS_OK ==> \forall integer f; first <= f < first + count ==>
      Owner(db, f) == OWNER_FREE;
    ensures others: SameOutside{Pre, Post}(db, first, first + count);
    ensures counted: db->buddy.free_frames == \old(db->buddy.free_frames) + (\result == STATUS_OK ? count : 0);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> SameRecords{Pre, Post}(db);
*/
enum status frames_release(struct frames *db, uint64_t first, uint64_t count);

/* Makes the free frames first .. first + count - 1 reserved. count 0 does nothing.
 * STATUS_OUT_OF_RANGE: not all of them are managed. STATUS_NOT_FREE: one is reserved or in use.
 * Checked in this order. O(count * orders). */
/*@ requires valid: FramesValid(db);
    assigns FRAMES_CHANGES(db);
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_FREE;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> first + count > db->nframes;
    ensures not_free: first + count <= db->nframes ==> (\result == STATUS_NOT_FREE <==>
      !(\forall integer f; first <= f < first + count ==> \old(Owner(db, f)) == OWNER_FREE));
    ensures reserved: \result == STATUS_OK ==> \forall integer f; first <= f < first + count ==>
      Owner(db, f) == OWNER_RESERVED && Flags(db, f) == 0;
    ensures others: SameOutside{Pre, Post}(db, first, first + count);
    ensures counted: db->buddy.free_frames == \old(db->buddy.free_frames) - (\result == STATUS_OK ? count : 0);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> SameRecords{Pre, Post}(db);
*/
enum status frames_reserve(struct frames *db, uint64_t first, uint64_t count);

/* Hands out a free block of 2^order frames, with one reference; *out is its first frame. A table's parent,
 * index and live are 0. owner: KERNEL, USER, or TABLE1 .. TABLE5 with order 0. flags: any of FRAME_COW,
 * FRAME_SHARED, FRAME_ANONYMOUS.
 * STATUS_BAD_ORDER: order is above BUDDY_MAX_ORDER. STATUS_BAD_OWNER: another owner, or a table of more than a
 * frame. STATUS_BAD_ARGUMENT: another flag. STATUS_OUT_OF_MEMORY: no free block of this order or above; with
 * order 0, only when no frame is free. Checked in this order. O(2^order + orders): each frame of the block gets
 * its record. */
/*@ requires valid: FramesValid(db);
    requires out: \valid(out) && \separated(out, FRAMES_MEMORY(db));
    assigns FRAMES_CHANGES(db), *out;
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ORDER || \result == STATUS_BAD_OWNER ||
      \result == STATUS_BAD_ARGUMENT || \result == STATUS_OUT_OF_MEMORY;
    ensures bad_order: \result == STATUS_BAD_ORDER <==> order > BUDDY_MAX_ORDER;
    ensures bad_owner: \result == STATUS_BAD_OWNER <==> order <= BUDDY_MAX_ORDER && !GoodOwner(owner, order);
    ensures bad_argument: \result == STATUS_BAD_ARGUMENT <==>
      order <= BUDDY_MAX_ORDER && GoodOwner(owner, order) && !GoodFlags(flags);
    ensures out_of_memory: \result == STATUS_OUT_OF_MEMORY <==>
      order <= BUDDY_MAX_ORDER && GoodOwner(owner, order) && GoodFlags(flags) &&
      !(\exists integer f, o; order <= o && \old(FreeBlock(&db->buddy, f, o)));
    ensures single: order == 0 && GoodOwner(owner, order) && GoodFlags(flags) && \old(db->buddy.free_frames) > 0 ==>
      \result == STATUS_OK;
    ensures managed: \result == STATUS_OK ==> *out + Pow2(order) <= db->nframes;
    ensures was_free: \result == STATUS_OK ==> \forall integer f; *out <= f < *out + Pow2(order) ==>
      \old(Owner(db, f)) == OWNER_FREE;
    ensures never_poisoned: \result == STATUS_OK ==> \forall integer f; *out <= f < *out + Pow2(order) ==>
      !\old(Poisoned(db, f)) && !Poisoned(db, f);
    ensures block: \result == STATUS_OK ==> \forall integer f; *out <= f < *out + Pow2(order) ==>
      Owner(db, f) == owner && Order(db, f) == order && Flags(db, f) == flags && BlockFirst(db, f) == *out;
    ensures references: \result == STATUS_OK ==> References(db, *out) == 1;
    ensures empty: \result == STATUS_OK && order == 0 ==>
      Parent(db, *out) == 0 && Index(db, *out) == 0 && Live(db, *out) == 0;
    ensures others: \result == STATUS_OK ==>
      SameOutside{Pre, Post}(db, *out, *out + Pow2(order));
    ensures counted: db->buddy.free_frames == \old(db->buddy.free_frames) - (\result == STATUS_OK ? Pow2(order) : 0);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && SameRecords{Pre, Post}(db);
*/
enum status frame_alloc(struct frames *db, uint32_t order, enum owner owner, uint32_t flags,
                        frame_t *out);

/* One more reference to the block that holds frame. The count never wraps: once it has reached
 * FRAME_REFERENCES_MAX the block is pinned for ever.
 * STATUS_OUT_OF_RANGE. STATUS_NOT_ALLOCATED: frame is free. STATUS_RESERVED: it is reserved.
 * STATUS_SATURATED: the count is at its maximum already. Checked in this order. O(1). */
/*@ requires valid: FramesValid(db);
    assigns db->records[0 .. db->nframes - 1].references;
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_ALLOCATED ||
      \result == STATUS_RESERVED || \result == STATUS_SATURATED;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> frame >= db->nframes;
    ensures not_allocated: frame < db->nframes ==> (\result == STATUS_NOT_ALLOCATED <==> Owner(db, frame) == OWNER_FREE);
    ensures reserved: frame < db->nframes ==> (\result == STATUS_RESERVED <==> Owner(db, frame) == OWNER_RESERVED);
    ensures saturated: frame < db->nframes && InUse(db, frame) ==> (\result == STATUS_SATURATED <==>
      \old(References(db, BlockFirst(db, frame))) == FRAME_REFERENCES_MAX);
    ensures counted: \result == STATUS_OK ==>
      References(db, BlockFirst(db, frame)) == \old(References(db, BlockFirst(db, frame))) + 1;
    ensures others: \result == STATUS_OK ==> SameOutside{Pre, Post}(db, BlockFirst(db, frame), BlockFirst(db, frame) + 1);
    ensures rest: SameButReferences{Pre, Post}(db);
    ensures buddy: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> SameRecords{Pre, Post}(db);
*/
enum status frame_get(struct frames *db, frame_t frame);

/* One reference less to the block that holds frame. The last one gives the block back to the buddy: its frames
 * are free then; or, if the block is poisoned, they are reserved and poisoned. A saturated count stays.
 * STATUS_OUT_OF_RANGE. STATUS_DOUBLE_FREE: frame is free. STATUS_RESERVED: it is reserved. STATUS_SATURATED.
 * Checked in this order. O(1), and O(2^order + orders) with the last reference (O(2^order * orders) if
 * poisoned). */
/*@ requires valid: FramesValid(db);
    assigns FRAMES_CHANGES(db);
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_DOUBLE_FREE ||
      \result == STATUS_RESERVED || \result == STATUS_SATURATED;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> frame >= db->nframes;
    ensures double_free: frame < db->nframes ==> (\result == STATUS_DOUBLE_FREE <==> \old(Owner(db, frame)) == OWNER_FREE);
    ensures reserved: frame < db->nframes ==> (\result == STATUS_RESERVED <==> \old(Owner(db, frame)) == OWNER_RESERVED);
    ensures saturated: frame < db->nframes && \old(InUse(db, frame)) ==> (\result == STATUS_SATURATED <==>
      \old(References(db, BlockFirst(db, frame))) == FRAME_REFERENCES_MAX);
    ensures counted: \result == STATUS_OK && \old(References(db, BlockFirst(db, frame))) > 1 ==>
      References(db, \old(BlockFirst(db, frame))) == \old(References(db, BlockFirst(db, frame))) - 1 &&
      SameButReferences{Pre, Post}(db) &&
      SameOutside{Pre, Post}(db, \old(BlockFirst(db, frame)), \old(BlockFirst(db, frame)) + 1);
    ensures freed: \result == STATUS_OK && \old(References(db, BlockFirst(db, frame))) == 1 && !\old(Poisoned(db, frame)) ==>
      \forall integer f; 0 <= f < db->nframes && \old(InBlockOf(db, frame, f)) ==> Owner(db, f) == OWNER_FREE;
    ensures retired: \result == STATUS_OK && \old(References(db, BlockFirst(db, frame))) == 1 && \old(Poisoned(db, frame)) ==>
      \forall integer f; 0 <= f < db->nframes && \old(InBlockOf(db, frame, f)) ==> Owner(db, f) == OWNER_RESERVED && Poisoned(db, f);
    ensures others: \result == STATUS_OK ==>
      SameOutside{Pre, Post}(db, \old(BlockFirst(db, frame)), \old(BlockFirst(db, frame) + Pow2(Order(db, frame))));
    ensures given: \result == STATUS_OK && \old(References(db, BlockFirst(db, frame))) == 1 && !\old(Poisoned(db, frame)) ==>
      db->buddy.free_frames == \old(db->buddy.free_frames) + Pow2(\old(Order(db, frame)));
    ensures kept: !(\result == STATUS_OK && \old(References(db, BlockFirst(db, frame))) == 1 && !\old(Poisoned(db, frame))) ==>
      db->buddy.free_frames == \old(db->buddy.free_frames);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> SameRecords{Pre, Post}(db);
*/
enum status frame_put(struct frames *db, frame_t frame);

/* Sets and then clears flags of the block that holds frame: FRAME_COW, FRAME_SHARED, FRAME_ANONYMOUS.
 * STATUS_OUT_OF_RANGE. STATUS_BAD_ARGUMENT: another flag in set or clear. STATUS_NOT_ALLOCATED: frame is free.
 * STATUS_RESERVED: it is reserved. Checked in this order. O(2^order). */
/*@ requires valid: FramesValid(db);
    assigns db->records[0 .. db->nframes - 1].flags;
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_BAD_ARGUMENT ||
      \result == STATUS_NOT_ALLOCATED || \result == STATUS_RESERVED;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> frame >= db->nframes;
    ensures bad_argument: \result == STATUS_BAD_ARGUMENT <==> frame < db->nframes && !(GoodFlags(set) && GoodFlags(clear));
    ensures not_allocated: \result == STATUS_NOT_ALLOCATED <==>
      frame < db->nframes && GoodFlags(set) && GoodFlags(clear) && Owner(db, frame) == OWNER_FREE;
    ensures reserved: \result == STATUS_RESERVED <==>
      frame < db->nframes && GoodFlags(set) && GoodFlags(clear) && Owner(db, frame) == OWNER_RESERVED;
    ensures changed: \result == STATUS_OK ==> \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==>
      Flags(db, f) == ((\old(Flags(db, frame)) | set) & (FRAME_FLAGS - clear));
    ensures poison_stays: \forall integer f; 0 <= f < db->nframes ==> (Poisoned(db, f) <==> \old(Poisoned(db, f)));
    ensures others: \result == STATUS_OK ==>
      SameOutside{Pre, Post}(db, BlockFirst(db, frame), BlockFirst(db, frame) + Pow2(Order(db, frame)));
    ensures rest: SameButFlags{Pre, Post}(db);
    ensures buddy: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> SameRecords{Pre, Post}(db);
*/
enum status frame_set_flags(struct frames *db, frame_t frame, uint32_t set, uint32_t clear);

/* Never hand this frame out again. A free or reserved frame is reserved and poisoned at once; a frame in use
 * poisons its block, whose frames are reserved at its last put. STATUS_OUT_OF_RANGE.
 * O(orders), O(2^order) for a frame in use. */
/*@ requires valid: FramesValid(db);
    assigns FRAMES_CHANGES(db);
    ensures valid: FramesValid(db);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> frame >= db->nframes;
    ensures poisoned: \result == STATUS_OK ==> Poisoned(db, frame);
    ensures idle: \result == STATUS_OK && !\old(InUse(db, frame)) ==> Owner(db, frame) == OWNER_RESERVED &&
      SameOutside{Pre, Post}(db, frame, frame + 1);
    ensures block: \result == STATUS_OK && \old(InUse(db, frame)) ==>
      SameButFlags{Pre, Post}(db) &&
      (\forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Poisoned(db, f)) &&
      (\forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==>
        Flags(db, f) == (\old(Flags(db, frame)) | FRAME_POISONED)) &&
      SameOutside{Pre, Post}(db, BlockFirst(db, frame), BlockFirst(db, frame) + Pow2(Order(db, frame)));
    ensures counted: db->buddy.free_frames ==
      \old(db->buddy.free_frames) - (\result == STATUS_OK && \old(Owner(db, frame)) == OWNER_FREE ? 1 : 0);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures unchanged: \result != STATUS_OK ==> SameRecords{Pre, Post}(db);
*/
enum status frame_poison(struct frames *db, frame_t frame);

/* The frame that contains a physical address. STATUS_OUT_OF_RANGE: it is not managed. O(1). */
/*@ requires readable: \valid_read(&db->nframes) && 0 < db->nframes <= FRAMES_MAX;
    requires out: \valid(out);
    assigns *out;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> address / FRAME_SIZE >= \old(db->nframes);
    ensures done: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE;
    ensures frame: \result == STATUS_OK ==> FRAME_SIZE * *out <= address < FRAME_SIZE * (*out + 1);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out);
*/
enum status frame_containing(const struct frames *db, uint64_t address, frame_t *out);

/* The frame that starts at a physical address. STATUS_OUT_OF_RANGE: it is not managed. STATUS_MISALIGNED: it is
 * inside a frame. Checked in this order. O(1). */
/*@ requires readable: \valid_read(&db->nframes) && 0 < db->nframes <= FRAMES_MAX;
    requires out: \valid(out);
    assigns *out;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> address / FRAME_SIZE >= \old(db->nframes);
    ensures misaligned: \result == STATUS_MISALIGNED <==>
      address / FRAME_SIZE < \old(db->nframes) && address % FRAME_SIZE != 0;
    ensures done: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE || \result == STATUS_MISALIGNED;
    ensures frame: \result == STATUS_OK ==> FRAME_SIZE * *out == address;
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out);
*/
enum status frame_at(const struct frames *db, uint64_t address, frame_t *out);

/* The run of frames that the bytes address .. address + length - 1 touch: never empty.
 * STATUS_BAD_ARGUMENT: length is 0. STATUS_OUT_OF_RANGE: one of the bytes is not managed. Checked in
 * this order. O(1). */
/*@ requires readable: \valid_read(&db->nframes) && 0 < db->nframes <= FRAMES_MAX;
    requires out: \valid(out);
    assigns *out;
    ensures bad_argument: \result == STATUS_BAD_ARGUMENT <==> length == 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==>
      length > 0 && (address + length - 1) / FRAME_SIZE >= \old(db->nframes);
    ensures done: \result == STATUS_OK || \result == STATUS_BAD_ARGUMENT || \result == STATUS_OUT_OF_RANGE;
    ensures first: \result == STATUS_OK ==> FRAME_SIZE * out->first <= address < FRAME_SIZE * (out->first + 1);
    ensures last: \result == STATUS_OK ==>
      FRAME_SIZE * (out->end - 1) <= address + length - 1 < FRAME_SIZE * out->end && out->first < out->end <= \old(db->nframes);
    ensures unchanged: \result != STATUS_OK ==> out->first == \old(out->first) && out->end == \old(out->end);
*/
enum status frame_range(const struct frames *db, uint64_t address, uint64_t length,
                        struct run *out);

/* The owner's name in words: "free", "table of level 1", ... Never null: an unknown value gives
 * "unknown owner". O(1). */
/*@ assigns \nothing;
    ensures text: \valid_read(\result) && \result[0] != 0; */
const char *owner_name(enum owner owner);

/* Null when database and buddy are sound and agree, or the name of the first broken clause. For tests, for the
 * kernel's self-test and for a debugging user. O(frames * orders). */
/*@ requires memory: FramesMemory(db);
    assigns \nothing;
    ensures exact: \result == \null <==> FramesValid(db);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
const char *frames_check(const struct frames *db);

#endif

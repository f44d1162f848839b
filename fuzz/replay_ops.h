/* Inside the replayer: what its files share. Nobody else includes this. */
#ifndef ASHLAR_REPLAY_OPS_H
#define ASHLAR_REPLAY_OPS_H

#include "replay.h"
#include "walk.h"

#define UNTOUCHED 0xA5A5A5A5u /* in every output before a call */
#define UNTOUCHED_WIDE ((uint64_t)0xA5A5A5A5A5A5A5A5)

enum guard { GUARD_BUDDY, GUARD_FRAMES, GUARD_RECORDS, GUARD_SET, GUARD_DIRECT };

enum part { PART_BUDDY, PART_FRAMES, PART_SET, PART_BOOT, PARTS };

/* One part of what was started, compared with the model as a whole. */
const char *replay_compare_part(struct replay *r, enum part part, bool checks);
/* The clause is broken unless it holds; the first one broken stays. */
void replay_expect(struct replay *r, bool holds, const char *clause);
/* The status of the core against the model's: whether they agree on STATUS_OK. */
bool replay_agree(struct replay *r, enum status status, enum status expected);
/* The step called the core with these arguments. */
void replay_args(struct replay *r, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* An output, where it stands in ops_shape. */
void replay_out(struct replay *r, uint32_t place, uint64_t value);
/* A number from a and b: small, about n, or at the far end of 32 or 64 bits. */
uint64_t replay_raw(uint64_t n, uint32_t a, uint32_t b, uint32_t bits);
/* Words at this place must not change. Ends the guard that was there before. */
void replay_guard(struct replay *r, enum guard which, void *at);
void replay_unguard(struct replay *r, enum guard which);
/* The next number of a sequence that *seed determines. */
uint32_t replay_random(uint64_t *seed);

/* replay_memory.c: buddy and frame */
void replay_start_frames(struct replay *r);
uint32_t replay_frame(const struct model_memory *m, const struct op *op, uint32_t a, uint32_t b);
void replay_buddy_op(struct replay *r, const struct op *op);
void replay_frames_op(struct replay *r, const struct op *op);
const char *replay_compare_buddy(const struct buddy *buddy, const struct model_memory *m);
const char *replay_compare_frames(struct replay *r);
/* Counters only. */
const char *replay_compare_counters(const struct buddy *buddy, const struct model_memory *m);

/* replay_walk.c: the processor */

/* A way through the tables of an address space: as far as entries that point at tables lead, and one more. */
struct way {
  uint64_t *entries[PAGETABLE_LEVELS]; /* the root's first */
  frame_t tables[PAGETABLE_LEVELS];    /* the tables they stand in */
  uint32_t levels;                     /* how many of them there are */
  struct walk_entry last;              /* the last one; it maps the address if it is a page */
  uint64_t frame;                      /* the one that the address lies in then */
  bool global;                         /* as one of the entries says */
};
struct way replay_walk(struct replay *r, uint32_t space, uint64_t address);
/* Whether an access (WALK_*) by this way is allowed. */
bool replay_may(const struct way *way, uint32_t access);
/* One access: whether it is allowed. Sets accessed and dirty then; *frame is the one that it reaches. */
bool replay_access(struct replay *r, uint32_t space, uint64_t address, uint32_t access,
                   uint64_t *frame);

/* replay_table.c: pagetable */
void replay_table_op(struct replay *r, const struct op *op);
const char *replay_check_tables(struct replay *r);
const char *replay_compare_tables(struct replay *r);
/* The space that a number names, or the next one alive; MODEL_SPACES if none is. */
uint32_t replay_space(const struct replay *r, uint32_t number);

/* An address by a number: few pages that share tables in many ways, at both ends of both halves, too. */
uint64_t replay_address(uint32_t number);
/* The same with another highest bit of those that are translated: not canonical. */
uint64_t replay_not_canonical(uint64_t address);
/* Permissions from four bits. */
uint32_t replay_permissions(uint32_t bits);
/* A number that tells whether anything has changed in what says which frame is whose, and in what chooses the next
 * one: records and buddy. */
uint64_t replay_fingerprint(const struct replay *r);
/* After a call that was to be refused: everything was so before it. */
void replay_expect_untouched(struct replay *r, uint64_t before);
const char *replay_compare_table(struct replay *r, const struct model_table *table);
const char *replay_compare_mapping(struct replay *r, const struct model_mapping *mapping);
/* The frames that the core took for the tables on the way to a page just mapped, of this size. */
void replay_add_tables(struct replay *r, uint32_t space, uint64_t address, uint32_t size);
/* The references of the block that a mapping holds one to, against the model. */
void replay_check_references(struct replay *r, const struct model_mapping *mapping);
/* What is on the way to an address, against the model. */
void replay_check_way(struct replay *r, uint32_t space, uint64_t address);

/* replay_range.c: pagetable, calls on many pages */
void replay_range_op(struct replay *r, const struct op *op);
/* All that is mapped in a space, in the range and elsewhere, and nothing more; and the ways beside the ends of the range. */
void replay_check_space(struct replay *r, struct model_range range);

/* replay_map_range.c: frames in a row mapped */
void replay_map_range_op(struct replay *r, const struct op *op);

/* replay_flush.c: what is to be flushed */

/* A call that may add to a flush, while it is under way. */
struct owing {
  uint32_t space;
  bool garbled;              /* the caller has written numbers of its own into the flush before */
  struct model_flush honest; /* what the model said before that */
  struct flush before;       /* the core's, as the call finds it */
  uint32_t ntables;          /* tables that there were */
  bool merged;
  uint64_t contents; /* of the table that is to be merged */
};
struct owing replay_owing(struct replay *r, const struct op *op, uint32_t space);
/* The call may merge the pages of this table. */
void replay_merging(struct replay *r, struct owing *owing, uint32_t table);
/* After it, when the model has followed: the page at address, of this level and in such pieces, is added if it owes. */
void replay_owed(struct replay *r, const struct owing *owing, bool owes, uint64_t address,
                 uint32_t level, uint32_t pieces);
/* The same for so many pages from the first one on. */
void replay_owed_range(struct replay *r, const struct owing *owing, bool owes, uint64_t first,
                       uint64_t pages, uint32_t pieces);
/* The space's flush is done, be it garbled or not. */
void replay_flush(struct replay *r, uint32_t space);
void replay_flushed_op(struct replay *r, const struct op *op);
/* Every table that went and is not free, and what each space has to flush. */
const char *replay_compare_retired(struct replay *r);

/* replay_map.c: bitset, memmap, boot_alloc, names */
void replay_clear_map(struct replay *r);
void replay_firmware(struct replay *r);
void replay_map_op(struct replay *r, const struct op *op);
void replay_boot_op(struct replay *r, const struct op *op);
void replay_set_op(struct replay *r, const struct op *op);
void replay_names_op(struct replay *r, const struct op *op);
const char *replay_compare_set(struct replay *r);
const char *replay_compare_boot(struct replay *r);

/* replay_corrupt.c: breaks one thing, looks whether it is noticed, and mends it */
void replay_corrupt_op(struct replay *r, const struct op *op);

#endif

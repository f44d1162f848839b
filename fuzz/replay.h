/* The replayer: an input's operations on the core and on the model, side by side.
 *
 * After each operation the status, every output and the counters are compared; every
 * check_every operations and at the end the whole abstract state, and the core's own check functions are
 * asked. Every call and result is folded into a digest, which is therefore the same wherever the
 * same input is replayed on a core with the same BUDDY_MAX_ORDER and the same page tables.
 *
 * Freestanding: no libc, no allocation. The caller gives the memory (struct replay, about 7 MiB):
 *
 *     static struct replay r;
 *     replay_prepare(&r);                      once
 *     replay_run(&r, input, size, 64);         as often as wanted
 *     if (r.broken) ...                        the clause broken by operation r.index
 *     r.digest, r.index                        of a run to the end: the digest, the operations
 */
#ifndef ASHLAR_REPLAY_H
#define ASHLAR_REPLAY_H

#include "../core/bitset.h"
#include "../core/pagetable.h"
#include "model.h"
#include "ops.h"

#define REPLAY_UNIT ((uint64_t)1 << BUDDY_MAX_ORDER)
#define REPLAY_LEAVES ((OPS_FRAMES_MAX + REPLAY_UNIT - 1) / REPLAY_UNIT * REPLAY_UNIT)
/* Two bits a node, the summaries of one of them, and a little for short levels. */
#define REPLAY_BUDDY_WORDS (REPLAY_LEAVES / 16 + REPLAY_LEAVES / 512 + 16)
#define REPLAY_SET_MAX 262144u
#define REPLAY_SET_WORDS (REPLAY_SET_MAX / 64 + REPLAY_SET_MAX / 2048 + 16)
#define REPLAY_GUARD                                                                               \
  4u /* words behind each region given to the core, which must stay as they are */
#define REPLAY_START_RUNS 32u /* runs that a machine starts with, at most */

/* What an operation did, for printing. */
struct replay_step {
  struct op op;
  bool
      called; /* false: impossible at that moment (no mapping to remove, ...), nothing was called */
  enum status status;   /* what the core answered; STATUS_OK from operations without a status */
  enum status expected; /* what the model answered */
  uint64_t args[5];     /* named by ops_shape */
  uint32_t level; /* of the page asked for, the largest of them, or found; 1 where there is none */
  uint64_t outs[4];
};

struct replay {
  /* The input and how far it is. */
  const uint8_t *input;
  size_t size;
  uint32_t count; /* of operations */
  uint32_t index; /* of the next operation; of the failing one if broken */
  uint32_t check_every;
  struct machine machine;
  struct replay_step step;
  uint64_t digest;
  const char *broken; /* null, or the clause that does not hold */

  /* The runs that are free when the machine starts, and what has been started. */
  struct run start[REPLAY_START_RUNS];
  uint32_t nstart;
  bool buddy_started;
  bool frames_started;
  bool set_started;
  bool boot_started;

  /* The core. */
  struct buddy buddy;
  struct frames frames;
  struct pagetable tables[MODEL_SPACES];
  struct flush flushes[MODEL_SPACES];
  struct bitset set;
  struct boot_alloc boot;
  struct memmap_entry entries[MODEL_ENTRIES];
  struct memmap_entry reserved[MODEL_RESERVATIONS];
  uint32_t nentries;
  uint32_t nreserved;
  struct run runs[MEMMAP_RUNS_MAX + REPLAY_GUARD]; /* what memmap_runs wrote last */
  uint32_t nruns;
  struct run boot_runs[MEMMAP_RUNS_MAX + REPLAY_GUARD];
  uint64_t buddy_words[REPLAY_BUDDY_WORDS + REPLAY_GUARD];
  uint64_t frames_words[REPLAY_BUDDY_WORDS + REPLAY_GUARD];
  uint64_t set_words[REPLAY_SET_WORDS + REPLAY_GUARD];
  struct frame records[OPS_FRAMES_MAX + REPLAY_GUARD];
  uint64_t direct[(size_t)TABLE_ENTRIES * OPS_FRAMES_MAX + REPLAY_GUARD];

  /* Where the guards of the regions in use are, or null. */
  uint64_t *guards[5];

  /* The model. */
  struct model_memory bare;     /* of buddy */
  struct model_memory database; /* of frames */
  struct model_spaces spaces;
  struct model_set members;
  struct model_boot boot_model;

  /* The frames that were tables in this run: the next one must find them as this one did. */
  uint32_t nwritten;
  uint16_t written[OPS_FRAMES_MAX];
  bool is_written[OPS_FRAMES_MAX];
  uint64_t contents[OPS_FRAMES_MAX]; /* of a table that went, as a number that tells */
};

/* Once, before the first run. */
void replay_prepare(struct replay *r);

/* Starts an input, which must stay readable until the run has ended. check_every 0 leaves out
 * the core's check functions (O(nodes of the largest order)) but compares everything at the end. */
void replay_begin(struct replay *r, const uint8_t *input, size_t size, uint32_t check_every);

/* The next operation: r->step says what it did. False when there is none, or something is broken;
 * the state has been compared as a whole then. */
bool replay_next(struct replay *r);

/* Cleans up after a run: what was touched is as it was after replay_prepare. replay_begin does it
 * for the run before; an engine wants it to count for the run itself. */
void replay_end(struct replay *r);

/* replay_begin, and replay_next until it is false. Returns r->broken. */
const char *replay_run(struct replay *r, const uint8_t *input, size_t size, uint32_t check_every);

/* Compares everything that was started with the model, and asks the check functions if checks.
 * Null, or the first broken clause. */
const char *replay_compare(struct replay *r, bool checks);

#endif

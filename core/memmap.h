/* Layer 1: a hostile firmware memory map made into sorted, disjoint, maximal runs
 * of usable frames.
 */
#ifndef ASHLAR_MEMMAP_H
#define ASHLAR_MEMMAP_H

#include "status.h"
#include "types.h"

#define MEMMAP_ENTRIES_MAX 512u     /* entries of a firmware map */
#define MEMMAP_RESERVATIONS_MAX 64u /* entries of the reservation list */
#define MEMMAP_RUNS_MAX (MEMMAP_ENTRIES_MAX + MEMMAP_RESERVATIONS_MAX)
#define MEMMAP_USABLE 1u /* the type of RAM; every other type is unusable */

/* The bytes base .. base + length - 1, clipped to 2^64 - 1. length 0 is empty. */
struct memmap_entry {
  uint64_t base;
  uint64_t length;
  uint32_t type;
};

/* Writes to runs (at most capacity) the maximal runs of usable frames below
 * frame_limit (at most FRAMES_MAX), ascending, and their number to *nruns.
 * A frame is usable if each of its bytes is in an entry of type MEMMAP_USABLE, in
 * no entry of another type and in no reservation (of whatever type).
 * Errors: STATUS_TOO_MANY_ENTRIES, STATUS_OUT_OF_RANGE (frame_limit > FRAMES_MAX),
 * STATUS_NO_MEMORY, STATUS_NO_SPACE (more than capacity runs). On an error *nruns
 * is unchanged and the contents of runs are unspecified. */
enum status memmap_runs(const struct memmap_entry *map, uint32_t nmap,
                        const struct memmap_entry *reserved, uint32_t nreserved,
                        uint64_t frame_limit, struct run *runs, uint32_t capacity, uint32_t *nruns);

#endif

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

#include "../annotations/memmap.acsl"

/* Writes to runs (at most capacity) the maximal runs of usable frames below
 * frame_limit (at most FRAMES_MAX), ascending, and their number to *nruns.
 * A frame is usable if each of its bytes is in an entry of type MEMMAP_USABLE, in
 * no entry of another type and in no reservation (of whatever type).
 * Errors, the first that holds: STATUS_TOO_MANY_ENTRIES, STATUS_OUT_OF_RANGE (frame_limit >
 * FRAMES_MAX), STATUS_NO_MEMORY (no usable frame), STATUS_NO_SPACE (more than capacity runs:
 * runs holds the lowest capacity of them). A capacity of nmap + nreserved is always enough.
 * On an error *nruns is unchanged, and but for STATUS_NO_SPACE so are the runs.
 * O(e^2) for e entries and reservations: one pass for each stretch between two boundaries. */
/*@ requires map: \valid_read(map + (0 .. nmap - 1));
    requires reserved: \valid_read(reserved + (0 .. nreserved - 1));
    requires memory: \valid(runs + (0 .. capacity - 1)) && \valid(nruns);
    requires apart: \separated(map + (0 .. nmap - 1), runs + (0 .. capacity - 1), nruns);
    requires apart_reserved: \separated(reserved + (0 .. nreserved - 1), runs + (0 .. capacity - 1), nruns);
    assigns runs[0 .. capacity - 1], *nruns;
    ensures statuses: \result == STATUS_OK || \result == STATUS_TOO_MANY_ENTRIES ||
      \result == STATUS_OUT_OF_RANGE || \result == STATUS_NO_MEMORY || \result == STATUS_NO_SPACE;
    ensures too_many: \result == STATUS_TOO_MANY_ENTRIES <==>
      nmap > MEMMAP_ENTRIES_MAX || nreserved > MEMMAP_RESERVATIONS_MAX;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==>
      \result != STATUS_TOO_MANY_ENTRIES && frame_limit > FRAMES_MAX;
    ensures count: \result == STATUS_OK ==> 1 <= *nruns <= capacity;
    ensures proper: \result == STATUS_OK ==> RunsProper(runs, *nruns);
    ensures maximal: \result == STATUS_OK ==>
      \forall integer k; 0 < k < *nruns ==> runs[k - 1].end < runs[k].first;
    ensures sound: \result == STATUS_OK ==> \forall integer k, f; 0 <= k < *nruns && InRun(runs, k, f) ==>
      f < frame_limit && UsableFrame(map, nmap, reserved, nreserved, f);
    ensures complete: \result == STATUS_OK ==> \forall integer f; 0 <= f < frame_limit &&
      UsableFrame(map, nmap, reserved, nreserved, f) ==> InRuns(runs, *nruns, f);
    ensures no_memory: \result == STATUS_NO_MEMORY <==>
      \result != STATUS_TOO_MANY_ENTRIES && \result != STATUS_OUT_OF_RANGE &&
      \forall integer f; 0 <= f < frame_limit ==> !UsableFrame(map, nmap, reserved, nreserved, f);
    ensures no_space: \result == STATUS_NO_SPACE ==>
      MoreRuns(map, nmap, reserved, nreserved, frame_limit, runs, capacity);
    ensures enough: \result == STATUS_NO_SPACE ==> capacity < nmap + nreserved;
    ensures rest: \result == STATUS_OK ==>
      \forall integer k; *nruns <= k < capacity ==> runs[k] == \old(runs[k]);
    ensures unchanged: \result != STATUS_OK ==> *nruns == \old(*nruns);
    ensures runs_unchanged: \result != STATUS_OK && \result != STATUS_NO_SPACE ==>
      \forall integer k; 0 <= k < capacity ==> runs[k] == \old(runs[k]);
*/
enum status memmap_runs(const struct memmap_entry *map, uint32_t nmap,
                        const struct memmap_entry *reserved, uint32_t nreserved,
                        uint64_t frame_limit, struct run *runs, uint32_t capacity, uint32_t *nruns);

#endif

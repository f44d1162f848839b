/* Layer 2: a bump allocator over the usable runs, to place metadata before the
 * buddy allocator exists. Hands out whole frames, never takes them back.
 */
#ifndef ASHLAR_BOOT_ALLOC_H
#define ASHLAR_BOOT_ALLOC_H

#include "status.h"
#include "types.h"

struct boot_alloc {
  const struct run *runs; /* sorted, disjoint, as memmap_runs writes them */
  uint32_t nruns;
  uint32_t current; /* the run being consumed; earlier ones are used up or skipped */
  uint64_t next;    /* the first frame of runs[current] not handed out */
};

/* STATUS_BAD_ARGUMENT: runs are not sorted, disjoint and non-empty. O(nruns). */
enum status boot_alloc_init(struct boot_alloc *alloc, const struct run *runs, uint32_t nruns);

/* The frames that hold a number of bytes (rounded up). */
uint64_t boot_alloc_frames(uint64_t bytes);

/* nframes (>= 1) consecutive frames whose first is a multiple of align (in frames; >= 1; any number).
 * STATUS_BAD_ARGUMENT: nframes or align is 0. STATUS_OUT_OF_MEMORY. O(nruns). */
enum status boot_alloc(struct boot_alloc *alloc, uint64_t nframes, uint64_t align, frame_t *out);

/* The part of run k that no call has handed out (possibly empty; skipped runs and
 * alignment gaps below the cursor count as used up; k < nruns else STATUS_OUT_OF_RANGE). */
enum status boot_alloc_rest(const struct boot_alloc *alloc, uint32_t k, struct run *out);

#endif

/* Layer 2: a bump allocator over the usable runs, to place metadata before the
 * buddy allocator exists. Hands out whole frames from the bottom of a run and never
 * takes them back.
 *
 * It works on the caller's own array: what is handed out is cut off the start of its
 * run. So at any moment the runs are what is left, and when start-up is done they are
 * what the buddy allocator is to be given. Frames skipped to align an allocation are
 * lost.
 */
#ifndef ASHLAR_BOOT_ALLOC_H
#define ASHLAR_BOOT_ALLOC_H

#include "status.h"
#include "types.h"

struct boot_alloc {
  struct run *runs; /* sorted and disjoint, as memmap_runs writes them; may become empty */
  uint32_t nruns;
};

/* Starts on nruns runs, which must be sorted, disjoint and not empty.
 * STATUS_BAD_ARGUMENT: they are not. STATUS_OUT_OF_RANGE: one ends beyond FRAMES_MAX. O(nruns). */
enum status boot_alloc_init(struct boot_alloc *alloc, struct run *runs, uint32_t nruns);

/* Frames that hold this many bytes, rounded up. O(1). */
uint64_t boot_alloc_frames(uint64_t bytes);

/* Hands out nframes (at least 1) consecutive frames, the first a multiple of align (in
 * frames, at least 1), from the lowest run that has them; *out is the first.
 * STATUS_BAD_ARGUMENT: nframes or align is 0. STATUS_OUT_OF_MEMORY: no run has them. O(nruns). */
enum status boot_alloc(struct boot_alloc *alloc, uint64_t nframes, uint64_t align, frame_t *out);

/* What is left of run k, possibly empty. STATUS_OUT_OF_RANGE: k >= nruns. O(1). */
enum status boot_alloc_rest(const struct boot_alloc *alloc, uint32_t k, struct run *out);

#endif

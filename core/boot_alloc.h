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

#include "../annotations/boot_alloc.acsl"

/* Starts on nruns runs, which must be sorted, disjoint and not empty.
 * STATUS_BAD_ARGUMENT: they are not. STATUS_OUT_OF_RANGE: one ends beyond FRAMES_MAX. O(nruns). */
/*@ requires memory: \valid(alloc) && \valid(runs + (0 .. nruns - 1));
    requires apart: \separated(alloc, runs + (0 .. nruns - 1));
    assigns *alloc;
    ensures accepted: \result == STATUS_OK <==> RunsProper(runs, nruns);
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ARGUMENT || \result == STATUS_OUT_OF_RANGE;
    ensures valid: \result == STATUS_OK ==> BootAlloc(alloc);
    ensures unused: \result == STATUS_OK ==>
      \forall integer f; Unused(alloc, f) <==> InRuns(runs, nruns, f);
    ensures unchanged: \result != STATUS_OK ==> alloc->runs == \old(alloc->runs) && alloc->nruns == \old(alloc->nruns);
*/
enum status boot_alloc_init(struct boot_alloc *alloc, struct run *runs, uint32_t nruns);

/* Frames that hold this many bytes, rounded up. O(1). */
/*@ assigns \nothing;
    ensures enough: \result * FRAME_SIZE >= bytes;
    ensures least: (\result - 1) * FRAME_SIZE < bytes;
*/
uint64_t boot_alloc_frames(uint64_t bytes);

/* Hands out nframes (at least 1) consecutive frames, the first a multiple of align (in
 * frames, at least 1), from the lowest run that has them; *out is the first.
 * STATUS_BAD_ARGUMENT: nframes or align is 0. STATUS_OUT_OF_MEMORY: no run has them. O(nruns). */
/*@ requires valid: BootAlloc(alloc);
    requires memory: \valid(out) && \separated(out, alloc, alloc->runs + (0 .. alloc->nruns - 1));
    assigns alloc->runs[0 .. alloc->nruns - 1], *out;
    ensures valid: BootAlloc(alloc);
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_ARGUMENT || \result == STATUS_OUT_OF_MEMORY;
    ensures refused: \result == STATUS_BAD_ARGUMENT <==> nframes == 0 || align == 0;
    ensures full: \result == STATUS_OUT_OF_MEMORY ==>
      \forall integer k, q; 0 <= k < alloc->nruns && alloc->runs[k].first <= align * q ==>
        alloc->runs[k].end < align * q + nframes;
    ensures aligned: \result == STATUS_OK ==> \exists integer q; *out == Multiple(align, q);
    ensures inside: \result == STATUS_OK ==>
      \forall integer f; *out <= f < *out + nframes ==> \old(Unused(alloc, f));
    ensures once: \result == STATUS_OK ==>
      \forall integer f; *out <= f < *out + nframes ==> !Unused(alloc, f);
    ensures never_back: \forall integer f; Unused(alloc, f) ==> \old(Unused(alloc, f));
    ensures lost: \result == STATUS_OK ==>
      \forall integer f; \old(Unused(alloc, f)) && !Unused(alloc, f) ==> *out - align < f < *out + nframes;
    ensures unchanged: \result != STATUS_OK ==>
      *out == \old(*out) && SameRuns{Pre, Here}(alloc->runs, alloc->nruns);
*/
enum status boot_alloc(struct boot_alloc *alloc, uint64_t nframes, uint64_t align, frame_t *out);

/* What is left of run k, possibly empty. STATUS_OUT_OF_RANGE: k >= nruns. O(1). */
/*@ requires valid: BootAlloc(alloc);
    requires memory: \valid(out) && \separated(out, alloc, alloc->runs + (0 .. alloc->nruns - 1));
    assigns *out;
    ensures range: \result == STATUS_OK <==> k < alloc->nruns;
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_RANGE;
    ensures rest: \result == STATUS_OK ==> *out == alloc->runs[k];
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out);
*/
enum status boot_alloc_rest(const struct boot_alloc *alloc, uint32_t k, struct run *out);

#endif

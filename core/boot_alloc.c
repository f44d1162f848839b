#include "boot_alloc.h"

enum status boot_alloc_init(struct boot_alloc *alloc, struct run *runs, uint32_t nruns)
{
  uint64_t previous = 0;
  /*@ loop invariant index: 0 <= k <= nruns;
      loop invariant proper: RunsProper(runs, k);
      loop invariant end: previous == (k == 0 ? 0 : runs[k - 1].end);
      loop invariant below: \forall integer i; 0 <= i < k ==> runs[i].end <= previous;
      loop assigns k, previous;
      loop variant nruns - k;
  */
  for (uint32_t k = 0; k < nruns; k++) {
    if (runs[k].first < previous || runs[k].first >= runs[k].end)
      return STATUS_BAD_ARGUMENT;
    if (runs[k].end > FRAMES_MAX)
      return STATUS_OUT_OF_RANGE;
    previous = runs[k].end;
  }
  alloc->runs = runs;
  alloc->nruns = nruns;
  return STATUS_OK;
}

uint64_t boot_alloc_frames(uint64_t bytes)
{
  return bytes / FRAME_SIZE + (bytes % FRAME_SIZE != 0);
}

/* Frames from first on to the next multiple of align. */
/*@ requires sizes: align >= 1 && first <= FRAMES_MAX;
    assigns \nothing;
    ensures near: \result < align;
    ensures aligned: \exists integer q; first + \result == Multiple(align, q);
    ensures least: \forall integer q; first <= align * q ==> first + \result <= align * q;
*/
static uint64_t frames_to_multiple(uint64_t first, uint64_t align)
{
  uint64_t over = first % align;
  uint64_t skip = over == 0 ? 0 : align - over;
  //@ ghost uint64_t above = first / align + (over == 0 ? 0 : 1);
  //@ assert quotient: first == align * (first / align) + over;
  //@ assert witness: first + skip == Multiple(align, above);
  //@ assert aligned: \exists integer q; first + skip == Multiple(align, q);
  //@ assert least: \forall integer q; first <= align * q ==> above <= q;
  return skip;
}

/* Whether nframes fit into a run from its first multiple of align on; *start is that. */
/*@ requires memory: \valid_read(run) && \valid(start) && \separated(run, start);
    requires ordered: run->first <= run->end <= FRAMES_MAX;
    requires sizes: nframes >= 1 && align >= 1;
    assigns *start;
    ensures aligned: \result ==> \exists integer q; *start == Multiple(align, q);
    ensures inside: \result ==> run->first <= *start && *start + nframes <= run->end;
    ensures near: \result ==> *start - align < run->first;
    ensures none: !\result ==> \forall integer q; run->first <= align * q ==> run->end < align * q + nframes;
*/
static bool fits(const struct run *run, uint64_t nframes, uint64_t align, uint64_t *start)
{
  uint64_t skip = frames_to_multiple(run->first, align);
  uint64_t room = run->end - run->first;
  if (skip >= room || nframes > room - skip)
    return false;
  *start = run->first + skip;
  return true;
}

enum status boot_alloc(struct boot_alloc *alloc, uint64_t nframes, uint64_t align, frame_t *out)
{
  if (nframes == 0 || align == 0)
    return STATUS_BAD_ARGUMENT;
  /*@ loop invariant index: 0 <= k <= alloc->nruns;
      loop invariant none: \forall integer i; 0 <= i < k ==> NoRoom(alloc->runs, i, nframes, align);
      loop assigns k;
      loop variant alloc->nruns - k;
  */
  for (uint32_t k = 0; k < alloc->nruns; k++) {
    uint64_t start = 0;
    if (fits(&alloc->runs[k], nframes, align, &start)) {
      alloc->runs[k].first = start + nframes;
      //@ assert cut: alloc->runs[k].first == start + nframes;
      //@ assert same_end: \forall integer i; 0 <= i < alloc->nruns ==> alloc->runs[i].end == \at(alloc->runs[i].end, Pre);
      //@ assert other: \forall integer i; 0 <= i < alloc->nruns && i != k ==> alloc->runs[i].first == \at(alloc->runs[i].first, Pre);
      //@ assert kept: \forall integer i, f; 0 <= i < alloc->nruns && InRun(alloc->runs, i, f) ==> \at(InRun(alloc->runs, i, f), Pre);
      //@ assert gone: \forall integer i, f; 0 <= i < alloc->nruns && \at(InRun(alloc->runs, i, f), Pre) && !InRun(alloc->runs, i, f) ==> i == k && \at(alloc->runs[i].first, Pre) <= f < start + nframes;
      *out = (frame_t)start;
      return STATUS_OK;
    }
    //@ assert here: NoRoom(alloc->runs, k, nframes, align);
  }
  return STATUS_OUT_OF_MEMORY;
}

enum status boot_alloc_rest(const struct boot_alloc *alloc, uint32_t k, struct run *out)
{
  if (k >= alloc->nruns)
    return STATUS_OUT_OF_RANGE;
  *out = alloc->runs[k];
  return STATUS_OK;
}

/* Layer 4, a range cut into pages: which size each of them has when frames in a row are mapped, and which tables it lacks.
 */
#ifndef ASHLAR_PIECE_H
#define ASHLAR_PIECE_H

#include "range.h"

/* A range to be mapped: its pages, from the first on and before the end, the frame of the first, their sizes and permissions. */
struct job {
  uint64_t first;
  uint64_t end;
  frame_t frame;
  uint32_t largest; /* no page is of a higher level (1 .. 3) */
  uint32_t permissions;
};

/* The frame that a page of a range is to be mapped to. */
/*@ requires range: job.first <= page && job.frame + (page - job.first) < FRAMES_MAX;
    assigns \nothing;
    ensures exact: \result == job.frame + page - job.first;
*/
static inline frame_t job_frame(struct job job, uint64_t page)
{
  return (frame_t)(job.frame + (page - job.first));
}

/* The order of the largest page with these permissions that may begin at a frame: one that owns its frames lies in their block. */
/*@ requires memory: FramesLayout(frames);
    requires range: PageLevel(largest) && (permissions < PAGE_UNOWNED ==> frame < frames->nframes);
    assigns \nothing;
    ensures exact: \result == OrderOf(frames, frame, permissions, largest);
*/
static inline uint32_t order_for(const struct frames *frames, frame_t frame, uint32_t largest,
                                 uint32_t permissions)
{
  uint32_t most = 9 * (largest - 1);
  return permissions < PAGE_UNOWNED && order_of(frames, frame) < most ? order_of(frames, frame)
                                                                      : most;
}

/* Whether a page of this level may begin here, when none is of a higher order. */
/*@ requires range: PageLevel(level) && page < end;
    assigns \nothing;
    ensures exact: \result <==> SizeFits(page, end, frame, order, level);
*/
static inline bool size_fits(uint64_t page, uint64_t end, frame_t frame, uint32_t order,
                             uint32_t level)
{
  return offset_in(page, level) == 0 && offset_in(frame, level) == 0 &&
         page_frames(level) <= end - page && order >= 9 * (level - 1);
}

/* The level of the largest page that may. */
/*@ requires range: page < end;
    assigns \nothing;
    ensures exact: SizeIs(page, end, frame, order, \result);
    ensures level: PageLevel(\result) && page + Span(\result) <= end && Offset(page, \result) == 0 && PteAligned(frame, \result);
*/
static inline uint32_t size_at(uint64_t page, uint64_t end, frame_t frame, uint32_t order)
{
  if (size_fits(page, end, frame, order, 3))
    return 3;
  return size_fits(page, end, frame, order, 2) ? 2 : 1;
}

/* How many tables the way to a page of this size lacks, whose lowest table is of this level, but for those that it has in
 * common with the page before it, unless it is the first of its range. */
/*@ requires page: Page(page) && first <= page && PageLevel(size) && Offset(page, size) == 0;
    requires lowest: size <= level <= RootLevel && Table(table->memory, table->root, page, level) >= 0 &&
      (level > size ==> Table(table->memory, table->root, page, level - 1) == -1);
    requires table: \valid_read(table);
    assigns \nothing;
    ensures exact: \result == NewTables(table->memory, table->root, first, page, size);
    ensures range: \result <= 4;
*/
static inline uint32_t new_tables(const struct pagetable *table, uint64_t first, uint64_t page,
                                  uint32_t level, uint32_t size)
{
  (void)table; /* the contract speaks of it */
  uint32_t shared = page == first ? root_level() : shared_level(page);
  uint32_t least = shared < level ? shared : level;
  //@ assert shared: shared >= size;
  //@ assert below: \forall integer j; 1 <= j < level && j >= size ==> Table(table->memory, table->root, page, j) < 0;
  //@ assert above: \forall integer j; level <= j <= RootLevel ==> Table(table->memory, table->root, page, j) >= 0;
  //@ assert common: \forall integer j; TableLevel(j) && first < page ==> (TableBefore(page, page, j) <==> shared <= j);
  //@ assert each: \forall integer j; 1 <= j <= 5 ==> NewTable(table->memory, table->root, first, page, j, size) == (size <= j < least ? 1 : 0);
  return least - size;
}

#endif

/* What memory looks like, in words. */
#ifndef ASHLAR_SHOW_H
#define ASHLAR_SHOW_H

#include "types.h"

/* The RAM, what is kept of it, where the metadata lies, free blocks of each order and frames of each owner. */
void show_memory(void);

/* One frame's record: below memory.frames.nframes. */
void show_frame(frame_t frame);

/* The entries the processor meets on its way to address, and who owns the frame at the end. */
void show_walk(uint64_t address);

/* The kernel's address space as runs of pages, in the order of addresses: pages of any size that show frames in a row with
 * the same permissions. The first 32, and how many there are. */
void show_runs(void);

#endif

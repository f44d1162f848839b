/* The direct map before the kernel has tables of its own. The start-up tables (boot.S) show the first 4 GiB; where
 * metadata lies beyond, they are extended. */
#ifndef ASHLAR_EARLY_H
#define ASHLAR_EARLY_H

#include "types.h"

#define EARLY_FRAMES 0x100000u /* frames that the start-up tables show by themselves: 4 GiB */

/* Tables at most that are needed to show this many frames in a row, wherever they are. */
uint64_t early_tables(uint64_t nframes);

/* Shows the frames of a run in the direct map, in whole pages of 2 MiB, writable and not executable. What is missing
 * on the way is taken from the start of tables: frames that are shown already. False: there were too few. */
bool early_show(struct run run, struct run *tables);

#endif

/* Memory start-up: firmware map -> runs -> metadata -> frames -> the kernel's address space. */
#ifndef ASHLAR_MEMORY_H
#define ASHLAR_MEMORY_H

#include "boot_alloc.h"
#include "memmap.h"
#include "pagetable.h"

/* The direct map begins with the upper half, wherever that does: boot.S has it in entry 256 of its root. */
#define DIRECT_MAP PAGETABLE_UPPER
#define IMAGE_BASE 0xFFFFFFFF80000000u

struct memory {
  struct frames frames;
  struct pagetable space;
  struct run ram[MEMMAP_RUNS_MAX];  /* all RAM: what the direct map covers */
  struct run runs[MEMMAP_RUNS_MAX]; /* what is left of it after metadata: given to the buddy */
  struct memmap_entry kept[MEMMAP_RESERVATIONS_MAX]; /* image, start info, modules, ... */
  uint32_t nram, nruns, nkept;
  struct run words, records;       /* the metadata */
  uint32_t largest;                /* level of the largest pages that the processor has: 2, or 3 */
  uint64_t pages[PAGE_LEVELS + 1]; /* of each level: what the kernel has mapped for itself */
  const char *command;             /* the command line, "" when there is none */
};

extern struct memory memory;
extern char image_start[], text_start[], rodata_start[], data_start[], image_end[];
extern char stack_guard[], stack_top[], fault_guard[], fault_top[];

/* Frames that a page of this level shows. */
static inline uint64_t page_span(uint32_t level)
{
  return (uint64_t)1 << (9 * (level - 1));
}

/* Brings memory up from the start info at this physical address; leaves on a failure. */
void memory_start(uint64_t start_info);

/* Frames of the image that the direct map, too, shows read-only: text and rodata. */
struct run fixed_frames(void);

/* Where the direct map shows a frame. */
void *frame_view(uint64_t frame);

/* Makes the processor forget what changes of the kernel's address space owe: page by page where they are few, else
 * everything. */
void flush_owed(const struct flush *owed);

/* That, and the tables that went are free: nothing is owed any more. */
void settle(struct flush *owed);

#endif

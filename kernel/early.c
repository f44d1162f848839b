#include "early.h"

#include "cpu.h"
#include "leaf.h"
#include "memory.h"

#define LARGE_FRAMES 512u    /* frames of a page of 2 MiB, which an entry of level 2 maps */
#define FRAMES_OF_2 0x40000u /* frames that a table of level 2 shows: 1 GiB */
#define FRAMES_OF_3 0x8000000u

uint64_t early_tables(uint64_t nframes)
{
  return nframes / FRAMES_OF_2 + 2 + nframes / FRAMES_OF_3 + 2;
}

/* The table an entry points at; made, of no entries, where there is none. Null when tables is empty. */
static uint64_t *below(uint64_t *entry, struct run *tables)
{
  if (!pte_present(*entry)) {
    if (tables->first == tables->end) {
      return 0;
    }
    uint64_t *made = frame_view(tables->first);
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
      made[i] = 0;
    }
    *entry = pte_table((uint32_t)tables->first);
    tables->first++;
  }
  return frame_view(pte_next(*entry));
}

bool early_show(struct run run, struct run *tables)
{
  uint64_t *root = frame_view(read_cr3() / FRAME_SIZE);
  for (uint64_t f = run.first - run.first % LARGE_FRAMES; f < run.end; f += LARGE_FRAMES) {
    uint64_t address = DIRECT_MAP + f * FRAME_SIZE;
    uint64_t *level3 = below(&root[address >> 39 & 511], tables);
    uint64_t *level2 = level3 == 0 ? 0 : below(&level3[address >> 30 & 511], tables);
    if (level2 == 0) {
      return false;
    }
    uint64_t *entry = &level2[address >> 21 & 511];
    if (!pte_present(*entry)) {
      *entry = pte_leaf((uint32_t)f, PAGE_WRITE, 2);
    }
  }
  return true;
}

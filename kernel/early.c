#include "early.h"

#include "cpu.h"
#include "leaf.h"
#include "memory.h"

#define LARGE_FRAMES 512u /* frames of a page of 2 MiB, which an entry of level 2 maps */

uint64_t early_tables(uint64_t nframes)
{
  uint64_t most = 0;
  for (uint32_t level = 2; level < PAGETABLE_LEVELS; level++) {
    most += nframes / page_span(level + 1) + 2;
  }
  return most;
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
  for (uint64_t f = run.first - run.first % LARGE_FRAMES; f < run.end; f += LARGE_FRAMES) {
    uint64_t address = DIRECT_MAP + f * FRAME_SIZE;
    uint64_t *table = frame_view(read_cr3() / FRAME_SIZE);
    for (uint32_t level = PAGETABLE_LEVELS; table != 0 && level > 2; level--) {
      table = below(&table[address >> (12 + 9 * (level - 1)) & 511], tables);
    }
    if (table == 0) {
      return false;
    }
    uint64_t *entry = &table[address >> 21 & 511];
    if (!pte_present(*entry)) {
      *entry = pte_leaf((uint32_t)f, PAGE_WRITE, 2);
    }
  }
  return true;
}

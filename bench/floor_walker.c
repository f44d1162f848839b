#include "bench.h"

static uint64_t *leaf_slot(uint64_t *memory, frame_t root, uint64_t address)
{
  uint64_t entry = memory[512 * (uint64_t)root + (address >> 39 & 511)];
  entry = memory[512 * (entry >> 12 & 0xFFFFFFFFu) + (address >> 30 & 511)];
  entry = memory[512 * (entry >> 12 & 0xFFFFFFFFu) + (address >> 21 & 511)];
  return &memory[512 * (entry >> 12 & 0xFFFFFFFFu) + (address >> 12 & 511)];
}

uint64_t walker_map(uint64_t *memory, frame_t root, uint64_t address, frame_t frame)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  uint64_t old = *slot;
  *slot = (uint64_t)frame << 12 | 3u;
  return old;
}

uint64_t walker_unmap(uint64_t *memory, frame_t root, uint64_t address)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  uint64_t old = *slot;
  *slot = 0;
  return old;
}

void walker_fill(uint64_t *memory, frame_t table, frame_t first)
{
  for (uint64_t i = 0; i < 512; i++)
    memory[512 * (uint64_t)table + i] = (first + i) << 12 | 3u;
}

bool walker_is_row(const uint64_t *memory, frame_t table, frame_t first)
{
  bool row = true;
  for (uint64_t i = 0; i < 512 && row; i++)
    row = memory[512 * (uint64_t)table + i] == ((first + i) << 12 | 3u);
  return row;
}

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

void walker_map_table(uint64_t *memory, frame_t root, uint64_t address, frame_t first)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  for (uint64_t i = 0; i < 512; i++)
    slot[i] = (first + i) << 12 | 3u;
}

bool walker_unmap_table(uint64_t *memory, frame_t root, uint64_t address)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  uint64_t all = 1;
  for (uint64_t i = 0; i < 512; i++) {
    all &= slot[i];
    slot[i] = 0;
  }
  return all != 0;
}

bool walker_protect_table(uint64_t *memory, frame_t root, uint64_t address, uint64_t bits)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  uint64_t all = 1;
  for (uint64_t i = 0; i < 512; i++) {
    all &= slot[i];
    slot[i] = (slot[i] & ~(uint64_t)7) | bits;
  }
  return all != 0;
}

bool walker_query_table(uint64_t *memory, frame_t root, uint64_t address)
{
  const uint64_t *slot = leaf_slot(memory, root, address);
  bool row = (slot[0] & 1) != 0;
  for (uint64_t i = 1; i < 512 && row; i++)
    row = slot[i] == slot[0] + (i << 12);
  return row;
}

bool walker_unmap_table_atomic(uint64_t *memory, frame_t root, uint64_t address)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  uint64_t all = 1;
  for (uint64_t i = 0; i < 512; i++)
    all &= __atomic_exchange_n(&slot[i], 0, __ATOMIC_SEQ_CST);
  return all != 0;
}

bool walker_protect_table_atomic(uint64_t *memory, frame_t root, uint64_t address, uint64_t bits)
{
  uint64_t *slot = leaf_slot(memory, root, address);
  uint64_t all = 1;
  for (uint64_t i = 0; i < 512; i++) {
    uint64_t old = slot[i];
    while (!__atomic_compare_exchange_n(&slot[i], &old, (old & ~(uint64_t)7) | bits, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    }
    all &= old;
  }
  return all != 0;
}

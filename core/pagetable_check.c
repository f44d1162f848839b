/* Whether an address space is sound. */
#include "entry.h"

/* Level of a frame's table, 0 if it is none. */
/*@ requires range: \valid_read(&frames->records) && \valid_read(frames->records + frame);
    assigns \nothing;
    ensures none: \result == 0 <==> Owner(frames, frame) < OWNER_TABLE1;
    ensures level: Owner(frames, frame) >= OWNER_TABLE1 ==> \result == Owner(frames, frame) - OWNER_TABLE1 + 1;
*/
static uint32_t level_of(const struct frames *frames, frame_t frame)
{
  uint8_t owner = frames->records[frame].owner;
  return owner >= OWNER_TABLE1 ? (uint32_t)(owner - OWNER_TABLE1) + 1 : 0;
}
/* What is wrong with a present entry of a table, or null. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures target: \result == \null && Owner(table->frames, frame) >= OWNER_TABLE2 ==>
      0 <= PteNext(entry) < table->frames->nframes && LinkedAt(table->frames, PteNext(entry), frame, index) &&
      LevelBelow(table->frames, frame, PteNext(entry));
*/
static const char *check_entry(const struct pagetable *table, frame_t frame, uint32_t index,
                               uint64_t entry)
{
  const struct frames *frames = table->frames;
  uint32_t level = level_of(frames, frame);
  if (level == 1) {
    frame_t target = pte_frame(entry, 1);
    bool owned = (pte_permissions(entry, 1) & PAGE_UNOWNED) == 0;
    if (!owned)
      return NULL;
    if (target >= frames->nframes || frames->records[target].owner < OWNER_KERNEL ||
        frames->records[target].owner > OWNER_USER)
      return "pagetable: a mapping owns a frame that is not in use";
    return NULL;
  }
  frame_t target = pte_next(entry);
  if (target >= frames->nframes || level_of(frames, target) != level - 1)
    return "pagetable: an entry points at a frame that is no table of the level below";
  if (frames->records[target].parent != frame || frames->records[target].index != index)
    return "pagetable: a table does not know the slot that points at it";
  return NULL;
}

/* One table by itself: its entries and their number. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) >= OWNER_TABLE1;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures targets: \result == \null && Owner(table->frames, frame) >= OWNER_TABLE2 ==>
      Targets(table->frames, table->memory, frame, 512);
*/
static const char *check_table1(const struct pagetable *table, frame_t frame)
{
  uint32_t live = 0;
  /*@ loop invariant range: 0 <= live <= i <= TABLE_ENTRIES;
      loop invariant targets: Owner(table->frames, frame) >= OWNER_TABLE2 ==>
        Targets(table->frames, table->memory, frame, i);
      loop assigns i, live;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (!pte_present(entry))
      continue;
    const char *broken = check_entry(table, frame, i, entry);
    if (broken)
      return broken;
    live++;
  }
  return live == table->frames->records[frame].live ? NULL : "pagetable: a live count is wrong";
}

/* A table of level 2, 3 and 4 and those under it. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE2;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
*/
static const char *check_table2(const struct pagetable *table, frame_t frame)
{
  const char *broken = check_table1(table, frame);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant text: broken == \null || (\valid_read(broken) && broken[0] != 0);
      loop invariant targets: broken == \null ==> Targets(table->frames, table->memory, frame, 512);
      loop assigns i, broken;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry))
      broken = check_table1(table, pte_next(entry));
  }
  return broken;
}

/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && Owner(table->frames, frame) == OWNER_TABLE3;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
*/
static const char *check_table3(const struct pagetable *table, frame_t frame)
{
  const char *broken = check_table1(table, frame);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant text: broken == \null || (\valid_read(broken) && broken[0] != 0);
      loop invariant targets: broken == \null ==> Targets(table->frames, table->memory, frame, 512);
      loop assigns i, broken;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(frame, i)]);
    if (pte_present(entry))
      broken = check_table2(table, pte_next(entry));
  }
  return broken;
}

const char *pagetable_check(const struct pagetable *table)
{
  if (table->root >= table->frames->nframes || level_of(table->frames, table->root) != 4)
    return "pagetable: the root is no table of the highest level";
  const char *broken = check_table1(table, table->root);
  /*@ loop invariant range: 0 <= i <= TABLE_ENTRIES;
      loop invariant text: broken == \null || (\valid_read(broken) && broken[0] != 0);
      loop invariant targets: broken == \null ==> Targets(table->frames, table->memory, table->root, 512);
      loop assigns i, broken;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES && !broken; i++) {
    uint64_t entry = pte_read(&table->memory[slot_of(table->root, i)]);
    if (pte_present(entry))
      broken = check_table3(table, pte_next(entry));
  }
  return broken;
}

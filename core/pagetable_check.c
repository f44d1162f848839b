/* Whether an address space is sound. */
#include "entry.h"

/*@
  // Entry i of table f, which is of level k, is absent, or points at a table of the level below that knows the slot, or
  // maps a page of a size there is, which begins at a multiple of it, with permissions that an entry can say; so do the first n entries.
  predicate SoundAt{L}(struct frames *db, uint64_t *m, integer f, integer k, integer i) = PtePresent(Slot(m, 512 * f + i)) ==>
    (PteTable(Slot(m, 512 * f + i), k) == 1 ==> k >= 2 && LinkedAt(db, PteNext(Slot(m, 512 * f + i)), f, i) &&
      Owner(db, PteNext(Slot(m, 512 * f + i))) == OWNER_TABLE1 + k - 2) &&
    (PteTable(Slot(m, 512 * f + i), k) != 1 ==> k <= 3 && PteAligned(PteFrame(Slot(m, 512 * f + i), k), k) &&
      PteKnown(PtePermissions(Slot(m, 512 * f + i), k)));
  predicate SoundTo{L}(struct frames *db, uint64_t *m, integer f, integer k, integer n) =
    \forall integer i; 0 <= i < n ==> SoundAt(db, m, f, k, i);
*/

/* Whether a frame holds a table of this level. There is none of level 0. */
/*@ requires range: \valid_read(&frames->records) && \valid_read(&frames->nframes) && level <= RootLevel;
    requires records: \valid_read(frames->records + (0 .. frames->nframes - 1));
    assigns \nothing;
    ensures exact: \result <==> level >= 1 && frame < frames->nframes && Owner(frames, frame) == OWNER_TABLE1 + level - 1;
*/
static bool is_table(const struct frames *frames, frame_t frame, uint32_t level)
{
  return frame < frames->nframes && frames->records[frame].owner >= OWNER_TABLE1 &&
         frames->records[frame].owner == OWNER_TABLE1 + level - 1;
}

/* What is wrong with an entry of a table of this level that maps a page, or null. */
/*@ requires layout: SpaceLayout(table) && TableLevel(level);
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures page: \result == \null ==> level <= 3 && PteAligned(PteFrame(entry, level), level) && !PteReserved(entry, level) &&
      PteKnown(PtePermissions(entry, level));
    ensures owned: \result == \null && PtePermissions(entry, level) < PAGE_UNOWNED ==>
      PteFrame(entry, level) < table->frames->nframes &&
      OWNER_KERNEL <= Owner(table->frames, PteFrame(entry, level)) <= OWNER_USER;
*/
static const char *check_page(const struct pagetable *table, uint64_t entry, uint32_t level)
{
  const struct frames *frames = table->frames;
  frame_t target = pte_frame(entry, level);
  if (level > PAGE_LEVELS || offset_in(target, level) != 0 || pte_reserved(entry, level))
    return "pagetable: an entry maps a page that its table cannot hold";
  uint32_t permissions = pte_permissions(entry, level);
  if (permissions / PAGE_WRITE_COMBINING % 4 == 3)
    return "pagetable: a page has two memory types";
  bool in_use = target < frames->nframes && owner_mappable(frames->records[target].owner);
  if (permissions < PAGE_UNOWNED && !in_use)
    return "pagetable: a mapping owns a frame that is not in use";
  return NULL;
}

/* What is wrong with a present entry of a table of this level, or null. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && index < TABLE_ENTRIES && TableLevel(level);
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures table: \result == \null && PteTable(entry, level) == 1 ==> level >= 2 &&
      LinkedAt(table->frames, PteNext(entry), frame, index) &&
      Owner(table->frames, PteNext(entry)) == OWNER_TABLE1 + level - 2;
    ensures page: \result == \null && PteTable(entry, level) != 1 ==> level <= 3 && PteAligned(PteFrame(entry, level), level) &&
      PteKnown(PtePermissions(entry, level));
    ensures allowed: \result == \null ==> !PteReserved(entry, level);
*/
static const char *check_entry(const struct pagetable *table, frame_t frame, uint32_t index,
                               uint32_t level, uint64_t entry)
{
  const struct frames *frames = table->frames;
  if (!pte_points(entry, level))
    return check_page(table, entry, level);
  if (pte_reserved(entry, level) || !is_table(frames, pte_next(entry), level - 1))
    return "pagetable: an entry points at a frame that is no table of the level below";
  const struct frame *record = &frames->records[pte_next(entry)];
  if (record->parent != frame || record->index != index)
    return "pagetable: a table does not know the slot that points at it";
  return NULL;
}

/* A table of this level and those under it. */
/*@ requires layout: SpaceLayout(table) && frame < table->frames->nframes && TableLevel(level) &&
      Owner(table->frames, frame) == OWNER_TABLE1 + level - 1;
    terminates \true;
    decreases level;
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures sound: \result == \null ==> SoundTo(table->frames, table->memory, frame, level, 512);
*/
static const char *check_table(const struct pagetable *table, frame_t frame, uint32_t level)
{
  uint32_t live = 0;
  /*@ loop invariant range: 0 <= live <= i <= TABLE_ENTRIES;
      loop invariant sound: SoundTo(table->frames, table->memory, frame, level, i);
      loop assigns i, live;
      loop variant TABLE_ENTRIES - i;
  */
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
    uint64_t entry = read_slot(table, frame, i);
    //@ assert same: SameEntry(entry, Slot(table->memory, 512 * frame + i));
    if (!pte_present(entry))
      continue;
    const char *broken = check_entry(table, frame, i, level, entry);
    if (!broken && pte_points(entry, level))
      broken = check_table(table, pte_next(entry), level - 1);
    if (broken)
      return broken;
    //@ assert here: SoundAt(table->frames, table->memory, frame, level, i);
    live++;
  }
  return live == live_of(table, frame) ? NULL : "pagetable: a live count is wrong";
}

const char *pagetable_check(const struct pagetable *table)
{
  if (!is_table(table->frames, table->root, root_level()))
    return "pagetable: the root is no table of the highest level";
  return check_table(table, table->root, root_level());
}

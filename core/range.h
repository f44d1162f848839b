/* Layer 4, ranges of pages: what is wrong with one that a caller asks for, and how one goes through its tables, from entry to
 * entry of a table without a walk from the root.
 */
#ifndef ASHLAR_RANGE_H
#define ASHLAR_RANGE_H

#include "path.h"

/* What is wrong with so many pages from an address on, if anything is. */
/*@ assigns \nothing;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> Canonical(address) && address % PAGE_SIZE == 0 && !GoodRange(address, pages);
    ensures good: \result == STATUS_OK <==> GoodRange(address, pages);
    ensures inside: \result == STATUS_OK ==> Page(PageOf(address)) && PageOf(address) + pages <= Pages;
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED || \result == STATUS_OUT_OF_RANGE;
*/
static inline enum status address_status(uint64_t address, uint64_t pages)
{
  if (!is_canonical(address))
    return STATUS_NOT_CANONICAL;
  if (address % PAGE_SIZE != 0)
    return STATUS_MISALIGNED;
  uint64_t page = page_of(address);
  //@ assert room: PageIn(page, page, page + Room(page));
  return pages >= 1 && pages <= room_of(page) ? STATUS_OK : STATUS_OUT_OF_RANGE;
}

/* What is found at a page: the lowest table on the way to it, its entry there, and the first page after all that this
 * entry stands for. */
struct look {
  struct place at;
  uint64_t entry;
  uint64_t next;
};

/*@ requires valid: TreeValid(table) && Page(page);
    requires path: 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
    assigns \nothing;
    ensures level: 1 <= \result.at.level <= RootLevel;
    ensures exact: \result.at.frame == Table(table->memory, table->root, page, \result.at.level);
    ensures table: \result.at.frame < table->frames->nframes && Owner(table->frames, \result.at.frame) == OWNER_TABLE1 + \result.at.level - 1;
    ensures entry: SameEntry(\result.entry, Entry(table->memory, table->root, page, \result.at.level));
    ensures lowest: \result.at.level > 1 ==> Table(table->memory, table->root, page, \result.at.level - 1) == -1;
    ensures next: PageNext(page, \result.at.level, \result.next) && page < \result.next <= Pages;
    ensures hole: !PtePresent(\result.entry) ==> RangeUnmapped(table->memory, table->root, page, \result.next);
    ensures mapped: PtePresent(\result.entry) ==> PageLevel(\result.at.level) && Leaf(table->memory, table->root, page, \result.at.level) &&
      PteAligned(PteFrame(\result.entry, \result.at.level), \result.at.level) && PteKnown(PtePermissions(\result.entry, \result.at.level));
*/
static inline struct look look_at(const struct pagetable *table, struct place at, uint64_t page)
{
  //@ assert reached: Reached(table->frames, table->memory);
  at = walk_on(table, at, page, 1);
  uint32_t index = index_of(page, at.level);
  struct look look = {at, read_slot(table, at.frame, index), next_page(page, at.level)};
  //@ assert place: (512 * at.frame + Digit(page, at.level)) / 512 == at.frame;
  //@ assert lowest: Child(Entry(table->memory, table->root, page, at.level), at.level) < 0;
  //@ assert same: SameEntry(look.entry, Entry(table->memory, table->root, page, at.level));
  //@ assert absent: !PtePresent(look.entry) ==> !PtePresent(Entry(table->memory, table->root, page, at.level));
  //@ assert next: PageNext(page, at.level, look.next) && Table(table->memory, table->root, page, at.level) >= 0;
  //@ assert hole: !PtePresent(look.entry) ==> RangeUnmapped(table->memory, table->root, page, look.next);
  return look;
}

/* A table on the way to a page that follows one whose table is given: that one, if it is on the way to both. */
/*@ requires valid: TreeValid(table) && Page(page) && TableLevel(at.level) && page <= next;
    requires path: at.frame == Table(table->memory, table->root, page, at.level);
    assigns \nothing;
    ensures level: 1 <= \result.level <= RootLevel;
    ensures exact: Page(next) ==> \result.frame == Table(table->memory, table->root, next, \result.level);
    ensures stays: Page(next) && at.level < RootLevel && SameLarge(next, page, at.level + 1) ==> \result.level == at.level && \result.frame == at.frame;
*/
static inline struct place place_after(const struct pagetable *table, struct place at,
                                       uint64_t page, uint64_t next)
{
  if (at.level < root_level() && next < next_page(page, at.level + 1))
    return at;
  return root_place(table);
}

/* Whether a mapped page reaches over the place where this page begins. */
/*@ requires valid: TreeValid(table) && 0 <= page <= Pages;
    assigns \nothing;
    ensures exact: \result <==> !PageEdge(table->memory, table->root, page);
*/
static inline bool is_inside(const struct pagetable *table, uint64_t page)
{
  if (!is_page(page))
    return false;
  struct look look = look_at(table, root_place(table), page);
  //@ assert hole: !PtePresent(look.entry) ==> !Mapped(table->memory, table->root, page);
  return pte_present(look.entry) && offset_in(page, look.at.level) != 0;
}

#endif

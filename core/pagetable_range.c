#include "pagetable.h"

#include "range.h"

/* What is wrong with a range that is to be changed, if anything is. */
/*@ requires valid: SpaceValid(table);
    assigns \nothing;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> Canonical(address) && address % PAGE_SIZE == 0 && !GoodRange(address, pages);
    ensures larger: GoodRange(address, pages) ==> (\result == STATUS_OK <==> PageEdge(table->memory, table->root, PageOf(address)) &&
      PageEdge(table->memory, table->root, PageOf(address) + pages));
    ensures inside: \result == STATUS_OK ==> Page(PageOf(address)) && PageOf(address) + pages <= Pages;
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED || \result == STATUS_OUT_OF_RANGE ||
      \result == STATUS_LARGER_PAGE;
*/
static enum status range_status(const struct pagetable *table, uint64_t address, uint64_t pages)
{
  enum status status = address_status(address, pages);
  if (status != STATUS_OK)
    return status;
  uint64_t page = page_of(address);
  return is_inside(table, page) || is_inside(table, end_of(page, pages)) ? STATUS_LARGER_PAGE
                                                                         : STATUS_OK;
}

/* What was met so far, and the size of the smallest page of it. */
struct tally {
  struct seen seen;
  uint32_t level;
};

/* Counts an entry of a table of this level that maps so many pages of 4 KiB. */
/*@ requires range: PageLevel(level) && tally.seen.pages + pages <= 0xFFFFFFFFFFFFFFFF;
    assigns \nothing;
    ensures pages: \result.seen.pages == tally.seen.pages + pages;
    ensures accessed: \result.seen.accessed == 1 <==> tally.seen.accessed == 1 || PteAccessed(entry) == 1;
    ensures dirty: \result.seen.dirty == 1 <==> tally.seen.dirty == 1 || PteDirty(entry) == 1;
    ensures level: \result.level == (level < tally.level ? level : tally.level);
*/
static struct tally add_to(struct tally tally, uint64_t entry, uint64_t pages, uint32_t level)
{
  tally.seen.pages += pages;
  tally.seen.accessed = tally.seen.accessed || pte_accessed(entry);
  tally.seen.dirty = tally.seen.dirty || pte_dirty(entry);
  tally.level = level < tally.level ? level : tally.level;
  return tally;
}

/* Takes every mapped page of a range away, which no page reaches over, from the first on and before the end. */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    requires range: Page(first) && first < end <= Pages;
    requires edges: PageEdge(table->memory, table->root, first) && PageEdge(table->memory, table->root, end);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames), flush->tables, flush->table;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures unmapped: RangeUnmapped(table->memory, table->root, first, end);
    ensures others: SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, first, end);
    ensures most: \result.seen.pages <= end - first && 1 <= \result.level <= 3;
    ensures all: \result.seen.pages == end - first <==> RangeMapped{Pre}(table->memory, table->root, first, end);
    ensures none: \result.seen.pages == 0 <==> RangeUnmapped{Pre}(table->memory, table->root, first, end);
    ensures sizes: RangeSizes{Pre}(table->memory, table->root, first, end, \result.level);
    ensures chain: SameChain{Pre, Post}(flush) || (flush->tables == 1 && Retired(table->frames, flush->table));
    ensures range: SameRange{Pre, Post}(flush);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
    ensures untouched: \result.seen.pages == 0 ==> SameRecords{Pre, Post}(table->frames) && SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameChain{Pre, Post}(flush);
*/
static struct tally unmap_pages(struct pagetable *table, uint64_t first, uint64_t end,
                                struct flush *flush)
{
  struct tally tally = {{0, false, false}, PAGE_LEVELS};
  struct place at = root_place(table);
  uint64_t page = first;
  /*@ loop invariant range: first <= page <= end && (page < end ==> Page(page));
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant path: page < end ==> 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant gone: RangeUnmapped(table->memory, table->root, first, page);
      loop invariant others: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, page);
      loop invariant most: 0 <= tally.seen.pages <= page - first && 1 <= tally.level <= 3;
      loop invariant all: tally.seen.pages == page - first <==> RangeMapped{Pre}(table->memory, table->root, first, page);
      loop invariant none: tally.seen.pages == 0 <==> RangeUnmapped{Pre}(table->memory, table->root, first, page);
      loop invariant sizes: RangeSizes{Pre}(table->memory, table->root, first, page, tally.level);
      loop invariant apart: FlushApart(table, flush);
      loop invariant chain: SameChain{Pre, Here}(flush) || (flush->tables == 1 && Retired(table->frames, flush->table));
      loop invariant flush_range: SameRange{Pre, Here}(flush);
      loop invariant pending: SameRetired{Pre, Here}(table->frames);
      loop invariant roots: SameRoots{Pre, Here}(table->frames);
      loop invariant untouched: tally.seen.pages == 0 ==> SameRecords{Pre, Here}(table->frames) && SameEntries{Pre, Here}(table->frames, table->memory) &&
        SameChain{Pre, Here}(flush);
      loop assigns page, at, tally, flush->tables, flush->table, SPACE_CHANGES(table);
      loop variant end - page;
  */
  while (page < end) {
    struct look look = look_at(table, at, page);
    uint32_t level = look.at.level;
    //@ assert hole: !PtePresent(look.entry) ==> RangeUnmapped{Pre}(table->memory, table->root, page, look.next);
    //@ assert same: SamePage{Pre, Here}(table->memory, table->root, page);
    //@ assert was: PtePresent(look.entry) ==> Leaf{Pre}(table->memory, table->root, page, level);
    //@ assert leaf: PtePresent(look.entry) ==> RangeLeaf{Pre}(table->memory, table->root, page, look.next, level);
    //@ assert piece: PtePresent(look.entry) ==> PieceFrom(first, page, level) && look.next <= end;
    /* With the last entry of a table that table goes. */
    bool last = pte_present(look.entry) && live_of(table, look.at.frame) < 2;
    if (pte_present(look.entry)) {
      uint64_t entry = unmap_page(table, page, level, look.at.frame, flush);
      //@ assert space: SameSpace{Pre, Here}(table);
      //@ assert others: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, look.next);
      //@ assert gone: RangeUnmapped(table->memory, table->root, first, look.next);
      //@ assert sizes: RangeSizes{Pre}(table->memory, table->root, page, look.next, level);
      //@ assert mapped: RangeMapped{Pre}(table->memory, table->root, page, look.next);
      //@ assert apart: FlushApart(table, flush);
      tally = add_to(tally, entry, look.next - page, level);
    }
    //@ assert path: !last ==> look.at.frame == Table(table->memory, table->root, page, level);
    at = last ? root_place(table) : place_after(table, look.at, page, look.next);
    //@ assert none_mapped: !PtePresent(look.entry) ==> !RangeMapped{Pre}(table->memory, table->root, first, look.next < end ? look.next : end);
    //@ assert more_mapped: PtePresent(look.entry) ==> (RangeMapped{Pre}(table->memory, table->root, first, look.next) <==> RangeMapped{Pre}(table->memory, table->root, first, page));
    page = look.next < end ? look.next : end;
  }
  return tally;
}

enum status pagetable_unmap_range(struct pagetable *table, uint64_t address, uint64_t pages,
                                  struct seen *seen, struct flush *flush)
{
  enum status status = range_status(table, address, pages);
  if (status != STATUS_OK)
    return status;
  uint64_t first = page_of(address);
  uint64_t end = end_of(first, pages);
  struct tally tally = unmap_pages(table, first, end, flush);
  //@ ghost Done: ;
  set_seen(table, seen, tally.seen);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert told: SamePages{Done, Here}(table->frames, table->memory);
  //@ assert unmapped_told: RangeUnmapped(table->memory, table->root, first, end);
  //@ assert others_told: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, end);
  //@ assert apart: FlushApart(table, flush);
  //@ assert range: SameRange{Pre, Here}(flush) && SameChain{Done, Here}(flush);
  //@ assert pending_told: SameRetired{Done, Here}(table->frames);
  //@ ghost Told: ;
  if (tally.seen.pages == 0)
    return STATUS_OK;
  owe_range(table, address, first, pages, tally.level, flush);
  //@ assert space_owed: SameSpace{Pre, Here}(table);
  //@ assert pages_owed: SamePages{Told, Here}(table->frames, table->memory);
  //@ assert unmapped_owed: RangeUnmapped(table->memory, table->root, first, end);
  //@ assert others_owed: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, end);
  return STATUS_OK;
}

/* Whether all pages that are mapped in a range have a reference to their frames, or have none, as these permissions say. */
/*@ requires valid: TreeValid(table);
    requires range: Page(first) && first < end <= Pages;
    assigns \nothing;
    ensures exact: \result <==> RangeOwned(table->memory, table->root, first, end, permissions);
*/
static bool all_owned(const struct pagetable *table, uint64_t first, uint64_t end,
                      uint32_t permissions)
{
  struct place at = root_place(table);
  uint64_t page = first;
  /*@ loop invariant range: first <= page <= end && (page < end ==> Page(page));
      loop invariant path: page < end ==> 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant owned: RangeOwned(table->memory, table->root, first, page, permissions);
      loop assigns page, at;
      loop variant end - page;
  */
  while (page < end) {
    struct look look = look_at(table, at, page);
    uint32_t level = look.at.level;
    if (pte_present(look.entry) &&
        pte_permissions(look.entry, level) / PAGE_UNOWNED != permissions / PAGE_UNOWNED)
      return false;
    at = place_after(table, look.at, page, look.next);
    page = look.next < end ? look.next : end;
  }
  return true;
}

/* Gives every mapped page of a range, which no page reaches over, these permissions, or clears accessed and dirty. */
/*@ requires valid: SpaceValid(table) && PteKnown(permissions);
    requires range: Page(first) && first < end <= Pages;
    requires edges: PageEdge(table->memory, table->root, first) && PageEdge(table->memory, table->root, end);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures protected: !clears ==> RangeProtected{Pre, Post}(table->memory, table->root, first, end, permissions);
    ensures cleared: clears ==> RangeCleared{Pre, Post}(table->memory, table->root, first, end);
    ensures others: SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, first, end);
    ensures most: \result.seen.pages <= end - first && 1 <= \result.level <= 3;
    ensures all: \result.seen.pages == end - first <==> RangeMapped{Pre}(table->memory, table->root, first, end);
    ensures none: \result.seen.pages == 0 <==> RangeUnmapped{Pre}(table->memory, table->root, first, end);
    ensures sizes: RangeSizes{Pre}(table->memory, table->root, first, end, \result.level);
    ensures untouched: \result.seen.pages == 0 ==> SameEntries{Pre, Post}(table->frames, table->memory);
*/
static struct tally change_pages(struct pagetable *table, uint64_t first, uint64_t end,
                                 uint32_t permissions, bool clears)
{
  struct tally tally = {{0, false, false}, PAGE_LEVELS};
  struct place at = root_place(table);
  uint64_t page = first;
  /*@ loop invariant range: first <= page <= end && (page < end ==> Page(page));
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant path: page < end ==> 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant protected: !clears ==> RangeProtected{Pre, Here}(table->memory, table->root, first, page, permissions);
      loop invariant cleared: clears ==> RangeCleared{Pre, Here}(table->memory, table->root, first, page);
      loop invariant others: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, page);
      loop invariant most: 0 <= tally.seen.pages <= page - first && 1 <= tally.level <= 3;
      loop invariant all: tally.seen.pages == page - first <==> RangeMapped{Pre}(table->memory, table->root, first, page);
      loop invariant none: tally.seen.pages == 0 <==> RangeUnmapped{Pre}(table->memory, table->root, first, page);
      loop invariant sizes: RangeSizes{Pre}(table->memory, table->root, first, page, tally.level);
      loop invariant untouched: tally.seen.pages == 0 ==> SameEntries{Pre, Here}(table->frames, table->memory);
      loop assigns page, at, tally, table->memory[0 .. 512 * \at(table->frames->nframes, Pre) - 1];
      loop variant end - page;
  */
  while (page < end) {
    struct look look = look_at(table, at, page);
    uint32_t level = look.at.level;
    //@ assert hole: !PtePresent(look.entry) ==> RangeUnmapped{Pre}(table->memory, table->root, page, look.next);
    //@ assert was: PtePresent(look.entry) ==> Leaf{Pre}(table->memory, table->root, page, level);
    //@ assert leaf: PtePresent(look.entry) ==> RangeLeaf{Pre}(table->memory, table->root, page, look.next, level);
    //@ assert piece: PtePresent(look.entry) ==> PieceFrom(first, page, level) && look.next <= end;
    //@ assert entry: PtePresent(look.entry) ==> Entry{Pre}(table->memory, table->root, page, level) == Entry(table->memory, table->root, page, level);
    if (pte_present(look.entry)) {
      uint32_t given = clears ? pte_permissions(look.entry, level) : permissions;
      uint64_t entry = change_page(table, page, level, look.at.frame, look.entry, given, clears);
      //@ assert space: SameSpace{Pre, Here}(table);
      //@ assert others: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, look.next);
      //@ assert frame: PteFrame(Entry{Pre}(table->memory, table->root, page, level), level) == PteFrame(look.entry, level) && PteFrame(Entry(table->memory, table->root, page, level), level) == PteFrame(look.entry, level);
      //@ assert permissions: PtePermissions(Entry{Pre}(table->memory, table->root, page, level), level) == PtePermissions(look.entry, level) && PtePermissions(Entry(table->memory, table->root, page, level), level) == given;
      //@ assert page_protected: !clears ==> PageProtected{Pre, Here}(table->memory, table->root, page, level, permissions);
      //@ assert page_cleared: clears ==> PageCleared{Pre, Here}(table->memory, table->root, page, level);
      //@ assert protected: !clears ==> RangeProtected{Pre, Here}(table->memory, table->root, first, look.next, permissions);
      //@ assert cleared: clears ==> RangeCleared{Pre, Here}(table->memory, table->root, first, look.next);
      //@ assert sizes: RangeSizes{Pre}(table->memory, table->root, page, look.next, level);
      //@ assert mapped: RangeMapped{Pre}(table->memory, table->root, page, look.next);
      //@ assert all_mapped: RangeMapped{Pre}(table->memory, table->root, first, page) <==> RangeMapped{Pre}(table->memory, table->root, first, look.next);
      tally = add_to(tally, entry, look.next - page, level);
      //@ assert all_counted: tally.seen.pages == look.next - first <==> RangeMapped{Pre}(table->memory, table->root, first, look.next);
    }
    //@ assert gap: !PtePresent(look.entry) ==> Page(page) && PageIn(page, page, look.next) && !Mapped{Pre}(table->memory, table->root, page);
    //@ assert all_hole: !PtePresent(look.entry) ==> tally.seen.pages <= page - first && !RangeMapped{Pre}(table->memory, table->root, first, page + 1);
    at = place_after(table, look.at, page, look.next);
    page = look.next < end ? look.next : end;
    //@ assert all_next: tally.seen.pages == page - first <==> RangeMapped{Pre}(table->memory, table->root, first, page);
  }
  return tally;
}

enum status pagetable_protect_range(struct pagetable *table, uint64_t address, uint64_t pages,
                                    uint32_t permissions, struct seen *seen, struct flush *flush)
{
  enum status status = address_status(address, pages);
  if (status == STATUS_OK)
    status = permission_status(table, permissions);
  if (status == STATUS_OK)
    status = range_status(table, address, pages);
  if (status != STATUS_OK)
    return status;
  uint64_t first = page_of(address);
  uint64_t end = end_of(first, pages);
  if (!all_owned(table, first, end, permissions))
    return STATUS_BAD_PERMISSION;
  struct tally tally = change_pages(table, first, end, permissions, false);
  //@ ghost Done: ;
  set_seen(table, seen, tally.seen);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert told: SamePages{Done, Here}(table->frames, table->memory);
  //@ assert protected_told: RangeProtected{Pre, Here}(table->memory, table->root, first, end, permissions);
  //@ assert others_told: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, end);
  //@ assert apart: FlushApart(table, flush);
  //@ assert range: SameRange{Pre, Here}(flush) && SameChain{Done, Here}(flush);
  //@ assert pending_told: SameRetired{Done, Here}(table->frames);
  //@ ghost Told: ;
  if (tally.seen.pages == 0)
    return STATUS_OK;
  owe_range(table, address, first, pages, tally.level, flush);
  //@ assert space_owed: SameSpace{Pre, Here}(table);
  //@ assert pages_owed: SamePages{Told, Here}(table->frames, table->memory);
  //@ assert protected_owed: RangeProtected{Pre, Here}(table->memory, table->root, first, end, permissions);
  //@ assert others_owed: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, end);
  return STATUS_OK;
}

enum status pagetable_test_and_clear_range(struct pagetable *table, uint64_t address,
                                           uint64_t pages, struct seen *seen, struct flush *flush)
{
  enum status status = range_status(table, address, pages);
  if (status != STATUS_OK)
    return status;
  uint64_t first = page_of(address);
  uint64_t end = end_of(first, pages);
  struct tally tally = change_pages(table, first, end, 0, true);
  //@ ghost Done: ;
  set_seen(table, seen, tally.seen);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert told: SamePages{Done, Here}(table->frames, table->memory);
  //@ assert cleared_told: RangeCleared{Pre, Here}(table->memory, table->root, first, end);
  //@ assert others_told: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, end);
  //@ assert apart: FlushApart(table, flush);
  //@ assert range: SameRange{Pre, Here}(flush) && SameChain{Done, Here}(flush);
  //@ assert pending_told: SameRetired{Done, Here}(table->frames);
  //@ ghost Told: ;
  if (!tally.seen.accessed && !tally.seen.dirty)
    return STATUS_OK;
  owe_range(table, address, first, pages, tally.level, flush);
  //@ assert space_owed: SameSpace{Pre, Here}(table);
  //@ assert pages_owed: SamePages{Told, Here}(table->frames, table->memory);
  //@ assert cleared_owed: RangeCleared{Pre, Here}(table->memory, table->root, first, end);
  //@ assert others_owed: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, first, end);
  return STATUS_OK;
}

/* What a page, and those after it in the same entry and before the end, translate to. */
/*@ requires valid: TreeValid(table);
    requires range: Page(page) && page < end <= Pages;
    requires found: Page(page) && PageNext(page, look.at.level, look.next) && page < look.next && SameEntry(look.entry, Entry(table->memory, table->root, page, look.at.level));
    requires hole: !PtePresent(look.entry) ==> RangeUnmapped(table->memory, table->root, page, look.next);
    requires mapped: PtePresent(look.entry) ==> PageLevel(look.at.level) && Leaf(table->memory, table->root, page, look.at.level) &&
      PteAligned(PteFrame(look.entry, look.at.level), look.at.level);
    assigns \nothing;
    ensures length: 1 <= \result.pages && page + \result.pages == (look.next < end ? look.next : end);
    ensures hole: \result.mapped == 0 ==> RangeUnmapped(table->memory, table->root, page, page + \result.pages);
    ensures mapped: \result.mapped == 1 ==> RangeRun(table->memory, table->root, page, page + \result.pages, \result.frame, \result.permissions);
*/
static struct page_run run_of(const struct pagetable *table, struct look look, uint64_t page,
                              uint64_t end)
{
  (void)table; /* the contract speaks of it */
  uint32_t level = look.at.level;
  struct page_run run = {(look.next < end ? look.next : end) - page, false, 0, 0};
  if (!pte_present(look.entry))
    return run;
  run.mapped = true;
  run.frame = pte_frame(look.entry, level) + offset_in(page, level);
  run.permissions = pte_permissions(look.entry, level);
  return run;
}

/* Whether a run goes on with what follows it. */
/*@ requires length: run.pages <= 0x200000000000;
    assigns \nothing;
    ensures exact: \result <==> (run.mapped == 0 && more.mapped == 0) || (run.mapped == 1 && more.mapped == 1 &&
      more.frame == run.frame + run.pages && more.permissions == run.permissions);
*/
static bool goes_on(struct page_run run, struct page_run more)
{
  if (run.mapped != more.mapped)
    return false;
  return !run.mapped ||
         (more.frame == run.frame + run.pages && more.permissions == run.permissions);
}

/* What pages of a range translate alike, from its first on. */
/*@ requires valid: TreeValid(table);
    requires range: Page(first) && first < end <= Pages;
    assigns \nothing;
    ensures length: 1 <= \result.pages <= end - first;
    ensures mapped: \result.mapped == 1 ==> RangeRun(table->memory, table->root, first, first + \result.pages, \result.frame, \result.permissions);
    ensures unmapped: \result.mapped == 0 ==> RangeUnmapped(table->memory, table->root, first, first + \result.pages);
    ensures stops: \result.pages < end - first && \result.mapped == 1 ==>
      !PageMaps(table->memory, table->root, first + \result.pages, \result.frame + \result.pages, \result.permissions);
    ensures begins: \result.pages < end - first && \result.mapped == 0 ==> Mapped(table->memory, table->root, first + \result.pages);
*/
static struct page_run longest_run(const struct pagetable *table, uint64_t first, uint64_t end)
{
  struct look look = look_at(table, root_place(table), first);
  struct page_run run = run_of(table, look, first, end);
  struct place at = place_after(table, look.at, first, look.next);
  uint64_t page = first + run.pages;
  /*@ loop invariant range: first < page <= end && (page < end ==> Page(page)) && page == first + run.pages;
      loop invariant path: page < end ==> 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant mapped: run.mapped == 1 ==> RangeRun(table->memory, table->root, first, page, run.frame, run.permissions);
      loop invariant unmapped: run.mapped == 0 ==> RangeUnmapped(table->memory, table->root, first, page);
      loop assigns page, at, look, run.pages;
      loop variant end - page;
  */
  while (page < end) {
    look = look_at(table, at, page);
    struct page_run more = run_of(table, look, page, end);
    //@ assert mapped: more.mapped == 1 ==> PageMaps(table->memory, table->root, page, more.frame, more.permissions);
    /*@ assert stops: more.mapped == 1 && PageMaps(table->memory, table->root, page, run.frame + run.pages, run.permissions) ==>
          more.frame == run.frame + run.pages && more.permissions == run.permissions; */
    if (!goes_on(run, more))
      break;
    run.pages += more.pages;
    at = place_after(table, look.at, page, look.next);
    page += more.pages;
  }
  return run;
}

enum status pagetable_query_range(const struct pagetable *table, uint64_t address, uint64_t pages,
                                  struct page_run *run)
{
  enum status status = address_status(address, pages);
  if (status != STATUS_OK)
    return status;
  uint64_t first = page_of(address);
  struct page_run found = longest_run(table, first, end_of(first, pages));
  set_run(table, run, found);
  //@ assert same: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert space: SameSpace{Pre, Here}(table) && Root{Pre}(table->frames, table->root);
  //@ assert set: run->pages == found.pages && run->mapped == found.mapped && run->frame == found.frame && run->permissions == found.permissions;
  //@ assert mapped: found.mapped == 1 ==> RangeRun(table->memory, table->root, first, first + found.pages, found.frame, found.permissions);
  //@ assert unmapped: found.mapped == 0 ==> RangeUnmapped(table->memory, table->root, first, first + found.pages);
  //@ assert next: found.pages < pages ==> Page(first + found.pages);
  //@ assert stops: found.pages < pages && found.mapped == 1 ==> !PageMaps(table->memory, table->root, first + found.pages, found.frame + found.pages, found.permissions);
  //@ assert begins: found.pages < pages && found.mapped == 0 ==> Mapped(table->memory, table->root, first + found.pages);
  return STATUS_OK;
}

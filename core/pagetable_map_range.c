#include "pagetable.h"

#include "piece.h"

/* What is wrong with what a caller asks for by itself, whatever is mapped. */
/*@ requires valid: SpaceLayout(table);
    assigns \nothing;
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(largest);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(largest) && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> PageLevel(largest) && Canonical(address) && address % PAGE_SIZE != 0;
    ensures bad_permission: \result == STATUS_BAD_PERMISSION <==>
      PageLevel(largest) && GoodRange(address, pages) && !GoodPermissions(permissions, table->write_execute);
    ensures good: \result == STATUS_OK <==> PageLevel(largest) && GoodRange(address, pages) && GoodPermissions(permissions, table->write_execute) &&
      FramesThere(table->frames, frame, pages, permissions);
    ensures inside: \result == STATUS_OK ==> Page(PageOf(address)) && PageOf(address) + pages <= Pages && frame + pages <= FRAMES_MAX;
    ensures statuses: \result == STATUS_OK || \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_OUT_OF_RANGE || \result == STATUS_BAD_PERMISSION;
*/
static enum status job_status(const struct pagetable *table, uint64_t address, frame_t frame,
                              uint64_t pages, uint32_t largest, uint32_t permissions)
{
  if (largest < 1 || largest > PAGE_LEVELS)
    return STATUS_BAD_LEVEL;
  enum status status = address_status(address, pages);
  if (status == STATUS_OK)
    status = permission_status(table, permissions);
  if (status != STATUS_OK)
    return status;
  uint64_t frames = permissions < PAGE_UNOWNED ? table->frames->nframes : FRAMES_MAX;
  return frame < frames && pages <= frames - frame ? STATUS_OK : STATUS_OUT_OF_RANGE;
}

/* What is in the way of one page of a range, of this size, or wrong with its frame. */
/*@ requires valid: SpaceValid(table) && Page(page) && PageLevel(size) && pages <= FRAMES_MAX;
    requires path: 1 <= look.at.level <= RootLevel && Table(table->memory, table->root, page, look.at.level) >= 0 &&
      SameEntry(look.entry, Entry(table->memory, table->root, page, look.at.level));
    requires lowest: look.at.level > 1 ==> Table(table->memory, table->root, page, look.at.level - 1) == -1;
    requires hole: !PtePresent(look.entry) ==> !Mapped(table->memory, table->root, page);
    requires mapped: PtePresent(look.entry) ==> PageLevel(look.at.level) && Leaf(table->memory, table->root, page, look.at.level);
    assigns \nothing;
    ensures good: \result == STATUS_OK <==> GoodPiece(table->frames, table->memory, table->root, page, size, frame, permissions, pages);
    ensures above: \result == STATUS_OK ==> look.at.level >= size && !PtePresent(look.entry);
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE ==> permissions < PAGE_UNOWNED && frame >= table->frames->nframes;
    ensures not_allocated: \result == STATUS_NOT_ALLOCATED ==> Owner(table->frames, frame) == OWNER_FREE;
    ensures reserved: \result == STATUS_RESERVED ==> Owner(table->frames, frame) == OWNER_RESERVED;
    ensures bad_owner: \result == STATUS_BAD_OWNER ==> Owner(table->frames, frame) >= OWNER_TABLE1;
    ensures wrong_order: \result == STATUS_WRONG_ORDER ==> permissions < PAGE_UNOWNED && Order(table->frames, frame) < 9 * (size - 1);
    ensures saturated: \result == STATUS_SATURATED ==> References(table->frames, BlockFirst(table->frames, frame)) + pages >= FRAME_REFERENCES_MAX;
    ensures in_the_way: \result == STATUS_ALREADY_MAPPED || \result == STATUS_LARGER_PAGE ==> Mapped(table->memory, table->root, page);
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> size >= 2 && SmallerPages(table->memory, table->root, page, size);
    ensures statuses: \result == STATUS_OUT_OF_RANGE || \result == STATUS_WRONG_ORDER || Planned(\result);
*/
static enum status piece_status(const struct pagetable *table, struct look look, uint64_t page,
                                uint32_t size, frame_t frame, uint32_t permissions, uint64_t pages)
{
  (void)page; /* the contract speaks of it */
  //@ assert reached: Reached(table->frames, table->memory);
  if (permissions < PAGE_UNOWNED) {
    enum status status = target_status(table->frames, frame, size);
    //@ assert wrong_order: status == STATUS_WRONG_ORDER ==> Order(table->frames, frame) < 9 * (size - 1);
    //@ assert saturated: status == STATUS_SATURATED ==> References(table->frames, BlockFirst(table->frames, frame)) == FRAME_REFERENCES_MAX;
    if (status != STATUS_OK)
      return status;
    /* More references than a block gets: it may lie in the range with fewer pages than the range has. */
    if (references_of(table->frames, frame) + pages >= FRAME_REFERENCES_MAX)
      return STATUS_SATURATED;
  }
  //@ assert target: GoodTarget(table->frames, frame, size, permissions, pages);
  //@ assert above: look.at.level < size ==> SmallerPages(table->memory, table->root, page, size);
  //@ assert below: look.at.level > size ==> Table(table->memory, table->root, page, size) < 0;
  if (look.at.level < size)
    return STATUS_SMALLER_PAGES;
  if (!pte_present(look.entry))
    return STATUS_OK;
  return look.at.level > size ? STATUS_LARGER_PAGE : STATUS_ALREADY_MAPPED;
}

/* What comes of going through a range before anything is changed: what is wrong with it, or how many tables are missing. */
struct plan {
  enum status status;
  uint64_t tables;
};

/*@ requires valid: SpaceValid(table);
    requires range: PageLevel(job.largest) && Page(job.first) && job.first < job.end <= Pages && job.frame + (job.end - job.first) <= FRAMES_MAX;
    requires frames: job.permissions < PAGE_UNOWNED ==> job.frame + (job.end - job.first) <= table->frames->nframes;
    assigns \nothing;
    ensures good: \result.status == STATUS_OK <==> FitsFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first);
    ensures tables: \result.status == STATUS_OK ==>
      \result.tables == MissingFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first);
    ensures unmapped: \result.status == STATUS_OK ==> RangeUnmapped(table->memory, table->root, job.first, job.end);
    ensures not_allocated: \result.status == STATUS_NOT_ALLOCATED ==> SomeOwner(table->frames, job.frame, job.end - job.first, OWNER_FREE);
    ensures reserved: \result.status == STATUS_RESERVED ==> SomeOwner(table->frames, job.frame, job.end - job.first, OWNER_RESERVED);
    ensures bad_owner: \result.status == STATUS_BAD_OWNER ==> SomeTable(table->frames, job.frame, job.end - job.first);
    ensures saturated: \result.status == STATUS_SATURATED ==> SomeSaturated(table->frames, job.frame, job.end - job.first);
    ensures in_the_way: \result.status == STATUS_ALREADY_MAPPED || \result.status == STATUS_LARGER_PAGE ==>
      !RangeUnmapped(table->memory, table->root, job.first, job.end);
    ensures smaller: \result.status == STATUS_SMALLER_PAGES ==> SomeSmaller(table->memory, table->root, job.first, job.end);
    ensures statuses: Planned(\result.status);
*/
static struct plan plan_job(const struct pagetable *table, struct job job)
{
  struct plan plan = {STATUS_OK, 0};
  struct place at = root_place(table);
  uint64_t page = job.first;
  /*@ loop invariant range: job.first <= page <= job.end && (page < job.end ==> Page(page));
      loop invariant status: plan.status == STATUS_OK;
      loop invariant path: page < job.end ==> 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant fits: FitsFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first) <==>
        FitsFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, page);
      loop invariant tables: plan.tables + MissingFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, page) ==
        MissingFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first);
      loop invariant most: 0 <= plan.tables <= 4 * (page - job.first);
      loop invariant unmapped: RangeUnmapped(table->memory, table->root, job.first, page);
      loop assigns plan, page, at;
      loop variant job.end - page;
  */
  while (page < job.end) {
    frame_t frame = job_frame(job, page);
    uint32_t order = order_for(table->frames, frame, job.largest, job.permissions);
    uint32_t size = size_at(page, job.end, frame, order);
    uint64_t next = next_page(page, size);
    struct look look = look_at(table, at, page);
    //@ assert piece: PieceAt(table->frames, job.first, job.end, job.frame, job.permissions, job.largest, page, size, next);
    plan.status =
        piece_status(table, look, page, size, frame, job.permissions, job.end - job.first);
    //@ assert order: order >= 9 * (size - 1) && (job.permissions < PAGE_UNOWNED ==> order <= Order(table->frames, frame));
    //@ assert no_order: plan.status != STATUS_WRONG_ORDER;
    //@ assert no_range: plan.status != STATUS_OUT_OF_RANGE;
    //@ assert planned: Planned(plan.status);
    if (plan.status != STATUS_OK)
      return plan;
    //@ assert lowest: look.at.level > size ==> Table(table->memory, table->root, page, look.at.level - 1) == -1;
    //@ assert within: PageWithin(next, look.next);
    //@ assert hole: RangeUnmapped(table->memory, table->root, page, next);
    plan.tables += new_tables(table, job.first, page, look.at.level, size);
    at = place_after(table, look.at, page, next);
    page = next;
  }
  //@ assert end: page == job.end;
  //@ assert none: MissingFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, page) == 0;
  return plan;
}

/* Maps one page of a range, which is absent, when there are frames for its tables; at is a table on the way to it. Returns the
 * table it is mapped in. */
/*@ requires valid: SpaceValid(table) && Page(page) && PageLevel(size) && PteKnown(permissions) && PteAligned(frame, size);
    requires target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame, size);
    requires absent: Absent(table->memory, table->root, page, size);
    requires path: 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
    requires free: table->frames->buddy.free_frames >= Missing(table->memory, table->root, page, size);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures exact: \result == Table(table->memory, table->root, page, size);
    ensures mapped: Leaf(table->memory, table->root, page, size) && PteFrame(Entry(table->memory, table->root, page, size), size) == frame &&
      PtePermissions(Entry(table->memory, table->root, page, size), size) == permissions;
    ensures taken: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames) - \old(Missing(table->memory, table->root, page, size));
    ensures others: SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, page, size);
    ensures other_paths: SameOtherPaths{Pre, Post}(table->memory, table->root, page);
    ensures holds: HoldsMore{Pre, Post}(table->frames, 1);
    ensures reference: permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst(table->frames, frame)) ==
      \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures roots: SameRoots{Pre, Post}(table->frames);
*/
static frame_t map_piece(struct pagetable *table, struct place at, uint64_t page, uint32_t size,
                         frame_t frame, uint32_t permissions)
{
  //@ assert reached: Reached(table->frames, table->memory);
  //@ assert above: at.level >= size;
  at = walk_on(table, at, page, size);
  //@ assert missing: Missing(table->memory, table->root, page, size) == at.level - size;
  //@ assert child: at.level > size ==> Child(Entry(table->memory, table->root, page, at.level), at.level) < 0;
  //@ assert place: (512 * at.frame + Digit(page, at.level)) / 512 == at.frame;
  //@ assert no_page: at.level > size ==> !Leaf(table->memory, table->root, page, at.level);
  //@ assert lowest: at.level > size ==> !PtePresent(Entry(table->memory, table->root, page, at.level));
  if (at.level > size)
    at.frame = add_tables(table, page, at, size);
  //@ assert space: SameSpace{Pre, Here}(table);
  //@ assert table: at.frame == Table(table->memory, table->root, page, size) && at.frame < table->frames->nframes;
  //@ assert entry: !PtePresent(Entry(table->memory, table->root, page, size));
  //@ assert other_paths: SameOtherPaths{Pre, Here}(table->memory, table->root, page);
  //@ assert pages: SamePages{Pre, Here}(table->frames, table->memory);
  //@ assert roots: SameRoots{Pre, Here}(table->frames);
  //@ assert use: SameUse{Pre, Here}(table->frames);
  //@ assert free: table->frames->buddy.free_frames == \at(table->frames->buddy.free_frames, Pre) - Missing{Pre}(table->memory, table->root, page, size);
  //@ assert sizes: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  //@ assert target: permissions < PAGE_UNOWNED ==> Target(table->frames, frame, size);
  //@ assert same_first: permissions < PAGE_UNOWNED ==> BlockFirst(table->frames, frame) == BlockFirst{Pre}(table->frames, frame);
  //@ assert same_target: permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst(table->frames, frame)) == References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
  //@ ghost Tables: ;
  add_page(table, page, size, at.frame, pte_leaf(frame, permissions, size));
  //@ assert space_mapped: SameSpace{Pre, Here}(table);
  //@ assert paths_mapped: SameOtherPaths{Pre, Here}(table->memory, table->root, page);
  //@ assert pages_mapped: SamePagesBut{Pre, Here}(table->frames, table->memory, table->root, page, size);
  //@ assert roots_mapped: SameRoots{Pre, Here}(table->frames);
  //@ assert use_mapped: SameUse{Pre, Here}(table->frames);
  //@ assert sizes_mapped: table->frames->nframes == \at(table->frames->nframes, Pre) && table->frames->records == \at(table->frames->records, Pre);
  //@ assert holds_mapped: HoldsMore{Pre, Here}(table->frames, 0);
  //@ ghost Mapped: ;
  own_target(table, frame, permissions);
  //@ assert entries: SameEntries{Mapped, Here}(table->frames, table->memory);
  //@ assert paths: SamePaths{Mapped, Here}(table->frames, table->memory);
  return at.frame;
}

/* Maps a range in which nothing is in the way, when there are frames for its tables. */
/*@ requires valid: SpaceValid(table) && PteKnown(job.permissions);
    requires range: PageLevel(job.largest) && Page(job.first) && job.first < job.end <= Pages && job.frame + (job.end - job.first) <= FRAMES_MAX;
    requires frames: job.permissions < PAGE_UNOWNED ==> job.frame + (job.end - job.first) <= table->frames->nframes;
    requires fits: FitsFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first);
    requires free: table->frames->buddy.free_frames >=
      MissingFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures run: RangeRun(table->memory, table->root, job.first, job.end, job.frame, job.permissions);
    ensures others: SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, job.first, job.end);
    ensures taken: table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames) -
      \old(MissingFrom(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first));
    ensures holds: HoldsMore{Pre, Post}(table->frames, job.end - job.first);
    ensures reference: job.permissions < PAGE_UNOWNED ==> References(table->frames, BlockFirst{Pre}(table->frames, job.frame)) >
      References{Pre}(table->frames, BlockFirst{Pre}(table->frames, job.frame));
    ensures uses: job.permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
*/
static void map_job(struct pagetable *table, struct job job)
{
  struct place at = root_place(table);
  uint64_t page = job.first;
  /*@ loop invariant range: job.first <= page <= job.end && (page < job.end ==> Page(page));
      loop invariant valid: SpaceValid(table);
      loop invariant same_space: SameSpace{Pre, Here}(table);
      loop invariant path: page < job.end ==> 1 <= at.level <= RootLevel && at.frame == Table(table->memory, table->root, page, at.level);
      loop invariant run: RangeRun(table->memory, table->root, job.first, page, job.frame, job.permissions);
      loop invariant others: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, job.first, page);
      loop invariant made: Made{Pre, Here}(table->memory, table->root, job.first, page);
      loop invariant fits: FitsFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, page);
      loop invariant free: table->frames->buddy.free_frames == \at(table->frames->buddy.free_frames, Pre) -
        MissingFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, job.first) +
        MissingFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, page);
      loop invariant holds: HoldsMore{Pre, Here}(table->frames, page - job.first);
      loop invariant reference: job.permissions < PAGE_UNOWNED && page > job.first ==> References(table->frames, BlockFirst{Pre}(table->frames, job.frame)) >
        References{Pre}(table->frames, BlockFirst{Pre}(table->frames, job.frame));
      loop invariant uses: job.permissions >= PAGE_UNOWNED ==> SameUse{Pre, Here}(table->frames);
      loop invariant roots: SameRoots{Pre, Here}(table->frames);
      loop assigns page, at, SPACE_CHANGES(table);
      loop variant job.end - page;
  */
  while (page < job.end) {
    //@ assert nframes: table->frames->nframes == \at(table->frames->nframes, Pre);
    frame_t frame = job_frame(job, page);
    //@ assert target_one: job.permissions < PAGE_UNOWNED ==> Target{Pre}(table->frames, frame, 1);
    //@ assert order: OrderOf(table->frames, frame, job.permissions, job.largest) == OrderOf{Pre}(table->frames, frame, job.permissions, job.largest);
    uint32_t order = order_for(table->frames, frame, job.largest, job.permissions);
    uint32_t size = size_at(page, job.end, frame, order);
    uint64_t next = next_page(page, size);
    //@ assert piece: PieceAt{Pre}(table->frames, job.first, job.end, job.frame, job.permissions, job.largest, page, size, next);
    //@ assert good: GoodPiece{Pre}(table->frames, table->memory, table->root, page, size, frame, job.permissions, job.end - job.first);
    //@ assert rest: FitsFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, next);
    //@ assert same: SamePage{Pre, Here}(table->memory, table->root, page);
    //@ assert absent: Absent(table->memory, table->root, page, size);
    //@ assert target: job.permissions < PAGE_UNOWNED ==> Target(table->frames, frame, size);
    //@ assert missing: Missing(table->memory, table->root, page, size) == NewTables{Pre}(table->memory, table->root, job.first, page, size);
    //@ assert step: MissingFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, page) == Missing(table->memory, table->root, page, size) + MissingFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, next);
    //@ assert least: MissingFrom{Pre}(table->frames, table->memory, table->root, job.first, job.end, job.frame, job.permissions, job.largest, next) >= 0;
    //@ assert begins: PageBegins(page, size) && PieceFrom(job.first, page, size);
    struct place in = {map_piece(table, at, page, size, frame, job.permissions), size};
    //@ assert space: SameSpace{Pre, Here}(table);
    //@ assert others: SamePagesOutside{Pre, Here}(table->frames, table->memory, table->root, job.first, next);
    //@ assert kept: RangeRun(table->memory, table->root, job.first, page, job.frame, job.permissions);
    //@ assert maps: PageMapsAt(table->memory, table->root, page, size, frame, job.permissions);
    //@ assert here: RangeRun(table->memory, table->root, page, next, frame, job.permissions);
    //@ assert run: RangeRun(table->memory, table->root, job.first, next, job.frame, job.permissions);
    //@ assert made: Made{Pre, Here}(table->memory, table->root, job.first, next);
    //@ assert holds: HoldsMore{Pre, Here}(table->frames, page - job.first + 1) && HoldsMore{Pre, Here}(table->frames, next - job.first);
    at = place_after(table, in, page, next);
    page = next;
  }
}

enum status pagetable_map_range(struct pagetable *table, uint64_t address, frame_t frame,
                                uint64_t pages, uint32_t largest, uint32_t permissions)
{
  enum status status = job_status(table, address, frame, pages, largest, permissions);
  if (status != STATUS_OK)
    return status;
  uint64_t first = page_of(address);
  struct job job = {first, end_of(first, pages), frame, largest, permissions};
  //@ assert job: job.first == PageOf(address) && job.end == PageOf(address) + pages && job.frame == frame && job.largest == largest && job.permissions == permissions;
  struct plan plan = plan_job(table, job);
  //@ assert fits: plan.status == STATUS_OK <==> FitsFrom{Pre}(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address));
  //@ assert tables: plan.status == STATUS_OK ==> plan.tables == MissingFrom{Pre}(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address));
  if (plan.status != STATUS_OK)
    return plan.status;
  //@ assert range: GoodRange(address, pages) && GoodPermissions(permissions, table->write_execute) && FramesThere(table->frames, frame, pages, permissions);
  if (plan.tables > table->frames->buddy.free_frames)
    return STATUS_OUT_OF_MEMORY;
  map_job(table, job);
  return STATUS_OK;
}

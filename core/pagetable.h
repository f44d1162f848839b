/* Layer 4: page tables of PAGETABLE_LEVELS levels, with pages of 4 KiB, 2 MiB and 1 GiB, in the entry format of
 * pte.h.
 *
 * A table is a frame whose record says OWNER_TABLE1 .. OWNER_TABLE5, which slot points
 * at it (parent, index) and how many of its 512 entries are in use (live). Entry i of
 * the table in frame f is memory[512 * f + i], seen through the direct map.
 *
 * A page's size is the level of the table whose entry maps it: 1 (4 KiB), 2 (2 MiB), 3 (1 GiB). Addresses are
 * virtual and must be canonical. A call that returns anything but STATUS_OK has changed nothing. A call on one page
 * takes the page's level; one on a range takes a number of pages of 4 KiB, and deals with pages of all sizes.
 *
 * The processor remembers translations. What pagetable_unmap, pagetable_protect, pagetable_test_and_clear, the same of
 * ranges, and pagetable_merge change or remove they add to a struct flush; mapping and pagetable_split owe nothing. Until
 * the caller has flushed and says so with pagetable_flushed, tables that went are not free. Frames of pages that went
 * are, with their last reference: whoever wants to keep them until then holds one.
 *
 * Sequential: the caller serialises the calls. The processor may set accessed and dirty
 * at any time; no call loses a dirty bit.
 */
#ifndef ASHLAR_PAGETABLE_H
#define ASHLAR_PAGETABLE_H

#include "frame.h"
#include "page.h"
#include "status.h"
#include "types.h"

/* Levels of tables: 3 (Sv39), 4 (x86_64, Sv48) or 5 (x86_64 with LA57, Sv57). One build, one number. A page
 * number has nine bits for each; an address is canonical below PAGETABLE_HALF and from PAGETABLE_UPPER on. */
#ifndef PAGETABLE_LEVELS
#define PAGETABLE_LEVELS 4
#endif
#if PAGETABLE_LEVELS == 3
#define PAGETABLE_PAGES 0x8000000u
#define PAGETABLE_HALF 0x4000000000u
#define PAGETABLE_UPPER 0xFFFFFFC000000000u
#elif PAGETABLE_LEVELS == 4
#define PAGETABLE_PAGES 0x1000000000u
#define PAGETABLE_HALF 0x800000000000u
#define PAGETABLE_UPPER 0xFFFF800000000000u
#elif PAGETABLE_LEVELS == 5
#define PAGETABLE_PAGES 0x200000000000u
#define PAGETABLE_HALF 0x100000000000000u
#define PAGETABLE_UPPER 0xFF00000000000000u
#else
#error "PAGETABLE_LEVELS is 3, 4 or 5"
#endif

struct pagetable {
  struct frames *frames;
  uint64_t *memory;   /* the direct map: frame f is memory[512 * f .. 512 * f + 511] */
  frame_t root;       /* the table of level PAGETABLE_LEVELS */
  bool write_execute; /* whether pages may be writable and executable at once */
};

/* What an address translates to. */
struct translation {
  frame_t frame;        /* the one the address lies in, also inside a large page */
  uint32_t permissions; /* PAGE_* */
  uint32_t level;       /* the page's size: 1 .. 3 */
  bool accessed;        /* as the processor left them */
  bool dirty;
};

/* What a call has met in a range. */
struct seen {
  uint64_t pages; /* of 4 KiB that were mapped */
  bool accessed;  /* whether any of them was, as the processor left them */
  bool dirty;
};

/* Pages of 4 KiB that translate alike: to frames in a row with the same permissions, or not at all. */
struct page_run {
  uint64_t pages;
  bool mapped; /* if not, the rest says nothing */
  frame_t
      frame; /* what the first page translates to; the next one to the next frame, in pages of any size */
  uint32_t permissions; /* PAGE_* */
};

/* What the caller owes the processor, of one address space: 0 in every field is nothing, to begin with. Each call
 * adds to it, so that many changes may be flushed at once. The pages form one range, in the order of page numbers:
 * of changes that lie apart it covers what is between, too, and the upper half of the addresses follows the lower
 * one. Where tables went, the processor may remember them: on x86_64 a flush of the pages forgets them, on riscv64
 * only one of all addresses. */
struct flush {
  uint64_t address; /* of the first page */
  uint64_t pages;   /* how many of 4 KiB from there on; 0: none */
  uint32_t
      level; /* the size of the smallest page (1 .. 3): a flush of one address in each of that size will do */
  bool tables; /* whether tables went */
  frame_t
      table; /* the last of them. Each one's record names the one before as parent, the first itself */
};

#include "../annotations/map_range.acsl"

/* Makes table an empty address space: one frame, owner OWNER_TABLE1 + PAGETABLE_LEVELS - 1. No page of it may be
 * writable and executable at once, until pagetable_allow_write_execute says otherwise.
 * STATUS_OUT_OF_MEMORY: no frame is free. O(512). */
/*@ requires valid: MapLayout(frames, memory) && TablesValid(frames, memory);
    requires table: \valid(table) && \separated(table, memory + (0 .. 512 * frames->nframes - 1), FRAMES_MEMORY(frames));
    assigns *table, memory[0 .. 512 * frames->nframes - 1], FRAMES_CHANGES(frames);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures out_of_memory: \old(frames->buddy.free_frames) > 0 ==> \result == STATUS_OK;
    ensures valid: \result == STATUS_OK ==> SpaceValid(table);
    ensures kept: MapLayout(frames, memory) && TablesValid(frames, memory);
    ensures made: \result == STATUS_OK ==> table->frames == frames && table->memory == memory && table->write_execute == 0;
    ensures fresh: \result == STATUS_OK ==> Owner{Pre}(frames, table->root) == OWNER_FREE;
    ensures empty: \result == STATUS_OK ==> \forall integer q; Page(q) ==> !Mapped(memory, table->root, q);
    ensures owners: \result == STATUS_OK ==> SameOwnersBut{Pre, Post}(frames, table->root);
    ensures others: SamePages{Pre, Post}(frames, memory);
    ensures unchanged: \result != STATUS_OK ==> *table == \old(*table) && SameRecords{Pre, Post}(frames) &&
      SameEntries{Pre, Post}(frames, memory);
*/
enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory);

/* Says whether pages of this address space may be writable and executable at once, from now on; those that are mapped
 * stay as they are. O(1). */
/*@ requires valid: SpaceValid(table) && \valid(table);
    assigns table->write_execute;
    ensures valid: SpaceValid(table);
    ensures same_space: SameSpace{Pre, Post}(table);
    ensures set: table->write_execute == allow;
    ensures records: SameRecords{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
*/
void pagetable_allow_write_execute(struct pagetable *table, bool allow);

/* Maps the page of this level (its size: 1 .. 3) at address to the frames from frame on, with these permissions
 * (PAGE_*), making the tables that are missing. Without PAGE_UNOWNED frame must lie in a block of the kernel or a
 * user that is at least as large as the page, and the mapping holds one reference to the block. With PAGE_UNOWNED
 * any frame number is taken as it is. Checked in this order:
 * STATUS_BAD_LEVEL; STATUS_NOT_CANONICAL; STATUS_MISALIGNED: address or frame is not a multiple of the page's
 * size; STATUS_BAD_PERMISSION: unknown bits, two memory types, or writable and executable at once where that is not
 * allowed;
 * STATUS_OUT_OF_RANGE, STATUS_NOT_ALLOCATED, STATUS_RESERVED, STATUS_BAD_OWNER (a table), STATUS_WRONG_ORDER (the
 * block is smaller than the page), STATUS_SATURATED: what frame is, if the mapping is to own it;
 * STATUS_LARGER_PAGE, STATUS_SMALLER_PAGES, STATUS_ALREADY_MAPPED: what is mapped there; STATUS_OUT_OF_MEMORY:
 * fewer frames are free than tables are missing.
 * O(levels), and O(512) for each table made. */
/*@ requires valid: SpaceValid(table);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_BAD_PERMISSION || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_ALLOCATED ||
      \result == STATUS_RESERVED || \result == STATUS_BAD_OWNER || \result == STATUS_WRONG_ORDER ||
      \result == STATUS_SATURATED || Looked(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(level);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(level) && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> PageLevel(level) && Canonical(address) &&
      !(GoodAddress(address, level) && frame % Span(level) == 0);
    ensures bad_permission: GoodAddress(address, level) && frame % Span(level) == 0 ==>
      (\result == STATUS_BAD_PERMISSION <==> !GoodPermissions(permissions, \old(table->write_execute)));
    ensures out_of_range: \old(MapAsked(table, address, frame, level, permissions)) && permissions < PAGE_UNOWNED ==>
      (\result == STATUS_OUT_OF_RANGE <==> frame >= table->frames->nframes);
    ensures not_allocated: \old(OwnAsked(table, address, frame, level, permissions)) ==>
      (\result == STATUS_NOT_ALLOCATED <==> \old(Owner(table->frames, frame)) == OWNER_FREE);
    ensures reserved: \old(OwnAsked(table, address, frame, level, permissions)) ==>
      (\result == STATUS_RESERVED <==> \old(Owner(table->frames, frame)) == OWNER_RESERVED);
    ensures bad_owner: \old(OwnAsked(table, address, frame, level, permissions)) ==>
      (\result == STATUS_BAD_OWNER <==> \old(Owner(table->frames, frame)) >= OWNER_TABLE1);
    ensures wrong_order: \old(OwnAsked(table, address, frame, level, permissions)) &&
      OWNER_KERNEL <= \old(Owner(table->frames, frame)) <= OWNER_USER ==>
        (\result == STATUS_WRONG_ORDER <==> \old(Order(table->frames, frame)) < 9 * (level - 1));
    ensures saturated: \old(OwnAsked(table, address, frame, level, permissions)) &&
      OWNER_KERNEL <= \old(Owner(table->frames, frame)) <= OWNER_USER && \old(Order(table->frames, frame)) >= 9 * (level - 1) ==>
        (\result == STATUS_SATURATED <==> \old(References(table->frames, BlockFirst(table->frames, frame))) == FRAME_REFERENCES_MAX);
    ensures found: Looked(\result) ==> (\result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY <==>
      \old(Absent(table->memory, table->root, PageOf(address), level)));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, PageOf(address), level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, PageOf(address), level));
    ensures already: \result == STATUS_ALREADY_MAPPED ==> \old(Leaf(table->memory, table->root, PageOf(address), level));
    ensures out_of_memory: Looked(\result) ==> (\result == STATUS_OUT_OF_MEMORY <==>
      \old(Absent(table->memory, table->root, PageOf(address), level)) &&
      \old(table->frames->buddy.free_frames) < \old(Missing(table->memory, table->root, PageOf(address), level)));
    ensures mapped: \result == STATUS_OK ==> Leaf(table->memory, table->root, PageOf(address), level) &&
      PteFrame(Entry(table->memory, table->root, PageOf(address), level), level) == frame &&
      PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) == permissions;
    ensures whole: \result == STATUS_OK ==>
      WholeMapped(table->memory, table->root, PageOf(address), level, frame, permissions);
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst(table->frames, frame)) ==
        \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: \result == STATUS_OK && permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures unchanged: \result != STATUS_OK ==> SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameRecords{Pre, Post}(table->frames) && table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
*/
enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame, uint32_t level,
                          uint32_t permissions);

/* Removes the translation of the page of this level (1 .. 3) at address; *out is what it was. Its reference is
 * dropped. The page is added to *flush, and so is each table whose last entry goes.
 * STATUS_BAD_LEVEL, STATUS_NOT_CANONICAL, STATUS_MISALIGNED; STATUS_LARGER_PAGE, STATUS_SMALLER_PAGES,
 * STATUS_NOT_MAPPED: what is mapped there instead. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, out);
    assigns *out, *flush, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED || Found(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(level);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(level) && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> PageLevel(level) && Canonical(address) && !GoodAddress(address, level);
    ensures found: Found(\result) ==> (\result == STATUS_OK <==> \old(Leaf(table->memory, table->root, PageOf(address), level)));
    ensures not_mapped: \result == STATUS_NOT_MAPPED ==> \old(Absent(table->memory, table->root, PageOf(address), level));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, PageOf(address), level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, PageOf(address), level));
    ensures was: \result == STATUS_OK ==> out->level == level &&
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address), level), level)) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level));
    ensures unmapped: \result == STATUS_OK ==> WholeUnmapped(table->memory, table->root, PageOf(address), level);
    ensures pruned: \result == STATUS_OK ==> Pruned(table->frames, table->memory, table->root, PageOf(address));
    ensures reference: \result == STATUS_OK && out->permissions < PAGE_UNOWNED && out->frame < table->frames->nframes &&
      OWNER_KERNEL <= Owner{Pre}(table->frames, out->frame) <= OWNER_USER ==>
        ReferenceDropped{Pre, Post}(table->frames, out->frame);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures flush: \result == STATUS_OK ==> Owed{Pre, Post}(flush, PageOf(address), level, level);
    ensures retired: \result == STATUS_OK && Missing(table->memory, table->root, PageOf(address), level) > 0 ==>
      flush->tables == 1 && Retired(table->frames, flush->table);
    ensures no_table: \result == STATUS_OK && Missing(table->memory, table->root, PageOf(address), level) == 0 ==>
      SameChain{Pre, Post}(flush);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && *flush == \old(*flush) &&
      SameRecords{Pre, Post}(table->frames) && SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_unmap(struct pagetable *table, uint64_t address, uint32_t level,
                            struct translation *out, struct flush *flush);

/* Gives the page of this level (1 .. 3) at address other permissions and the same frames; *out is what it was.
 * Accessed and dirty are kept. PAGE_UNOWNED cannot be changed. The page is added to *flush.
 * STATUS_BAD_LEVEL, STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_BAD_PERMISSION; STATUS_LARGER_PAGE,
 * STATUS_SMALLER_PAGES, STATUS_NOT_MAPPED: what is mapped there instead. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, out);
    assigns *out, *flush, table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_BAD_PERMISSION || Found(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(level);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(level) && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> PageLevel(level) && Canonical(address) && !GoodAddress(address, level);
    ensures bad_permission: GoodAddress(address, level) ==> (\result == STATUS_BAD_PERMISSION <==>
      !GoodPermissions(permissions, \old(table->write_execute)) || (\old(Leaf(table->memory, table->root, PageOf(address), level)) &&
        \old(PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level)) / PAGE_UNOWNED != permissions / PAGE_UNOWNED));
    ensures not_mapped: \result == STATUS_NOT_MAPPED ==> \old(Absent(table->memory, table->root, PageOf(address), level));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, PageOf(address), level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, PageOf(address), level));
    ensures was: \result == STATUS_OK ==> out->level == level && \old(Leaf(table->memory, table->root, PageOf(address), level)) &&
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address), level), level)) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level));
    ensures mapped: \result == STATUS_OK ==> Leaf(table->memory, table->root, PageOf(address), level);
    ensures frame: \result == STATUS_OK ==> PteFrame(Entry(table->memory, table->root, PageOf(address), level), level) == out->frame;
    ensures permissions: \result == STATUS_OK ==>
      PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) == permissions;
    ensures whole: \result == STATUS_OK ==>
      WholeMapped(table->memory, table->root, PageOf(address), level, out->frame, permissions);
    ensures seen: \result == STATUS_OK ==>
      (PteAccessed(Entry(table->memory, table->root, PageOf(address), level)) == 1 <==> out->accessed) &&
      (PteDirty(Entry(table->memory, table->root, PageOf(address), level)) == 1 <==> out->dirty);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures flush: \result == STATUS_OK ==> Owed{Pre, Post}(flush, PageOf(address), level, level);
    ensures no_table: SameChain{Pre, Post}(flush);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && *flush == \old(*flush) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t level,
                              uint32_t permissions, struct translation *out, struct flush *flush);

/* Clears accessed and dirty of the page of this level (1 .. 3) at address; *out is what it was, and neither bit is lost
 * that the processor sets meanwhile. If either was set, the page is added to *flush: the processor need not set them
 * again before that.
 * STATUS_BAD_LEVEL, STATUS_NOT_CANONICAL, STATUS_MISALIGNED; STATUS_LARGER_PAGE, STATUS_SMALLER_PAGES,
 * STATUS_NOT_MAPPED: what is mapped there instead. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, out);
    assigns *out, *flush, table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED || Found(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(level);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(level) && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> PageLevel(level) && Canonical(address) && !GoodAddress(address, level);
    ensures found: Found(\result) ==> (\result == STATUS_OK <==> \old(Leaf(table->memory, table->root, PageOf(address), level)));
    ensures not_mapped: \result == STATUS_NOT_MAPPED ==> \old(Absent(table->memory, table->root, PageOf(address), level));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, PageOf(address), level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, PageOf(address), level));
    ensures was: \result == STATUS_OK ==> out->level == level && \old(Leaf(table->memory, table->root, PageOf(address), level)) &&
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address), level), level)) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level));
    ensures mapped: \result == STATUS_OK ==> Leaf(table->memory, table->root, PageOf(address), level);
    ensures frame: \result == STATUS_OK ==> PteFrame(Entry(table->memory, table->root, PageOf(address), level), level) == out->frame;
    ensures permissions: \result == STATUS_OK ==>
      PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) == out->permissions;
    ensures whole: \result == STATUS_OK ==>
      WholeMapped(table->memory, table->root, PageOf(address), level, out->frame, out->permissions);
    ensures clear: \result == STATUS_OK ==> PteAccessed(Entry(table->memory, table->root, PageOf(address), level)) != 1 &&
      PteDirty(Entry(table->memory, table->root, PageOf(address), level)) != 1;
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures flush: \result == STATUS_OK && (out->accessed == 1 || out->dirty == 1) ==> Owed{Pre, Post}(flush, PageOf(address), level, level);
    ensures no_flush: \result == STATUS_OK && out->accessed == 0 && out->dirty == 0 ==> *flush == \old(*flush);
    ensures no_table: SameChain{Pre, Post}(flush);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && *flush == \old(*flush) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_test_and_clear(struct pagetable *table, uint64_t address, uint32_t level,
                                     struct translation *out, struct flush *flush);

/* Replaces the page of this level (2 or 3) at address by 512 pages of the level below, with the same frames,
 * permissions, accessed and dirty: every address translates as before, and nothing has to be flushed. If the page
 * owns its frames, its one reference becomes 512.
 * STATUS_BAD_LEVEL, STATUS_NOT_CANONICAL, STATUS_MISALIGNED; STATUS_LARGER_PAGE, STATUS_SMALLER_PAGES,
 * STATUS_NOT_MAPPED: what is mapped there instead; STATUS_SATURATED: the block cannot take 511 more references;
 * STATUS_OUT_OF_MEMORY: no frame is free for the table. O(512). */
/*@ requires valid: SpaceValid(table);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_SATURATED || \result == STATUS_OUT_OF_MEMORY || Found(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !(2 <= level <= 3);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> 2 <= level <= 3 && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> 2 <= level <= 3 && Canonical(address) && !GoodAddress(address, level);
    ensures not_mapped: \result == STATUS_NOT_MAPPED ==> \old(Absent(table->memory, table->root, PageOf(address), level));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, PageOf(address), level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, PageOf(address), level));
    ensures found: \result == STATUS_OK || \result == STATUS_SATURATED || \result == STATUS_OUT_OF_MEMORY ==>
      \old(Leaf(table->memory, table->root, PageOf(address), level));
    ensures saturated: \result == STATUS_SATURATED ==>
      !\old(Shareable(table->frames, PteFrame(Entry(table->memory, table->root, PageOf(address), level), level), 511));
    ensures out_of_memory: \result == STATUS_OUT_OF_MEMORY ==> \old(table->frames->buddy.free_frames) == 0;
    ensures split: \result == STATUS_OK ==> \forall integer q; Page(q) && SameLarge(q, PageOf(address), level) ==>
      SplitPage{Pre, Post}(table->memory, table->root, q, level - 1, level);
    ensures shared: \result == STATUS_OK &&
      \old(Owns(table->frames, Entry(table->memory, table->root, PageOf(address), level), level)) ==>
        Shared{Pre, Post}(table->frames, \old(PteFrame(Entry(table->memory, table->root, PageOf(address), level), level)), 511);
    ensures uses: \result == STATUS_OK &&
      !\old(Owns(table->frames, Entry(table->memory, table->root, PageOf(address), level), level)) ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures unchanged: \result != STATUS_OK ==> SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameRecords{Pre, Post}(table->frames) && table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
*/
enum status pagetable_split(struct pagetable *table, uint64_t address, uint32_t level);

/* Replaces the 512 pages of the level below in the page of this level (2 or 3) at address by that page, when they
 * lie in a row and have the same permissions: every address translates as before. The page counts as accessed, and as
 * dirty if it is writable. The 512 pages and their table are added to *flush. If the pages own their frames, their
 * block must hold the whole page, and their 512 references become one.
 * STATUS_BAD_LEVEL, STATUS_NOT_CANONICAL, STATUS_MISALIGNED; STATUS_LARGER_PAGE, STATUS_ALREADY_MAPPED,
 * STATUS_NOT_MAPPED: what is there instead; STATUS_SMALLER_PAGES: the pages there do not make up one;
 * STATUS_WRONG_ORDER: the block is smaller than the page; STATUS_NOT_ALLOCATED: others have dropped the references of
 * the pages. O(512). */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    assigns *flush, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_ALREADY_MAPPED || \result == STATUS_NOT_ALLOCATED || \result == STATUS_WRONG_ORDER || Found(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !(2 <= level <= 3);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> 2 <= level <= 3 && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> 2 <= level <= 3 && Canonical(address) && !GoodAddress(address, level);
    ensures not_mapped: \result == STATUS_NOT_MAPPED ==> \old(Absent(table->memory, table->root, PageOf(address), level));
    ensures larger: \result == STATUS_LARGER_PAGE ==> \old(LargerPage(table->memory, table->root, PageOf(address), level));
    ensures already: \result == STATUS_ALREADY_MAPPED ==> \old(Leaf(table->memory, table->root, PageOf(address), level));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==> \old(SmallerPages(table->memory, table->root, PageOf(address), level)) &&
      !\old(RowAt(table->memory, table->root, PageOf(address), level));
    ensures row: \result == STATUS_OK || \result == STATUS_NOT_ALLOCATED || \result == STATUS_WRONG_ORDER ==>
      \old(RowAt(table->memory, table->root, PageOf(address), level));
    ensures merged: \result == STATUS_OK ==> \forall integer q; Page(q) && SameLarge(q, PageOf(address), level) ==>
      SplitPage{Post, Pre}(table->memory, table->root, q, level - 1, level);
    ensures seen: \result == STATUS_OK ==> PteAccessed(Entry(table->memory, table->root, PageOf(address), level)) == 1 &&
      PteDirty(Entry(table->memory, table->root, PageOf(address), level)) ==
        PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) / PAGE_WRITE % 2;
    ensures shared: \result == STATUS_OK && PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) < PAGE_UNOWNED ==>
      Shared{Post, Pre}(table->frames, PteFrame(Entry(table->memory, table->root, PageOf(address), level), level), 511);
    ensures uses: \result == STATUS_OK && PtePermissions(Entry(table->memory, table->root, PageOf(address), level), level) >= PAGE_UNOWNED ==>
      SameUse{Pre, Post}(table->frames);
    ensures flush: \result == STATUS_OK ==> Owed{Pre, Post}(flush, PageOf(address), level, level - 1);
    ensures retired: \result == STATUS_OK ==> flush->tables == 1 && Retired(table->frames, flush->table) &&
      flush->table == \old(Table(table->memory, table->root, PageOf(address), level - 1)) &&
      Parent(table->frames, flush->table) == (\old(flush->tables) == 1 ? \old(flush->table) : flush->table);
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), level);
    ensures unchanged: \result != STATUS_OK ==> *flush == \old(*flush) && SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameRecords{Pre, Post}(table->frames) && table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
*/
enum status pagetable_merge(struct pagetable *table, uint64_t address, uint32_t level,
                            struct flush *flush);

/* Gives back the tables of a flush that has been done, and makes it nothing again. What it names and is not a table
 * that went is left alone, with all that follows. Before pagetable_destroy. O(tables that went). */
/*@ requires valid: SpaceValid(table);
    requires flush: \valid(flush) && FlushApart(table, flush);
    assigns *flush, FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures done: flush->pages == 0 && flush->tables == 0;
    ensures freed: \old(flush->tables) == 1 && Retired{Pre}(table->frames, \old(flush->table)) &&
      References{Pre}(table->frames, \old(flush->table)) == 1 && Flags{Pre}(table->frames, \old(flush->table)) == 0 ==>
        Owner(table->frames, \old(flush->table)) == OWNER_FREE;
    ensures others: SameUnlessRetired{Pre, Post}(table->frames);
    ensures idle: SameIdle{Pre, Post}(table->frames);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures pages: SamePages{Pre, Post}(table->frames, table->memory);
    ensures nothing: \old(flush->tables) == 0 || !Retired{Pre}(table->frames, \old(flush->table)) ==> SameRecords{Pre, Post}(table->frames);
*/
void pagetable_flushed(struct pagetable *table, struct flush *flush);

/* What address (of any alignment) translates to, in a page of any size.
 * STATUS_NOT_CANONICAL, STATUS_NOT_MAPPED. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    assigns *out;
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_NOT_MAPPED;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures not_mapped: Canonical(address) ==> (\result == STATUS_NOT_MAPPED <==>
      !\old(Mapped(table->memory, table->root, PageOf(address))));
    ensures level: \result == STATUS_OK ==> PageLevel(out->level) && Leaf(table->memory, table->root, PageOf(address), out->level);
    ensures translation: \result == STATUS_OK ==>
      out->frame == PteFrame(Entry(table->memory, table->root, PageOf(address), out->level), out->level) + Offset(PageOf(address), out->level) &&
      out->permissions == PtePermissions(Entry(table->memory, table->root, PageOf(address), out->level), out->level);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out);
*/
enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out);

/* Ranges: so many pages of 4 KiB from an address on, in pages of any size. What is not mapped in one that is taken away or
 * changed is passed over, and a larger page must lie in it with all of it: pagetable_split it first if it does not. */

/* Maps the range to the frames from frame on, with these permissions (PAGE_*), in the largest pages that fit, of level largest
 * at most (1 .. 3: not every processor has 1 GiB): each begins at a multiple of its size, and so do its frames, which lie in
 * one block if they are owned. Tables that are missing are made. Without PAGE_UNOWNED every frame must be one of the kernel
 * or a user; each page holds one reference to its block.
 * STATUS_BAD_LEVEL: largest is no level of pages; STATUS_NOT_CANONICAL; STATUS_MISALIGNED: address is not a multiple of
 * 4 KiB; STATUS_OUT_OF_RANGE: pages is 0, or the range goes beyond the half of the addresses it begins in;
 * STATUS_BAD_PERMISSION as of pagetable_map; STATUS_OUT_OF_RANGE: there are fewer frames from frame on; then of each page in
 * turn, until one cannot be mapped, STATUS_NOT_ALLOCATED, STATUS_RESERVED, STATUS_BAD_OWNER: what its frame is;
 * STATUS_SATURATED: its block has not room for as many references as there are pages of 4 KiB; STATUS_SMALLER_PAGES (a
 * table stands where a larger page belongs), STATUS_LARGER_PAGE, STATUS_ALREADY_MAPPED: what is in its way; last
 * STATUS_OUT_OF_MEMORY: fewer frames are free than tables are missing. Goes through the range twice: O(levels) for each
 * table in it, O(1) for each page, and O(512) for each table made. */
/*@ requires valid: SpaceValid(table);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_BAD_LEVEL || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED || \result == STATUS_OUT_OF_RANGE ||
      \result == STATUS_BAD_PERMISSION || \result == STATUS_OUT_OF_MEMORY || Planned(\result);
    ensures bad_level: \result == STATUS_BAD_LEVEL <==> !PageLevel(largest);
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> PageLevel(largest) && !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> PageLevel(largest) && Canonical(address) && address % PAGE_SIZE != 0;
    ensures bad_permission: \result == STATUS_BAD_PERMISSION <==>
      PageLevel(largest) && GoodRange(address, pages) && !GoodPermissions(permissions, \old(table->write_execute));
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==> PageLevel(largest) && Canonical(address) && address % PAGE_SIZE == 0 &&
      !(GoodRange(address, pages) && (GoodPermissions(permissions, \old(table->write_execute)) ==>
        \old(FramesThere(table->frames, frame, pages, permissions))));
    ensures fits: PageLevel(largest) && GoodRange(address, pages) && GoodPermissions(permissions, \old(table->write_execute)) &&
      \old(FramesThere(table->frames, frame, pages, permissions)) &&
      \old(FitsFrom(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address))) ==>
        \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures good: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY ==> PageLevel(largest) && GoodRange(address, pages) && GoodPermissions(permissions, \old(table->write_execute)) &&
      \old(FramesThere(table->frames, frame, pages, permissions));
    ensures fitted: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY ==>
      \old(FitsFrom(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address)));
    ensures out_of_memory: \result == STATUS_OUT_OF_MEMORY ==> \old(table->frames->buddy.free_frames) <
      \old(MissingFrom(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address)));
    ensures enough: \result == STATUS_OK ==> \old(table->frames->buddy.free_frames) >=
      \old(MissingFrom(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address)));
    ensures was_unmapped: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY ==>
      \old(RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + pages));
    ensures in_the_way: \result == STATUS_ALREADY_MAPPED || \result == STATUS_LARGER_PAGE ==>
      !\old(RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + pages));
    ensures smaller: \result == STATUS_SMALLER_PAGES ==>
      \old(SomeSmaller(table->memory, table->root, PageOf(address), PageOf(address) + pages));
    ensures not_allocated: \result == STATUS_NOT_ALLOCATED ==> \old(SomeOwner(table->frames, frame, pages, OWNER_FREE));
    ensures reserved: \result == STATUS_RESERVED ==> \old(SomeOwner(table->frames, frame, pages, OWNER_RESERVED));
    ensures bad_owner: \result == STATUS_BAD_OWNER ==> \old(SomeTable(table->frames, frame, pages));
    ensures saturated: \result == STATUS_SATURATED ==> \old(SomeSaturated(table->frames, frame, pages));
    ensures mapped: \result == STATUS_OK ==>
      RangeRun(table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions);
    ensures others: \result == STATUS_OK ==>
      SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages);
    ensures taken: \result == STATUS_OK ==> table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames) -
      \old(MissingFrom(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages, frame, permissions, largest, PageOf(address)));
    ensures holds: \result == STATUS_OK ==> HoldsMore{Pre, Post}(table->frames, pages);
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst{Pre}(table->frames, frame)) > References{Pre}(table->frames, BlockFirst{Pre}(table->frames, frame));
    ensures uses: \result == STATUS_OK && permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures unchanged: \result != STATUS_OK ==> SameEntries{Pre, Post}(table->frames, table->memory) &&
      SameRecords{Pre, Post}(table->frames) && table->frames->buddy.free_frames == \old(table->frames->buddy.free_frames);
*/
enum status pagetable_map_range(struct pagetable *table, uint64_t address, frame_t frame,
                                uint64_t pages, uint32_t largest, uint32_t permissions);

/* Removes the translation of every page in the range; *seen says what was mapped. As pagetable_unmap does for each:
 * references are dropped, and the range is added to *flush if any page in it was mapped, with the tables that went.
 * STATUS_NOT_CANONICAL; STATUS_MISALIGNED: address is not a multiple of 4 KiB; STATUS_OUT_OF_RANGE: pages is 0, or the
 * range goes beyond the half of the addresses it begins in; STATUS_LARGER_PAGE: a page reaches over an end of it.
 * O(levels) for each table in the range, O(1) for each entry of one. */
/*@ requires valid: SpaceValid(table);
    requires seen: \valid(seen) && SeenApart(table, seen);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, seen);
    assigns *seen, *flush, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_OUT_OF_RANGE || \result == STATUS_LARGER_PAGE;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==>
      Canonical(address) && address % PAGE_SIZE == 0 && !GoodRange(address, pages);
    ensures larger: GoodRange(address, pages) ==> (\result == STATUS_OK <==>
      \old(PageEdge(table->memory, table->root, PageOf(address))) &&
      \old(PageEdge(table->memory, table->root, PageOf(address) + pages)));
    ensures unmapped: \result == STATUS_OK ==>
      RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + pages);
    ensures others: \result == STATUS_OK ==>
      SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages);
    ensures all: \result == STATUS_OK ==> seen->pages <= pages &&
      (seen->pages == pages <==> \old(RangeMapped(table->memory, table->root, PageOf(address), PageOf(address) + pages)));
    ensures none: \result == STATUS_OK ==>
      (seen->pages == 0 <==> \old(RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + pages)));
    ensures flush: \result == STATUS_OK && seen->pages > 0 ==>
      OwedRange{Pre, Post}(flush, PageOf(address), PageOf(address) + pages, 3);
    ensures sizes: \result == STATUS_OK && seen->pages > 0 ==>
      \old(RangeSizes(table->memory, table->root, PageOf(address), PageOf(address) + pages, \at(flush->level, Post)));
    ensures retired: SameChain{Pre, Post}(flush) || (flush->tables == 1 && Retired(table->frames, flush->table));
    ensures pending: SameRetired{Pre, Post}(table->frames);
    ensures nothing: \result == STATUS_OK && seen->pages == 0 ==> *flush == \old(*flush) &&
      SameRecords{Pre, Post}(table->frames) && SameEntries{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> *seen == \old(*seen) && *flush == \old(*flush) &&
      SameRecords{Pre, Post}(table->frames) && SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_unmap_range(struct pagetable *table, uint64_t address, uint64_t pages,
                                  struct seen *seen, struct flush *flush);

/* Gives every mapped page in the range these permissions and the same frames; *seen says what was mapped. Accessed and
 * dirty are kept. The range is added to *flush if any page in it was mapped.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_OUT_OF_RANGE as of pagetable_unmap_range; STATUS_BAD_PERMISSION:
 * unknown bits, two memory types, or writable and executable at once where that is not allowed; STATUS_LARGER_PAGE as of
 * pagetable_unmap_range; STATUS_BAD_PERMISSION: PAGE_UNOWNED is not what it is of some page that is mapped there.
 * Goes through the range twice: O(levels) for each table in it, O(1) for each entry of one. */
/*@ requires valid: SpaceValid(table);
    requires seen: \valid(seen) && SeenApart(table, seen);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, seen);
    assigns *seen, *flush, table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_OUT_OF_RANGE || \result == STATUS_BAD_PERMISSION || \result == STATUS_LARGER_PAGE;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==>
      Canonical(address) && address % PAGE_SIZE == 0 && !GoodRange(address, pages);
    ensures bad_permission: GoodRange(address, pages) && !GoodPermissions(permissions, table->write_execute) ==>
      \result == STATUS_BAD_PERMISSION;
    ensures larger: GoodRange(address, pages) && GoodPermissions(permissions, table->write_execute) ==>
      (\result != STATUS_LARGER_PAGE <==> \old(PageEdge(table->memory, table->root, PageOf(address))) &&
        \old(PageEdge(table->memory, table->root, PageOf(address) + pages)));
    ensures owned: \result == STATUS_BAD_PERMISSION && GoodPermissions(permissions, table->write_execute) ==>
      !\old(RangeOwned(table->memory, table->root, PageOf(address), PageOf(address) + pages, permissions));
    ensures good: \result == STATUS_OK ==> GoodPermissions(permissions, table->write_execute) &&
      \old(RangeOwned(table->memory, table->root, PageOf(address), PageOf(address) + pages, permissions));
    ensures protected: \result == STATUS_OK ==>
      RangeProtected{Pre, Post}(table->memory, table->root, PageOf(address), PageOf(address) + pages, permissions);
    ensures others: \result == STATUS_OK ==>
      SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages);
    ensures all: \result == STATUS_OK ==> seen->pages <= pages &&
      (seen->pages == pages <==> \old(RangeMapped(table->memory, table->root, PageOf(address), PageOf(address) + pages)));
    ensures none: \result == STATUS_OK ==>
      (seen->pages == 0 <==> \old(RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + pages)));
    ensures flush: \result == STATUS_OK && seen->pages > 0 ==>
      OwedRange{Pre, Post}(flush, PageOf(address), PageOf(address) + pages, 3);
    ensures sizes: \result == STATUS_OK && seen->pages > 0 ==>
      \old(RangeSizes(table->memory, table->root, PageOf(address), PageOf(address) + pages, \at(flush->level, Post)));
    ensures no_table: SameChain{Pre, Post}(flush);
    ensures nothing: \result == STATUS_OK && seen->pages == 0 ==> *flush == \old(*flush) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> *seen == \old(*seen) && *flush == \old(*flush) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_protect_range(struct pagetable *table, uint64_t address, uint64_t pages,
                                    uint32_t permissions, struct seen *seen, struct flush *flush);

/* Clears accessed and dirty of every mapped page in the range; *seen says what was mapped, and whether either bit was
 * set of any page: then the range is added to *flush. Neither bit is lost that the processor sets meanwhile.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_OUT_OF_RANGE, STATUS_LARGER_PAGE as of pagetable_unmap_range.
 * O(levels) for each table in the range, O(1) for each entry of one. */
/*@ requires valid: SpaceValid(table);
    requires seen: \valid(seen) && SeenApart(table, seen);
    requires flush: \valid(flush) && FlushApart(table, flush) && \separated(flush, seen);
    assigns *seen, *flush, table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_OUT_OF_RANGE || \result == STATUS_LARGER_PAGE;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==>
      Canonical(address) && address % PAGE_SIZE == 0 && !GoodRange(address, pages);
    ensures larger: GoodRange(address, pages) ==> (\result == STATUS_OK <==>
      \old(PageEdge(table->memory, table->root, PageOf(address))) &&
      \old(PageEdge(table->memory, table->root, PageOf(address) + pages)));
    ensures cleared: \result == STATUS_OK ==>
      RangeCleared{Pre, Post}(table->memory, table->root, PageOf(address), PageOf(address) + pages);
    ensures others: \result == STATUS_OK ==>
      SamePagesOutside{Pre, Post}(table->frames, table->memory, table->root, PageOf(address), PageOf(address) + pages);
    ensures all: \result == STATUS_OK ==> seen->pages <= pages &&
      (seen->pages == pages <==> \old(RangeMapped(table->memory, table->root, PageOf(address), PageOf(address) + pages)));
    ensures none: \result == STATUS_OK ==>
      (seen->pages == 0 <==> \old(RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + pages)));
    ensures flush: \result == STATUS_OK && (seen->accessed == 1 || seen->dirty == 1) ==>
      OwedRange{Pre, Post}(flush, PageOf(address), PageOf(address) + pages, 3) &&
      \old(RangeSizes(table->memory, table->root, PageOf(address), PageOf(address) + pages, \at(flush->level, Post)));
    ensures no_flush: \result == STATUS_OK && seen->accessed == 0 && seen->dirty == 0 ==> *flush == \old(*flush);
    ensures no_table: SameChain{Pre, Post}(flush);
    ensures unchanged: \result != STATUS_OK ==> *seen == \old(*seen) && *flush == \old(*flush) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_test_and_clear_range(struct pagetable *table, uint64_t address,
                                           uint64_t pages, struct seen *seen, struct flush *flush);

/* What the range begins with: *run is as many of its pages as translate alike, at least one. Called again for what is left it
 * goes through a whole address space. Pages of any size make up a run, and one may reach over an end of the range.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_OUT_OF_RANGE as of pagetable_unmap_range.
 * O(levels) for each table in the run, O(1) for each entry of one. */
/*@ requires valid: SpaceValid(table);
    requires run: \valid(run) && RunApart(table, run);
    assigns *run;
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_OUT_OF_RANGE;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures out_of_range: \result == STATUS_OUT_OF_RANGE <==>
      Canonical(address) && address % PAGE_SIZE == 0 && !GoodRange(address, pages);
    ensures length: \result == STATUS_OK ==> 1 <= run->pages <= pages;
    ensures mapped: \result == STATUS_OK && run->mapped == 1 ==> RangeRun(table->memory, table->root, PageOf(address),
      PageOf(address) + run->pages, run->frame, run->permissions);
    ensures unmapped: \result == STATUS_OK && run->mapped == 0 ==>
      RangeUnmapped(table->memory, table->root, PageOf(address), PageOf(address) + run->pages);
    ensures stops: \result == STATUS_OK && run->pages < pages && run->mapped == 1 ==>
      !PageMaps(table->memory, table->root, PageOf(address) + run->pages, run->frame + run->pages, run->permissions);
    ensures begins: \result == STATUS_OK && run->pages < pages && run->mapped == 0 ==>
      Mapped(table->memory, table->root, PageOf(address) + run->pages);
    ensures entries: SameEntries{Pre, Post}(table->frames, table->memory);
    ensures unchanged: \result != STATUS_OK ==> *run == \old(*run);
*/
enum status pagetable_query_range(const struct pagetable *table, uint64_t address, uint64_t pages,
                                  struct page_run *run);

/* Drops the reference of every mapping and gives every table back, the root included;
 * table means nothing afterwards. The processor must not be using it. O(entries of its tables). */
/*@ requires valid: SpaceValid(table);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: MapLayout(table->frames, table->memory) && TablesValid(table->frames, table->memory);
    ensures empty: EmptyTable(table->memory, table->root);
    ensures others: SamePagesOf{Pre, Post}(table->frames, table->memory, table->root);
*/
void pagetable_destroy(struct pagetable *table);

/* Null, or the name of the first broken clause: each table has the level, parent and index of
 * the one slot that points at it, live counts its entries, pages are of a size and type there is, and mappings
 * that own a frame own one in use. O(entries of its tables). */
/*@ requires layout: SpaceLayout(table);
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures root: \result == \null ==> Root(table->frames, table->root);
*/
const char *pagetable_check(const struct pagetable *table);

#endif

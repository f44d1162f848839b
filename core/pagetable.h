/* Layer 4: page tables of four levels and 4 KiB pages, in the entry format of pte.h.
 *
 * A table is a frame whose record says OWNER_TABLE1 .. OWNER_TABLE4, which slot points
 * at it (parent, index) and how many of its 512 entries are in use (live). Entry i of
 * the table in frame f is memory[512 * f + i], seen through the direct map.
 *
 * Addresses are virtual and must be canonical: bits 63 .. 47 all equal. A call that
 * returns anything but STATUS_OK has changed nothing. After pagetable_unmap and
 * pagetable_protect the caller owes the processor a flush of the page.
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

#define PAGETABLE_LEVELS 4u

struct pagetable {
  struct frames *frames;
  uint64_t *memory; /* the direct map: frame f is memory[512 * f .. 512 * f + 511] */
  frame_t root;     /* the table of level 4 */
};

/* What a page translates to. */
struct translation {
  frame_t frame;
  uint32_t permissions; /* PAGE_* */
  bool accessed;        /* as the processor left them */
  bool dirty;
};

#include "../annotations/pagetable.acsl"

/* Makes table an empty address space: one frame, owner OWNER_TABLE4.
 * STATUS_OUT_OF_MEMORY. O(512). */
/*@ requires valid: MapLayout(frames, memory) && TablesValid(frames, memory);
    requires table: \valid(table) && \separated(table, memory + (0 .. 512 * frames->nframes - 1), FRAMES_MEMORY(frames));
    assigns *table, memory[0 .. 512 * frames->nframes - 1], FRAMES_CHANGES(frames);
    ensures statuses: \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY;
    ensures valid: \result == STATUS_OK ==> SpaceValid(table);
    ensures kept: MapLayout(frames, memory) && TablesValid(frames, memory);
    ensures made: \result == STATUS_OK ==> table->frames == frames && table->memory == memory;
    ensures fresh: \result == STATUS_OK ==> Owner{Pre}(frames, table->root) == OWNER_FREE;
    ensures empty: \result == STATUS_OK ==> \forall integer q; Page(q) ==> !Mapped(memory, table->root, q);
    ensures owners: \result == STATUS_OK ==> SameOwnersBut{Pre, Post}(frames, table->root);
    ensures others: SamePages{Pre, Post}(frames, memory);
    ensures unchanged: \result != STATUS_OK ==> *table == \old(*table) && SameRecords{Pre, Post}(frames) &&
      SameEntries{Pre, Post}(frames, memory);
*/
enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory);

/* Maps the page at address to frame with these permissions (PAGE_*), making the tables
 * that are missing. Without PAGE_UNOWNED the frame must be in use by the kernel or a user, and
 * the mapping holds a reference to it. With PAGE_UNOWNED any frame number is taken as it is.
 * Checked in this order:
 * STATUS_NOT_CANONICAL; STATUS_MISALIGNED: address is not a multiple of PAGE_SIZE;
 * STATUS_BAD_PERMISSION: unknown bits, or writable and executable at once;
 * STATUS_OUT_OF_RANGE, STATUS_NOT_ALLOCATED, STATUS_RESERVED, STATUS_BAD_OWNER (a table),
 * STATUS_SATURATED: what frame is, if the mapping is to own it; STATUS_ALREADY_MAPPED;
 * STATUS_OUT_OF_MEMORY: no frame for a table; those made on the way are given back.
 * O(levels), and O(512) for each table made. */
/*@ requires valid: SpaceValid(table);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_BAD_PERMISSION || \result == STATUS_OUT_OF_RANGE || \result == STATUS_NOT_ALLOCATED ||
      \result == STATUS_RESERVED || \result == STATUS_BAD_OWNER || \result == STATUS_SATURATED ||
      \result == STATUS_ALREADY_MAPPED || \result == STATUS_OUT_OF_MEMORY;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures bad_permission: Canonical(address) && address % PAGE_SIZE == 0 ==>
      (\result == STATUS_BAD_PERMISSION <==> !GoodPermissions(permissions));
    ensures out_of_range: MapAsked(address, permissions) && permissions < PAGE_UNOWNED ==>
      (\result == STATUS_OUT_OF_RANGE <==> frame >= table->frames->nframes);
    ensures not_allocated: MapAsked(address, permissions) && permissions < PAGE_UNOWNED && frame < table->frames->nframes ==>
      (\result == STATUS_NOT_ALLOCATED <==> \old(Owner(table->frames, frame)) == OWNER_FREE);
    ensures reserved: MapAsked(address, permissions) && permissions < PAGE_UNOWNED && frame < table->frames->nframes ==>
      (\result == STATUS_RESERVED <==> \old(Owner(table->frames, frame)) == OWNER_RESERVED);
    ensures bad_owner: MapAsked(address, permissions) && permissions < PAGE_UNOWNED && frame < table->frames->nframes ==>
      (\result == STATUS_BAD_OWNER <==> \old(Owner(table->frames, frame)) >= OWNER_TABLE1);
    ensures saturated: MapAsked(address, permissions) && permissions < PAGE_UNOWNED && frame < table->frames->nframes &&
      OWNER_KERNEL <= \old(Owner(table->frames, frame)) <= OWNER_USER ==> (\result == STATUS_SATURATED <==>
        \old(References(table->frames, BlockFirst(table->frames, frame))) == FRAME_REFERENCES_MAX);
    ensures already_mapped: \result == STATUS_ALREADY_MAPPED || \result == STATUS_OK || \result == STATUS_OUT_OF_MEMORY ==>
      (\result == STATUS_ALREADY_MAPPED <==> \old(Mapped(table->memory, table->root, PageOf(address))));
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, PageOf(address)) &&
      PteFrame(Entry(table->memory, table->root, PageOf(address)), 1) == frame &&
      PtePermissions(Entry(table->memory, table->root, PageOf(address)), 1) == permissions;
    ensures reference: \result == STATUS_OK && permissions < PAGE_UNOWNED ==>
      References(table->frames, BlockFirst(table->frames, frame)) ==
        \old(References(table->frames, BlockFirst(table->frames, frame))) + 1;
    ensures uses: \result != STATUS_OK || permissions >= PAGE_UNOWNED ==> SameUse{Pre, Post}(table->frames);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address));
    ensures unchanged: \result != STATUS_OK ==> SamePages{Pre, Post}(table->frames, table->memory) &&
      Restored{Pre, Post}(table->frames);
*/
enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame,
                          uint32_t permissions);

/* Removes the translation of the page at address; *out is what it was. Its reference is
 * dropped, and a table whose last entry goes is given back.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_NOT_MAPPED. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    assigns *out, table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_NOT_MAPPED;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures not_mapped: Canonical(address) && address % PAGE_SIZE == 0 ==>
      (\result == STATUS_NOT_MAPPED <==> !\old(Mapped(table->memory, table->root, PageOf(address))));
    ensures was: \result == STATUS_OK ==>
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address)), 1)) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address)), 1));
    ensures unmapped: \result == STATUS_OK ==> !Mapped(table->memory, table->root, PageOf(address));
    ensures pruned: \result == STATUS_OK ==> Pruned(table->frames, table->memory, table->root, PageOf(address));
    ensures reference: \result == STATUS_OK && out->permissions < PAGE_UNOWNED && out->frame < table->frames->nframes &&
      OWNER_KERNEL <= Owner{Pre}(table->frames, out->frame) <= OWNER_USER ==>
        ReferenceDropped{Pre, Post}(table->frames, out->frame);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address));
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && SameRecords{Pre, Post}(table->frames) &&
      SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_unmap(struct pagetable *table, uint64_t address, struct translation *out);

/* Gives the page at address other permissions and the same frame; *out is what it was.
 * Accessed and dirty are kept. PAGE_UNOWNED cannot be changed.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_BAD_PERMISSION, STATUS_NOT_MAPPED. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    assigns *out, table->memory[0 .. 512 * table->frames->nframes - 1];
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_MISALIGNED ||
      \result == STATUS_BAD_PERMISSION || \result == STATUS_NOT_MAPPED;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures misaligned: \result == STATUS_MISALIGNED <==> Canonical(address) && address % PAGE_SIZE != 0;
    ensures bad_permission: Canonical(address) && address % PAGE_SIZE == 0 ==> (\result == STATUS_BAD_PERMISSION <==>
      !GoodPermissions(permissions) || (\old(Mapped(table->memory, table->root, PageOf(address))) &&
        \old(PtePermissions(Entry(table->memory, table->root, PageOf(address)), 1)) / PAGE_UNOWNED != permissions / PAGE_UNOWNED));
    ensures not_mapped: Canonical(address) && address % PAGE_SIZE == 0 && GoodPermissions(permissions) ==>
      (\result == STATUS_NOT_MAPPED <==> !\old(Mapped(table->memory, table->root, PageOf(address))));
    ensures was: \result == STATUS_OK ==>
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address)), 1)) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address)), 1));
    ensures mapped: \result == STATUS_OK ==> Mapped(table->memory, table->root, PageOf(address));
    ensures frame: \result == STATUS_OK ==> PteFrame(Entry(table->memory, table->root, PageOf(address)), 1) == out->frame;
    ensures permissions: \result == STATUS_OK ==>
      PtePermissions(Entry(table->memory, table->root, PageOf(address)), 1) == permissions;
    ensures seen: \result == STATUS_OK ==>
      (PteAccessed(Entry(table->memory, table->root, PageOf(address))) == 1 <==> out->accessed) &&
      (PteDirty(Entry(table->memory, table->root, PageOf(address))) == 1 <==> out->dirty);
    ensures others: \result == STATUS_OK ==>
      SamePagesBut{Pre, Post}(table->frames, table->memory, table->root, PageOf(address));
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out) && SameEntries{Pre, Post}(table->frames, table->memory);
*/
enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t permissions,
                              struct translation *out);

/* What the page that holds address (of any alignment) translates to.
 * STATUS_NOT_CANONICAL, STATUS_NOT_MAPPED. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out) && SpaceApart(table, out);
    assigns *out;
    ensures valid: SpaceValid(table);
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_NOT_MAPPED;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures not_mapped: Canonical(address) ==> (\result == STATUS_NOT_MAPPED <==>
      !\old(Mapped(table->memory, table->root, PageOf(address))));
    ensures translation: \result == STATUS_OK ==>
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address)), 1)) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address)), 1));
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out);
*/
enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out);

/* Drops the reference of every mapping and gives every table back, the root included;
 * table means nothing afterwards. The processor must not be using it. O(entries of its tables). */
/*@ requires valid: SpaceValid(table);
    assigns table->memory[0 .. 512 * table->frames->nframes - 1], FRAMES_CHANGES(table->frames);
    ensures valid: MapLayout(table->frames, table->memory) && TablesValid(table->frames, table->memory);
    ensures empty: EmptyTable(table->memory, table->root);
    ensures others: SamePagesElse{Pre, Post}(table->frames, table->memory, table->root);
*/
void pagetable_destroy(struct pagetable *table);

/* Null, or the name of the first broken clause: each table has the level, parent and index of
 * the one slot that points at it, live counts its entries, and mappings that own a frame
 * own one in use. O(entries of its tables). */
/*@ requires layout: SpaceLayout(table);
    assigns \nothing;
    ensures text: \result == \null || (\valid_read(\result) && \result[0] != 0);
    ensures root: \result == \null ==> Root(table->frames, table->root);
*/
const char *pagetable_check(const struct pagetable *table);

#endif

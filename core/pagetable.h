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

#include "../annotations/pagetable.acsl"

/* What a page translates to. */
struct translation {
  frame_t frame;
  uint32_t permissions; /* PAGE_* */
  bool accessed;        /* as the processor left them */
  bool dirty;
};

/* Makes table an empty address space: one frame, owner OWNER_TABLE4.
 * STATUS_OUT_OF_MEMORY. O(512). */
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
enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame,
                          uint32_t permissions);

/* Removes the translation of the page at address; *out is what it was. Its reference is
 * dropped, and a table whose last entry goes is given back.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_NOT_MAPPED. O(levels). */
enum status pagetable_unmap(struct pagetable *table, uint64_t address, struct translation *out);

/* Gives the page at address other permissions and the same frame; *out is what it was.
 * Accessed and dirty are kept. PAGE_UNOWNED cannot be changed.
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_BAD_PERMISSION, STATUS_NOT_MAPPED. O(levels). */
enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t permissions,
                              struct translation *out);

/* What the page that holds address (of any alignment) translates to.
 * STATUS_NOT_CANONICAL, STATUS_NOT_MAPPED. O(levels). */
/*@ requires valid: SpaceValid(table);
    requires out: \valid(out);
    assigns *out;
    ensures statuses: \result == STATUS_OK || \result == STATUS_NOT_CANONICAL || \result == STATUS_NOT_MAPPED;
    ensures not_canonical: \result == STATUS_NOT_CANONICAL <==> !Canonical(address);
    ensures not_mapped: Canonical(address) ==> (\result == STATUS_NOT_MAPPED <==>
      !\old(Mapped(table->memory, table->root, PageOf(address))));
    ensures translation: \result == STATUS_OK ==>
      out->frame == \old(PteFrame(Entry(table->memory, table->root, PageOf(address)))) &&
      out->permissions == \old(PtePermissions(Entry(table->memory, table->root, PageOf(address))));
    ensures unchanged: \result != STATUS_OK ==> *out == \old(*out);
*/
enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out);

/* Drops the reference of every mapping and gives every table back, the root included;
 * table means nothing afterwards. The processor must not be using it. O(entries of its tables). */
void pagetable_destroy(struct pagetable *table);

/* Null, or the name of the first broken clause: each table has the level, parent and index of
 * the one slot that points at it, live counts its entries, and mappings that own a frame
 * own one in use. O(entries of its tables). */
const char *pagetable_check(const struct pagetable *table);

#endif

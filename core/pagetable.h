/* Layer 4: x86_64 page tables, four levels, 4 KiB pages.
 *
 * A table is a frame whose record says OWNER_TABLE1 .. OWNER_TABLE4 and which slot (parent, index)
 * points at it. Its 512 entries are seen through the direct map: entry i of frame f is memory[512*f + i].
 */
#ifndef ASHLAR_PAGETABLE_H
#define ASHLAR_PAGETABLE_H

#include "frame.h"
#include "status.h"
#include "types.h"

#define PAGE_SIZE 4096u

/* Permissions. Every mapping is readable. */
#define PAGE_WRITE 1u
#define PAGE_EXECUTE 2u
#define PAGE_USER 4u
#define PAGE_GLOBAL 8u
#define PAGE_PERMISSIONS 15u

struct pagetable {
  struct frames *frames;
  uint64_t *memory; /* the direct map: frame f is memory[512*f .. 512*f + 511] */
  frame_t root;     /* the level-4 table */
};

/* What a page translates to. */
struct translation {
  frame_t frame;
  uint32_t permissions;
  bool accessed; /* as the processor left them */
  bool dirty;
};

/* An empty address space: one frame, owner TABLE4. STATUS_OUT_OF_MEMORY. */
enum status pagetable_create(struct pagetable *table, struct frames *frames, uint64_t *memory);

/* Maps the page at address (canonical, page-aligned) to frame, which must be in use (a reference is taken)
 * or reserved (device memory, the kernel image: no reference). Checked in this order:
 * STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_BAD_PERMISSION (unknown bits; write and execute),
 * STATUS_OUT_OF_RANGE (frame), STATUS_NOT_ALLOCATED (the frame is free), STATUS_BAD_OWNER (it is a table), STATUS_SATURATED, STATUS_ALREADY_MAPPED, STATUS_OUT_OF_MEMORY. */
enum status pagetable_map(struct pagetable *table, uint64_t address, frame_t frame,
                          uint32_t permissions);

/* Removes the translation; *out is what it was, dirty and accessed included. The reference is dropped, and a
 * table whose last entry goes is given back. STATUS_NOT_CANONICAL, STATUS_MISALIGNED, STATUS_NOT_MAPPED. The caller must flush the page. */
enum status pagetable_unmap(struct pagetable *table, uint64_t address, struct translation *out);

/* New permissions, same frame; *out is what it was. */
enum status pagetable_protect(struct pagetable *table, uint64_t address, uint32_t permissions,
                              struct translation *out);

/* What the page that contains address translates to. STATUS_NOT_CANONICAL, STATUS_NOT_MAPPED. O(levels). */
enum status pagetable_query(const struct pagetable *table, uint64_t address,
                            struct translation *out);

/* Gives every table back and drops every reference; table is unusable afterwards. */
enum status pagetable_destroy(struct pagetable *table);

/* Null, or the name of the first broken clause (walks the tree). */
const char *pagetable_check(const struct pagetable *table);

#endif

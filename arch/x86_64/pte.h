/* The page-table entry of x86_64, 4 KiB pages.
 *
 *     63  62..52     51..12        11..10  9        8  6  5  2  1  0
 *     NX  (ignored)  frame number  -       unowned  G  D  A  U  W  P
 *
 * An entry of level 2 or above points at a table; the permissions of a page are those
 * of its leaf alone, so an entry that points at a table permits everything. Frame
 * numbers are 32 bits wide (16 TiB). Bit 9 is left to software by the processor; here it
 * says that the mapping holds no reference to its frame.
 *
 * Source: Intel SDM vol. 3, 4.5 "4-level paging"; AMD APM vol. 2, 5.4.
 */
#ifndef ASHLAR_PTE_H
#define ASHLAR_PTE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../core/page.h"

#define PTE_PRESENT ((uint64_t)1 << 0)
#define PTE_WRITE ((uint64_t)1 << 1)
#define PTE_USER ((uint64_t)1 << 2)
#define PTE_ACCESSED ((uint64_t)1 << 5)
#define PTE_DIRTY ((uint64_t)1 << 6)
#define PTE_GLOBAL ((uint64_t)1 << 8)
#define PTE_UNOWNED ((uint64_t)1 << 9)
#define PTE_NO_EXECUTE ((uint64_t)1 << 63)
#define PTE_FRAME_SHIFT 12

static inline bool pte_present(uint64_t entry)
{
  return (entry & PTE_PRESENT) != 0;
}

/* The frame an entry points at, be it a table or a page. */
static inline uint32_t pte_frame(uint64_t entry)
{
  return (uint32_t)(entry >> PTE_FRAME_SHIFT & UINT32_MAX);
}

static inline bool pte_accessed(uint64_t entry)
{
  return (entry & PTE_ACCESSED) != 0;
}

static inline bool pte_dirty(uint64_t entry)
{
  return (entry & PTE_DIRTY) != 0;
}

/* The permissions of a leaf. */
static inline uint32_t pte_permissions(uint64_t entry)
{
  return ((entry & PTE_WRITE) != 0 ? PAGE_WRITE : 0) |
         ((entry & PTE_NO_EXECUTE) == 0 ? PAGE_EXECUTE : 0) |
         ((entry & PTE_USER) != 0 ? PAGE_USER : 0) | ((entry & PTE_GLOBAL) != 0 ? PAGE_GLOBAL : 0) |
         ((entry & PTE_UNOWNED) != 0 ? PAGE_UNOWNED : 0);
}

/* An entry that points at a table. */
static inline uint64_t pte_table(uint32_t frame)
{
  return (uint64_t)frame << PTE_FRAME_SHIFT | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

/* An entry that maps a page. */
static inline uint64_t pte_leaf(uint32_t frame, uint32_t permissions)
{
  return (uint64_t)frame << PTE_FRAME_SHIFT | PTE_PRESENT |
         ((permissions & PAGE_WRITE) != 0 ? PTE_WRITE : 0) |
         ((permissions & PAGE_EXECUTE) != 0 ? 0 : PTE_NO_EXECUTE) |
         ((permissions & PAGE_USER) != 0 ? PTE_USER : 0) |
         ((permissions & PAGE_GLOBAL) != 0 ? PTE_GLOBAL : 0) |
         ((permissions & PAGE_UNOWNED) != 0 ? PTE_UNOWNED : 0);
}

/* The same page with other permissions; accessed and dirty are carried over. */
static inline uint64_t pte_with_permissions(uint64_t entry, uint32_t permissions)
{
  return pte_leaf(pte_frame(entry), permissions) | (entry & (PTE_ACCESSED | PTE_DIRTY));
}

/* The only accesses to entries in memory: one 64-bit access each. The processor may set
 * accessed and dirty at any moment, so a present entry is changed by exchange, which
 * loses neither. */
static inline uint64_t pte_read(const uint64_t *slot)
{
  return __atomic_load_n(slot, __ATOMIC_RELAXED);
}

static inline void pte_write(uint64_t *slot, uint64_t entry)
{
  __atomic_store_n(slot, entry, __ATOMIC_RELEASE);
}

/* Replaces expected by entry, unless the slot holds something else by now. */
static inline bool pte_update(uint64_t *slot, uint64_t expected, uint64_t entry)
{
  return __atomic_compare_exchange_n(slot, &expected, entry, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED);
}

static inline uint64_t pte_exchange(uint64_t *slot, uint64_t entry)
{
  return __atomic_exchange_n(slot, entry, __ATOMIC_ACQ_REL);
}

#endif

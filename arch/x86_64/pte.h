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

#include "../../annotations/pte.acsl"

/* The fields, as the number that bit is worth. Fields are read by division and written by
 * addition, which the provers follow; compilers make shifts of them. */
#define PTE_PRESENT ((uint64_t)1)
#define PTE_WRITE ((uint64_t)2)
#define PTE_USER ((uint64_t)4)
#define PTE_ACCESSED ((uint64_t)32)
#define PTE_DIRTY ((uint64_t)64)
#define PTE_GLOBAL ((uint64_t)256)
#define PTE_UNOWNED ((uint64_t)512)
#define PTE_FRAME ((uint64_t)4096)
#define PTE_NO_EXECUTE ((uint64_t)9223372036854775808u)

/*@ assigns \nothing;
    ensures exact: \result <==> PtePresent(entry);
*/
static inline bool pte_present(uint64_t entry)
{
  return entry % 2 != 0;
}

/* The frame an entry points at, be it a table or a page. */
/*@ assigns \nothing;
    ensures exact: \result == PteFrame(entry);
*/
static inline uint32_t pte_frame(uint64_t entry)
{
  return (uint32_t)(entry / PTE_FRAME % 4294967296u);
}

/*@ assigns \nothing;
    ensures exact: \result <==> PteAccessed(entry) == 1;
*/
static inline bool pte_accessed(uint64_t entry)
{
  return entry / PTE_ACCESSED % 2 != 0;
}

/*@ assigns \nothing;
    ensures exact: \result <==> PteDirty(entry) == 1;
*/
static inline bool pte_dirty(uint64_t entry)
{
  return entry / PTE_DIRTY % 2 != 0;
}

/* The permissions of a leaf. */
/*@ assigns \nothing;
    ensures exact: \result == PtePermissions(entry);
    ensures known: \result <= PAGE_PERMISSIONS;
*/
static inline uint32_t pte_permissions(uint64_t entry)
{
  return (uint32_t)(entry / PTE_WRITE % 2 * PAGE_WRITE +
                    (1 - entry / PTE_NO_EXECUTE) * PAGE_EXECUTE + entry / PTE_USER % 2 * PAGE_USER +
                    entry / PTE_GLOBAL % 2 * PAGE_GLOBAL + entry / PTE_UNOWNED % 2 * PAGE_UNOWNED);
}

/* An entry that points at a table. */
/*@ assigns \nothing;
    ensures present: PtePresent(\result);
    ensures frame: PteFrame(\result) == frame;
*/
static inline uint64_t pte_table(uint32_t frame)
{
  return frame * PTE_FRAME + PTE_USER + PTE_WRITE + PTE_PRESENT;
}

/* An entry that maps a page; seen: 1 if accessed, and 2 if dirty. */
/*@ requires known: permissions <= PAGE_PERMISSIONS && seen <= 3;
    assigns \nothing;
    ensures present: PtePresent(\result);
    ensures frame: PteFrame(\result) == frame;
    ensures permissions: PtePermissions(\result) == permissions;
    ensures seen: PteAccessed(\result) == seen % 2 && PteDirty(\result) == seen / 2;
*/
static inline uint64_t pte_page(uint32_t frame, uint32_t permissions, uint32_t seen)
{
  uint64_t w = permissions % 2;
  uint64_t x = permissions / PAGE_EXECUTE % 2;
  uint64_t u = permissions / PAGE_USER % 2;
  uint64_t og = permissions / PAGE_GLOBAL; /* global and unowned, side by side in both */
  //@ ghost uint64_t g = og % 2;
  //@ ghost uint64_t o = og / 2;
  //@ assert parts: permissions == w + 2 * x + 4 * u + 8 * g + 16 * o && o <= 1;
  uint64_t entry = (1 - x) * PTE_NO_EXECUTE + frame * PTE_FRAME + og * PTE_GLOBAL +
                   seen * PTE_ACCESSED + u * PTE_USER + w * PTE_WRITE + PTE_PRESENT;
  //@ assert bit63: entry / 9223372036854775808 == 1 - x;
  //@ assert bit12: entry / 4096 == (1 - x) * 2251799813685248 + frame;
  //@ assert bit9: entry / 512 == 8 * (entry / 4096) + o;
  //@ assert bit8: entry / 256 == 2 * (entry / 512) + g;
  //@ assert bit5: entry / 32 == 8 * (entry / 256) + seen;
  //@ assert bit6: entry / 64 == 4 * (entry / 256) + seen / 2;
  //@ assert bit2: entry / 4 == 8 * (entry / 32) + u;
  //@ assert bit1: entry / 2 == 2 * (entry / 4) + w;
  //@ assert bits: entry / 512 % 2 == o && entry / 256 % 2 == g && entry / 4 % 2 == u && entry / 2 % 2 == w;
  return entry;
}

/* An entry that maps a page, not accessed and not dirty. permissions: PAGE_*. */
/*@ requires known: permissions <= PAGE_PERMISSIONS;
    assigns \nothing;
    ensures present: PtePresent(\result);
    ensures frame: PteFrame(\result) == frame;
    ensures permissions: PtePermissions(\result) == permissions;
    ensures clean: PteAccessed(\result) == 0 && PteDirty(\result) == 0;
*/
static inline uint64_t pte_leaf(uint32_t frame, uint32_t permissions)
{
  return pte_page(frame, permissions, 0);
}

/* The same page with other permissions; accessed and dirty are carried over. */
/*@ requires known: permissions <= PAGE_PERMISSIONS;
    assigns \nothing;
    ensures present: PtePresent(\result);
    ensures frame: PteFrame(\result) == PteFrame(entry);
    ensures permissions: PtePermissions(\result) == permissions;
    ensures accessed: PteAccessed(\result) == PteAccessed(entry);
    ensures dirty: PteDirty(\result) == PteDirty(entry);
    ensures bits: 0 <= PteAccessed(entry) <= 1 && 0 <= PteDirty(entry) <= 1;
*/
static inline uint64_t pte_with_permissions(uint64_t entry, uint32_t permissions)
{
  uint32_t accessed = (uint32_t)(entry / PTE_ACCESSED % 2);
  uint32_t dirty = (uint32_t)(entry / PTE_DIRTY % 2);
  return pte_page(pte_frame(entry), permissions, 2 * dirty + accessed);
}

/* An entry that is not present. */
/*@ assigns \nothing;
    ensures absent: !PtePresent(\result);
*/
static inline uint64_t pte_empty(void)
{
  return 0;
}

/* The only accesses to entries in memory: one 64-bit access each. The processor may set
 * accessed and dirty of a present entry at any moment, and nothing else. So what is read
 * says the same as what was written but for these two bits, and a present entry is changed
 * by an exchange that returns it as it was at that moment: neither bit is lost.
 *
 * Provers do not see these builtins: the four contracts are trusted (proofs/TRUSTED.md), and
 * tests/test_pte_code.py looks at the instructions that compilers make of them. */
/*@ requires valid: \valid_read(slot);
    terminates \true;
    assigns \nothing;
    ensures same: SameEntry(\result, *slot);
*/
static inline uint64_t pte_read(const uint64_t *slot)
{
  return __atomic_load_n(slot, __ATOMIC_RELAXED);
}

/*@ requires valid: \valid(slot);
    terminates \true;
    assigns *slot;
    ensures written: *slot == entry;
*/
static inline void pte_write(uint64_t *slot, uint64_t entry)
{
  __atomic_store_n(slot, entry, __ATOMIC_RELEASE);
}

/* Replaces expected by entry. Returns what the slot held: expected when it was replaced; if not,
 * nothing was written, and expected lacks a bit that the processor has set meanwhile. */
/*@ requires valid: \valid(slot);
    requires present: PtePresent(*slot) && SameEntry(expected, *slot);
    terminates \true;
    assigns *slot;
    ensures same: SameEntry(\result, \old(*slot));
    ensures written: \result == expected ==> *slot == entry;
    ensures refused: \result != expected ==> *slot == \old(*slot) &&
      PteAccessed(\result) + PteDirty(\result) > PteAccessed(expected) + PteDirty(expected);
*/
static inline uint64_t pte_update(uint64_t *slot, uint64_t expected, uint64_t entry)
{
  (void)__atomic_compare_exchange_n(slot, &expected, entry, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED);
  return expected;
}

/*@ requires valid: \valid(slot);
    terminates \true;
    assigns *slot;
    ensures same: SameEntry(\result, \old(*slot));
    ensures written: *slot == entry;
*/
static inline uint64_t pte_exchange(uint64_t *slot, uint64_t entry)
{
  return __atomic_exchange_n(slot, entry, __ATOMIC_ACQ_REL);
}

#endif

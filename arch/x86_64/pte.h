/* The page-table entry of x86_64, of tables of level 1 (4 KiB pages), 2 (2 MiB) and 3 (1 GiB) and above.
 *
 *              63  62..52     51..12        11..10  9        8  7  6  5  4    3    2  1  0
 *     table    NX  (ignored)  frame number  -       unowned  -  0  -  A  -    -    U  W  P
 *     4 KiB    NX  (ignored)  frame number  -       unowned  G  0  D  A  PCD  PWT  U  W  P
 *     larger   NX  (ignored)  frame number  -       unowned  G  1  D  A  PCD  PWT  U  W  P
 *
 * The permissions of a page are those of its leaf alone, so an entry that points at a table permits
 * everything. Frame numbers are 32 bits wide (16 TiB). Bit 9 is left to software by the processor; here it
 * says that the mapping holds no reference to its frame.
 *
 * Uncached is entry 2 of the page attribute table (PCD), as it is after reset. Write-combining is entry 1
 * (PWT), which the kernel has to set to WC in IA32_PAT; until then it is write-through. The page attribute
 * bit, which is bit 7 of a 4 KiB page and bit 12 of a larger one, is never set: pte_reserved refuses it.
 *
 * Source: Intel SDM vol. 3, 4.5 "4-level paging", 11.12 "Page attribute table"; AMD APM vol. 2, 5.4.
 */
#ifndef ASHLAR_PTE_H
#define ASHLAR_PTE_H

#include "../../core/page.h"
#include "../../core/slot.h"

/* The fields, as the number that bit is worth. Fields are read by division and written by
 * addition, which the provers follow; compilers make shifts of them. */
#define PTE_PRESENT ((uint64_t)1)
#define PTE_WRITE ((uint64_t)2)
#define PTE_USER ((uint64_t)4)
#define PTE_ACCESSED ((uint64_t)32)
#define PTE_DIRTY ((uint64_t)64)
#define PTE_LARGE ((uint64_t)128) /* a page, above level 1 */
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

/* Whether a present entry of a table of this level points at a table. */
/*@ assigns \nothing;
    ensures exact: \result <==> PteTable(entry, level) == 1;
*/
static inline bool pte_points(uint64_t entry, uint32_t level)
{
  return level >= 2 && entry / PTE_LARGE % 2 == 0;
}

/* The frame of the table that an entry points at. */
/*@ assigns \nothing;
    ensures exact: \result == PteNext(entry);
*/
static inline uint32_t pte_next(uint64_t entry)
{
  return (uint32_t)(entry / PTE_FRAME % 4294967296u);
}

/* The first frame of the page that an entry of a table of this level maps. */
/*@ assigns \nothing;
    ensures exact: \result == PteFrame(entry, level);
*/
static inline uint32_t pte_frame(uint64_t entry, uint32_t level)
{
  (void)level; /* it stands in the same bits for all */
  return (uint32_t)(entry / PTE_FRAME % 4294967296u);
}

/*@ assigns \nothing;
    ensures exact: \result <==> PteAccessed(entry) == 1;
    ensures bit: 0 <= PteAccessed(entry) <= 1;
*/
static inline bool pte_accessed(uint64_t entry)
{
  return entry / PTE_ACCESSED % 2 != 0;
}

/*@ assigns \nothing;
    ensures exact: \result <==> PteDirty(entry) == 1;
    ensures bit: 0 <= PteDirty(entry) <= 1;
*/
static inline bool pte_dirty(uint64_t entry)
{
  return entry / PTE_DIRTY % 2 != 0;
}

/* The permissions of the page that an entry of a table of this level maps. */
/*@ assigns \nothing;
    ensures exact: \result == PtePermissions(entry, level);
    ensures known: \result <= PAGE_PERMISSIONS;
*/
static inline uint32_t pte_permissions(uint64_t entry, uint32_t level)
{
  (void)level; /* they stand in the same bits for all */
  return (uint32_t)(1 - entry / PTE_NO_EXECUTE + entry / PTE_WRITE % 16 * PAGE_WRITE +
                    entry / PTE_GLOBAL % 4 * PAGE_GLOBAL);
}

/* Whether a present entry cannot stand in a table of this level: the processor would refuse it, or
 * its frame number has more than 32 bits. */
/*@ assigns \nothing;
    ensures exact: \result <==> PteReserved(entry, level);
*/
static inline bool pte_reserved(uint64_t entry, uint32_t level)
{
  bool bit7 = entry / PTE_LARGE % 2 != 0;
  return entry / 17592186044416u % 256 != 0 || (level != 2 && level != 3 && bit7) ||
         (level == 3 && bit7 && entry / PTE_FRAME % 262144 != 0) ||
         (level == 2 && bit7 && entry / PTE_FRAME % 512 != 0);
}

/* An entry that points at a table. */
/*@ assigns \nothing;
    ensures present: PtePresent(\result);
    ensures next: PteNext(\result) == frame;
    ensures table: \forall integer k; k >= 2 ==> PteTable(\result, k) == 1 && !PteReserved(\result, k);
*/
static inline uint64_t pte_table(uint32_t frame)
{
  return frame * PTE_FRAME + PTE_USER + PTE_WRITE + PTE_PRESENT;
}

/* An entry of a table of this level (1 .. 3) that maps a page; seen: 1 if accessed, and 2 if dirty. */
/*@ requires known: PteKnown(permissions) && seen <= 3 && PteAligned(frame, level);
    assigns \nothing;
    ensures present: PtePresent(\result);
    ensures page: PteTable(\result, level) == 0 && !PteReserved(\result, level);
    ensures frame: PteFrame(\result, level) == frame;
    ensures permissions: PtePermissions(\result, level) == permissions;
    ensures seen: PteAccessed(\result) == seen % 2 && PteDirty(\result) == seen / 2;
*/
static inline uint64_t pte_page(uint32_t frame, uint32_t permissions, uint32_t seen, uint32_t level)
{
  uint64_t x = permissions % 2;
  /* Side by side in both: writable, for users, how it is cached; and global, unowned. */
  uint64_t middle = permissions / PAGE_WRITE % 16;
  uint64_t og = permissions / PAGE_GLOBAL;
  uint64_t large = level >= 2 ? 1 : 0;
  //@ ghost uint64_t a = seen % 2;
  //@ ghost uint64_t d = seen / 2;
  //@ assert halves: seen == a + 2 * d && a <= 1 && d <= 1;
  //@ assert digits: Bits(permissions, x, permissions / 2 % 2, permissions / 4 % 2, permissions / 8 % 2, permissions / 16 % 2, permissions / 32 % 2, permissions / 64);
  //@ assert parts: permissions == x + 2 * middle + 32 * og && og <= 3;
  uint64_t entry = (1 - x) * PTE_NO_EXECUTE + frame * PTE_FRAME + og * PTE_GLOBAL +
                   large * PTE_LARGE + seen * PTE_ACCESSED + middle * PTE_WRITE + PTE_PRESENT;
  //@ assert bit63: entry / 9223372036854775808 == 1 - x;
  //@ assert bit44: entry / 17592186044416 == (1 - x) * 524288;
  //@ assert bit12: entry / 4096 == (1 - x) * 2251799813685248 + frame;
  //@ assert bit8: entry / 256 == 16 * (entry / 4096) + og;
  //@ assert bit7: entry / 128 == 2 * (entry / 256) + large;
  //@ assert bit6: entry / 64 == 2 * (entry / 128) + d;
  //@ assert dirty: entry / 64 % 2 == d;
  //@ assert bit5: entry / 32 == 2 * (entry / 64) + a;
  //@ assert accessed: entry / 32 % 2 == a;
  //@ assert bit1: entry / 2 == 16 * (entry / 32) + middle;
  //@ assert upper: entry / 256 % 4 == og;
  //@ assert seventh: entry / 128 % 2 == large;
  //@ assert lower: entry / 2 % 16 == middle;
  //@ ghost uint64_t top = entry / 17592186044416;
  //@ assert high: Low(entry / 4096, top, frame);
  //@ assert frame: entry / 4096 % 4294967296 == frame;
  //@ assert start2: level == 2 ==> entry / 4096 % 512 == 0;
  //@ assert start3: level == 3 ==> entry / 4096 % 262144 == 0;
  return entry;
}

/* An entry that is not present. */
/*@ assigns \nothing;
    ensures absent: !PtePresent(\result);
*/
static inline uint64_t pte_empty(void)
{
  return 0;
}

#endif

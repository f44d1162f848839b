/* The page-table entry of riscv64 (Sv39, Sv48), of tables of level 1 (4 KiB pages), 2 (2 MiB) and 3 (1 GiB)
 * and above.
 *
 *     63  62..61  60..54  53..10        9  8        7  6  5  4  3  2  1  0
 *     0   PBMT    0       frame number  -  unowned  D  A  G  U  X  W  R  V
 *
 * An entry without R, W and X points at a table. Every page is readable. Frame numbers are 32 bits wide
 * (16 TiB). Bit 8 is left to software by the processor; here it says that the mapping holds no reference to
 * its frame.
 *
 * PBMT is that of the extension Svpbmt: 2 (IO) for uncached, 1 (NC) for write-combining. A kernel on a
 * processor without it must ask for neither: the bits are reserved there. A processor that does not set
 * accessed and dirty by itself (Svade) raises a page fault instead.
 *
 * Source: The RISC-V Instruction Set Manual, Volume II, "Sv39", "Sv48", "Svpbmt".
 */
#ifndef ASHLAR_PTE_H
#define ASHLAR_PTE_H

#include "../../core/page.h"
#include "../../core/slot.h"

/* The fields, as the number that bit is worth. Fields are read by division and written by
 * addition, which the provers follow; compilers make shifts of them. */
#define PTE_VALID ((uint64_t)1)
#define PTE_READ ((uint64_t)2)
#define PTE_WRITE ((uint64_t)4)
#define PTE_EXECUTE ((uint64_t)8)
#define PTE_USER ((uint64_t)16)
#define PTE_GLOBAL ((uint64_t)32)
#define PTE_ACCESSED ((uint64_t)64)
#define PTE_DIRTY ((uint64_t)128)
#define PTE_UNOWNED ((uint64_t)256)
#define PTE_FRAME ((uint64_t)1024)
#define PTE_MEMORY_TYPE ((uint64_t)2305843009213693952u) /* PBMT: 1 write-combining, 2 uncached */

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
  (void)level; /* here it is in the entry */
  return entry / PTE_READ % 8 == 0;
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
  (void)level; /* here it stands in the same bits for all */
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

/* The permissions of the page that an entry maps. */
/*@ assigns \nothing;
    ensures exact: \result == PtePermissions(entry, level);
    ensures known: \result <= PAGE_PERMISSIONS;
*/
static inline uint32_t pte_permissions(uint64_t entry, uint32_t level)
{
  (void)level; /* here they stand in the same bits for all */
  return (uint32_t)(entry / PTE_WRITE % 2 * PAGE_WRITE + entry / PTE_EXECUTE % 2 * PAGE_EXECUTE +
                    entry / PTE_USER % 2 * PAGE_USER +
                    entry / PTE_MEMORY_TYPE % 4 * PAGE_WRITE_COMBINING +
                    entry / PTE_GLOBAL % 2 * PAGE_GLOBAL + entry / PTE_UNOWNED % 2 * PAGE_UNOWNED);
}

/* Whether a present entry cannot stand in a table of this level: the processor would refuse it, or
 * its frame number has more than 32 bits. */
/*@ assigns \nothing;
    ensures exact: \result <==> PteReserved(entry, level);
*/
static inline bool pte_reserved(uint64_t entry, uint32_t level)
{
  if (entry / 4398046511104u % 524288 != 0 || entry / PTE_MEMORY_TYPE >= 3 ||
      entry / PTE_READ % 4 == 2)
    return true;
  if (entry / PTE_READ % 8 == 0) /* a table */
    return level <= 1 || entry / PTE_USER % 2 != 0 || entry / PTE_ACCESSED % 4 != 0 ||
           entry / PTE_MEMORY_TYPE != 0;
  return level >= 4 || (level == 3 && pte_frame(entry, level) % 262144 != 0) ||
         (level == 2 && pte_frame(entry, level) % 512 != 0);
}

/* An entry that points at a table. */
/*@ assigns \nothing;
    ensures present: PtePresent(\result);
    ensures next: PteNext(\result) == frame;
    ensures table: \forall integer k; k >= 2 ==> PteTable(\result, k) == 1 && !PteReserved(\result, k);
*/
static inline uint64_t pte_table(uint32_t frame)
{
  return frame * PTE_FRAME + PTE_VALID;
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
  (void)level; /* the contract speaks of it */
  uint64_t x = permissions % 2;
  uint64_t w = permissions / PAGE_WRITE % 2;
  uint64_t u = permissions / PAGE_USER % 2;
  uint64_t combining = permissions / PAGE_WRITE_COMBINING % 2;
  uint64_t uncached = permissions / PAGE_UNCACHED % 2;
  uint64_t og = permissions / PAGE_GLOBAL; /* global and unowned */
  //@ ghost uint64_t g = og % 2;
  //@ ghost uint64_t o = og / 2;
  //@ ghost uint64_t a = seen % 2;
  //@ ghost uint64_t d = seen / 2;
  //@ assert halves: seen == a + 2 * d && a <= 1 && (d == 0 || d == 1);
  //@ assert digits: Bits(permissions, x, w, u, combining, uncached, g, o);
  //@ assert parts: permissions == x + 2 * w + 4 * u + 8 * combining + 16 * uncached + 32 * g + 64 * o && o <= 1;
  uint64_t type = 2 * uncached + combining;
  //@ assert type: type == permissions / 8 % 4;
  //@ assert types: type == 0 || type == 1 || type == 2;
  uint64_t entry = type * PTE_MEMORY_TYPE + frame * PTE_FRAME + og / 2 * PTE_UNOWNED +
                   seen * PTE_ACCESSED + og % 2 * PTE_GLOBAL + u * PTE_USER + x * PTE_EXECUTE +
                   w * PTE_WRITE + PTE_READ + PTE_VALID;
  //@ assert bit61: entry / 2305843009213693952 == type;
  //@ assert bit42: entry / 4398046511104 == type * 524288;
  //@ assert bit10: entry / 1024 == type * 2251799813685248 + frame;
  //@ ghost uint64_t top = entry / 4398046511104;
  //@ assert high: Low(entry / 1024, top, frame);
  //@ assert frame: entry / 1024 % 4294967296 == frame;
  //@ assert bit8: entry / 256 == 4 * (entry / 1024) + o;
  //@ assert unowned: entry / 256 % 2 == o;
  //@ assert bit7: entry / 128 == 2 * (entry / 256) + d;
  //@ assert dirty: entry / 128 % 2 == d;
  //@ assert bit6: entry / 64 == 2 * (entry / 128) + a;
  //@ assert accessed: entry / 64 % 2 == a;
  //@ assert bit5: entry / 32 == 2 * (entry / 64) + g;
  //@ assert global: entry / 32 % 2 == g;
  //@ assert bit4: entry / 16 == 2 * (entry / 32) + u;
  //@ assert user: entry / 16 % 2 == u;
  //@ assert bit3: entry / 8 == 2 * (entry / 16) + x;
  //@ assert execute: entry / 8 % 2 == x;
  //@ assert bit2: entry / 4 == 2 * (entry / 8) + w;
  //@ assert write: entry / 4 % 2 == w;
  //@ assert bit1: entry / 2 == 2 * (entry / 4) + 1;
  //@ assert readable: entry / 2 % 8 != 0 && entry / 2 % 4 != 2;
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

/* Entries that map a page, made of what every format's pte.h offers. */
#ifndef ASHLAR_LEAF_H
#define ASHLAR_LEAF_H

#include "pte.h"

/* An entry of a table of this level (1 .. 3) that maps a page, not accessed and not dirty. */
/*@ requires known: PteKnown(permissions) && PteAligned(frame, level);
    assigns \nothing;
    ensures present: PtePresent(\result);
    ensures page: PteTable(\result, level) == 0 && !PteReserved(\result, level);
    ensures frame: PteFrame(\result, level) == frame;
    ensures permissions: PtePermissions(\result, level) == permissions;
    ensures clean: PteAccessed(\result) == 0 && PteDirty(\result) == 0;
*/
static inline uint64_t pte_leaf(uint32_t frame, uint32_t permissions, uint32_t level)
{
  return pte_page(frame, permissions, 0, level);
}

/* The same page of a table of this level with these permissions; accessed and dirty are carried over, or cleared. */
/*@ requires known: PteKnown(permissions) && PteAligned(PteFrame(entry, level), level);
    assigns \nothing;
    ensures present: PtePresent(\result);
    ensures page: PteTable(\result, level) == 0 && !PteReserved(\result, level);
    ensures frame: PteFrame(\result, level) == PteFrame(entry, level);
    ensures permissions: PtePermissions(\result, level) == permissions;
    ensures accessed: PteAccessed(\result) == (clears ? 0 : PteAccessed(entry));
    ensures dirty: PteDirty(\result) == (clears ? 0 : PteDirty(entry));
    ensures bits: 0 <= PteAccessed(entry) <= 1 && 0 <= PteDirty(entry) <= 1;
*/
static inline uint64_t pte_with_permissions(uint64_t entry, uint32_t permissions, uint32_t level,
                                            bool clears)
{
  uint32_t seen = (pte_accessed(entry) ? 1u : 0u) + (pte_dirty(entry) ? 2u : 0u);
  return pte_page(pte_frame(entry, level), permissions, clears ? 0 : seen, level);
}

#endif

/* The only accesses to entries of page tables in memory, one 64-bit access each, whatever the format. The
 * processor may set accessed and dirty of a present entry at any moment, and nothing else. So what is read
 * says the same as what was written but for these two bits, and a present entry is changed by an exchange
 * that returns it as it was at that moment: neither bit is lost.
 *
 * Provers do not see these builtins: the four contracts are trusted (proofs/TRUSTED.md), and
 * tests/test_slot_code.py looks at the instructions that compilers make of them. */
#ifndef ASHLAR_SLOT_H
#define ASHLAR_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "../annotations/pte.acsl"

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

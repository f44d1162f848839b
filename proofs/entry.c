/* Proves core/entry.h, the steps that core/pagetable.c is made of, and what core/table.h knows of a block. */
#define ASHLAR_COUNT_DEFINED
#include "../core/table.h"

/*@ ghost
  void count_bounds(const struct pagetable *table, frame_t frame, uint32_t index)
  {
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant low: (k > index ? PteOne(Slot(table->memory, 512 * frame + index)) : 0) <= Count(table->memory, 512 * frame, k);
       loop invariant high: Count(table->memory, 512 * frame, k) <= k - (k > index ? 1 - PteOne(Slot(table->memory, 512 * frame + index)) : 0);
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {
    }
  }

  void count_none(const struct pagetable *table, frame_t frame)
  {
    /@ loop invariant range: 0 <= k <= 512;
       loop invariant least: 0 <= Count(table->memory, 512 * frame, k);
       loop invariant empty: Count(table->memory, 512 * frame, k) == 0 <==>
         \forall integer s; 512 * frame <= s < 512 * frame + k ==> !PtePresent(Slot(table->memory, s));
       loop assigns k;
       loop variant 512 - k; @/
    for (uint32_t k = 0; k < 512; k++) {
    }
  }

  void block_alike(const struct frames *db, frame_t frame)
  {
    lemma_powers();
    /@ assert records: Records(db); @/
    /@ assert first: BlockFirst(db, BlockFirst(db, frame)) == BlockFirst(db, frame); @/
    /@ assert whole: \forall integer f; InBlockOf(db, frame, f) ==> InUse(db, f) && BlockFirst(db, f) == BlockFirst(db, frame); @/
    /@ assert inside: \forall integer f; InBlockOf(db, frame, f) ==> 0 <= f < db->nframes; @/
  }

  void no_flag_poisons(uint32_t flags)
  {
  }
*/

/* What bitset_add and bitset_remove do in the summaries when a word of the members becomes
 * non-zero or zero. In a header for them to be compiled into the buddy: with one free block
 * of an order, every operation climbs. Included by bitset.h, not for others. */
#ifndef ASHLAR_CLIMB_H
#define ASHLAR_CLIMB_H

/* The place of word w of a level. */
/*@ requires layout: BitsetLayout(set);
    requires range: level < set->depth && w < set->length[level];
    assigns \nothing;
    ensures place: \result == set->offset[level] + w;
    ensures inside: \result < set->nwords;
*/
static inline uint64_t bitset_place(const struct bitset *set, uint32_t level, uint64_t w)
{
  return set->offset[level] + w;
}

/* Adds bit n of a level; returns its word as it was before. */
/*@ requires layout: BitsetLayout(set);
    requires range: level < set->depth && n < 64 * set->length[level];
    assigns set->words[set->offset[level] + n / 64];
    ensures layout: BitsetLayout(set);
    ensures before: \result == \old(LevelWord(set, level, n / 64));
    ensures nonzero: LevelWord(set, level, n / 64) != 0;
    ensures added: LevelBit(set, level, n);
    ensures bits: \forall integer k, m; 0 <= k < set->depth && 0 <= m < 64 * set->length[k] &&
      !(k == level && m == n) ==> (LevelBit(set, k, m) <==> \old(LevelBit(set, k, m)));
    ensures words: \forall integer k, w; 0 <= k < set->depth && 0 <= w < set->length[k] &&
      !(k == level && w == n / 64) ==> LevelWord(set, k, w) == \old(LevelWord(set, k, w));
*/
static inline uint64_t bitset_level_add(struct bitset *set, uint32_t level, uint64_t n)
{
  uint64_t at = bitset_place(set, level, n / 64);
  uint64_t before = set->words[at];
  set->words[at] = word_add(before, n % 64);
  return before;
}

/* Removes bit n of a level; returns its word as it is then. */
/*@ requires layout: BitsetLayout(set);
    requires range: level < set->depth && n < 64 * set->length[level];
    assigns set->words[set->offset[level] + n / 64];
    ensures layout: BitsetLayout(set);
    ensures after: \result == LevelWord(set, level, n / 64);
    ensures zero: \old(LevelWord(set, level, n / 64)) == 0 ==> \result == 0;
    ensures removed: !LevelBit(set, level, n);
    ensures bits: \forall integer k, m; 0 <= k < set->depth && 0 <= m < 64 * set->length[k] &&
      !(k == level && m == n) ==> (LevelBit(set, k, m) <==> \old(LevelBit(set, k, m)));
    ensures words: \forall integer k, w; 0 <= k < set->depth && 0 <= w < set->length[k] &&
      !(k == level && w == n / 64) ==> LevelWord(set, k, w) == \old(LevelWord(set, k, w));
*/
static inline uint64_t bitset_level_remove(struct bitset *set, uint32_t level, uint64_t n)
{
  uint64_t at = bitset_place(set, level, n / 64);
  uint64_t after = word_remove(set->words[at], n % 64);
  set->words[at] = after;
  return after;
}

/* Adds the bit of a word that is in use; true when the levels above know already. */
/*@ requires layout: BitsetLayout(set);
    requires range: 1 <= level < set->depth && position < set->length[level - 1];
    requires changed: SummaryBut(set, level - 1, position) && LevelWord(set, level - 1, position) != 0;
    requires beyond: NoneBeyond(set);
    assigns set->words[set->offset[level] + position / 64];
    ensures layout: BitsetLayout(set);
    ensures beyond: NoneBeyond(set);
    ensures used: LevelWord(set, level, position / 64) != 0;
    ensures rest: SummaryBut(set, level, position / 64);
    ensures done: \result ==> BitsetSummary(set);
*/
static inline bool bitset_step_add(struct bitset *set, uint32_t level, uint64_t position)
{
  uint64_t before = bitset_level_add(set, level, position);
  //@ assert below: LevelWord(set, level - 1, position) == \at(LevelWord(set, level - 1, position), Pre);
  //@ assert here: SummaryBit(set, level, position);
  /*@ assert elsewhere: \forall integer k, n; 1 <= k < set->depth && 0 <= n < 64 * set->length[k] &&
        !(k == level && n == position) && !(k == level + 1 && n == position / 64) ==> SummaryBit(set, k, n); */
  //@ assert rest: SummaryBut(set, level, position / 64);
  /*@ assert above: before != 0 && level + 1 < set->depth ==> LevelBit(set, level + 1, position / 64); */
  return before != 0;
}

/* Removes the bit of a word that is not in use; true when the levels above stay right. */
/*@ requires layout: BitsetLayout(set);
    requires range: 1 <= level < set->depth && position < set->length[level - 1];
    requires changed: SummaryBut(set, level - 1, position) && LevelWord(set, level - 1, position) == 0;
    requires beyond: NoneBeyond(set);
    assigns set->words[set->offset[level] + position / 64];
    ensures layout: BitsetLayout(set);
    ensures beyond: NoneBeyond(set);
    ensures rest: SummaryBut(set, level, position / 64);
    ensures unused: !\result ==> LevelWord(set, level, position / 64) == 0;
    ensures done: \result ==> BitsetSummary(set);
*/
static inline bool bitset_step_remove(struct bitset *set, uint32_t level, uint64_t position)
{
  uint64_t after = bitset_level_remove(set, level, position);
  //@ assert below: LevelWord(set, level - 1, position) == \at(LevelWord(set, level - 1, position), Pre);
  //@ assert here: SummaryBit(set, level, position);
  /*@ assert elsewhere: \forall integer k, n; 1 <= k < set->depth && 0 <= n < 64 * set->length[k] &&
        !(k == level && n == position) && !(k == level + 1 && n == position / 64) ==> SummaryBit(set, k, n); */
  //@ assert rest: SummaryBut(set, level, position / 64);
  /*@ assert above: after != 0 && level + 1 < set->depth ==> LevelBit(set, level + 1, position / 64); */
  return after != 0;
}

/* Goes on with an add in the summaries: word n of the members has become non-zero. For
 * bitset_add only. */
/*@ requires layout: BitsetLayout(set);
    requires range: n < set->length[0];
    requires changed: SummaryBut(set, 0, n) && NoneBeyond(set) && LevelWord(set, 0, n) != 0;
    assigns set->words[set->length[0] .. set->nwords - 1];
    ensures valid: Bitset(set);
*/
static inline void bitset_climb_add(struct bitset *set, uint64_t n)
{
  uint64_t position = n;
  /*@ loop invariant level: 1 <= level <= set->depth;
      loop invariant layout: BitsetLayout(set);
      loop invariant range: position < set->length[level - 1];
      loop invariant used: LevelWord(set, level - 1, position) != 0;
      loop invariant rest: SummaryBut(set, level - 1, position);
      loop invariant beyond: NoneBeyond(set);
      loop assigns level, position, set->words[set->length[0] .. set->nwords - 1];
      loop variant set->depth - level;
  */
  for (uint32_t level = 1; level < set->depth; level++) {
    //@ assert inside: set->length[0] <= set->offset[level] + position / 64 < set->nwords;
    if (bitset_step_add(set, level, position))
      return;
    position /= 64;
  }
}

/* Goes on with a remove in the summaries: word n of the members has become zero. For
 * bitset_remove only. */
/*@ requires layout: BitsetLayout(set);
    requires range: n < set->length[0];
    requires changed: SummaryBut(set, 0, n) && NoneBeyond(set) && LevelWord(set, 0, n) == 0;
    assigns set->words[set->length[0] .. set->nwords - 1];
    ensures valid: Bitset(set);
*/
static inline void bitset_climb_remove(struct bitset *set, uint64_t n)
{
  uint64_t position = n;
  /*@ loop invariant level: 1 <= level <= set->depth;
      loop invariant layout: BitsetLayout(set);
      loop invariant range: position < set->length[level - 1];
      loop invariant unused: LevelWord(set, level - 1, position) == 0;
      loop invariant rest: SummaryBut(set, level - 1, position);
      loop invariant beyond: NoneBeyond(set);
      loop assigns level, position, set->words[set->length[0] .. set->nwords - 1];
      loop variant set->depth - level;
  */
  for (uint32_t level = 1; level < set->depth; level++) {
    //@ assert inside: set->length[0] <= set->offset[level] + position / 64 < set->nwords;
    if (bitset_step_remove(set, level, position))
      return;
    position /= 64;
  }
}

#endif

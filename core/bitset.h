/* Layer 1: a set over 0 .. size-1 with 64-ary summary levels.
 *
 * All levels lie in one caller-provided array of words, level 0 (the members)
 * first: word w of level l is words[offset[l] + w]. Bit w of level l + 1 says that
 * word w of level l is not zero; the top level is one word. With 4-bit words:
 *
 *     level 2                    0 1
 *     level 1            0 0 0 0     1 0 0 1
 *     level 0    ...             0 0 1 1 ... 1 0 0 0     members 18, 19, 28
 */
#ifndef ASHLAR_BITSET_H
#define ASHLAR_BITSET_H

#include "bits.h"
#include "status.h"

#define BITSET_LEVELS 6u
#define BITSET_SIZE_MAX 0x200000000u /* 2^33: two nodes a frame */

struct bitset {
  uint64_t *words;
  uint64_t size;                  /* members are 0 .. size-1 */
  uint32_t nwords;                /* words of all levels together */
  uint32_t depth;                 /* levels in use, 1 .. BITSET_LEVELS */
  uint32_t offset[BITSET_LEVELS]; /* first word of a level in words */
  uint32_t length[BITSET_LEVELS]; /* words of a level */
};

#include "../annotations/bitset.acsl"
#include "climb.h"

/* Words that bitset_init needs for a set of this size; 0 when size is 0 or above
 * BITSET_SIZE_MAX. O(levels). */
/*@ assigns \nothing;
    ensures none: size == 0 || size > BITSET_SIZE_MAX ==> \result == 0;
    ensures exact: 1 <= size <= BITSET_SIZE_MAX ==> \result == BitsetWords(size);
    ensures bound: 1 <= size <= BITSET_SIZE_MAX ==> WordsFor(size) <= \result <= 3 * WordsFor(size);
*/
uint64_t bitset_words(uint64_t size);

/* Makes set the empty set over 0 .. size-1, in the first bitset_words(size) of nwords
 * words. STATUS_OUT_OF_RANGE: size is 0 or above BITSET_SIZE_MAX. STATUS_NO_SPACE:
 * nwords < bitset_words(size). O(words). */
/*@ requires memory: \valid(set) && \valid(words + (0 .. nwords - 1));
    requires apart: \separated(set, words + (0 .. nwords - 1));
    assigns *set, words[0 .. nwords - 1];
    behavior range:
      assumes size == 0 || size > BITSET_SIZE_MAX;
      assigns \nothing;
      ensures refused: \result == STATUS_OUT_OF_RANGE;
    behavior space:
      assumes 1 <= size <= BITSET_SIZE_MAX && nwords < BitsetWords(size);
      assigns \nothing;
      ensures refused: \result == STATUS_NO_SPACE;
    behavior made:
      assumes 1 <= size <= BITSET_SIZE_MAX && BitsetWords(size) <= nwords;
      assigns *set, words[0 .. BitsetWords(size) - 1];
      ensures done: \result == STATUS_OK;
      ensures valid: Bitset(set);
      ensures shape: set->words == words && set->size == size && set->nwords == BitsetWords(size);
      ensures empty: \forall integer n; 0 <= n < size ==> !Member(set, n);
    complete behaviors;
    disjoint behaviors;
*/
enum status bitset_init(struct bitset *set, uint64_t size, uint64_t *words, uint64_t nwords);

/* Whether n, below size, is a member. O(1). */
/*@ requires valid: BitsetLayout(set);
    requires range: n < set->size;
    assigns \nothing;
    ensures exact: \result <==> Member(set, n);
*/
static inline bool bitset_has(const struct bitset *set, uint64_t n)
{
  return words_has(set->words, n);
}

/* Adds n, below size. O(levels); O(1) when its word had a member. */
/*@ requires valid: Bitset(set);
    requires range: n < set->size;
    assigns set->words[0 .. set->nwords - 1];
    ensures valid: Bitset(set);
    ensures added: Member(set, n);
    ensures others: \forall integer m; 0 <= m < set->size && m != n ==>
      (Member(set, m) <==> \old(Member(set, m)));
*/
static inline void bitset_add(struct bitset *set, uint64_t n)
{
  uint64_t before = set->words[n / 64];
  set->words[n / 64] = word_add(before, n % 64);
  //@ assert layout: BitsetLayout(set);
  //@ assert word: LevelWord(set, 0, n / 64) != 0;
  //@ assert words: \forall integer k, w; 0 <= k < set->depth && 0 <= w < set->length[k] && !(k == 0 && w == n / 64) ==> LevelWord(set, k, w) == \at(LevelWord(set, k, w), Pre);
  //@ assert bits: \forall integer k, m; 1 <= k < set->depth && 0 <= m < 64 * set->length[k] ==> (LevelBit(set, k, m) <==> \at(LevelBit(set, k, m), Pre));
  //@ assert members: \forall integer m; 0 <= m < 64 * set->length[0] && m != n ==> (Member(set, m) <==> \at(Member(set, m), Pre));
  //@ assert rest: SummaryBut(set, 0, n / 64);
  //@ assert beyond: NoneBeyond(set);
  //@ assert above: before != 0 && 1 < set->depth ==> LevelBit(set, 1, n / 64);
  //@ assert done: before != 0 ==> BitsetSummary(set);
  if (before == 0)
    bitset_climb_add(set, n / 64);
}

/* Removes n, below size. O(levels); O(1) when its word keeps a member. */
/*@ requires valid: Bitset(set);
    requires range: n < set->size;
    assigns set->words[0 .. set->nwords - 1];
    ensures valid: Bitset(set);
    ensures removed: !Member(set, n);
    ensures others: \forall integer m; 0 <= m < set->size && m != n ==>
      (Member(set, m) <==> \old(Member(set, m)));
*/
static inline void bitset_remove(struct bitset *set, uint64_t n)
{
  uint64_t after = word_remove(set->words[n / 64], n % 64);
  set->words[n / 64] = after;
  //@ assert layout: BitsetLayout(set);
  //@ assert word: LevelWord(set, 0, n / 64) == after;
  //@ assert words: \forall integer k, w; 0 <= k < set->depth && 0 <= w < set->length[k] && !(k == 0 && w == n / 64) ==> LevelWord(set, k, w) == \at(LevelWord(set, k, w), Pre);
  //@ assert bits: \forall integer k, m; 1 <= k < set->depth && 0 <= m < 64 * set->length[k] ==> (LevelBit(set, k, m) <==> \at(LevelBit(set, k, m), Pre));
  //@ assert members: \forall integer m; 0 <= m < 64 * set->length[0] && m != n ==> (Member(set, m) <==> \at(Member(set, m), Pre));
  //@ assert rest: SummaryBut(set, 0, n / 64);
  //@ assert beyond: NoneBeyond(set);
  //@ assert above: after != 0 && 1 < set->depth ==> LevelBit(set, 1, n / 64);
  //@ assert done: after != 0 ==> BitsetSummary(set);
  if (after == 0)
    bitset_climb_remove(set, n / 64);
}

/* The smallest member >= n, or size when there is none, whatever n. O(levels). */
/*@ requires valid: Bitset(set);
    assigns \nothing;
    ensures range: \result <= set->size;
    ensures after: n <= set->size ==> n <= \result;
    ensures past: n >= set->size ==> \result == set->size;
    ensures found: \result < set->size ==> Member(set, \result);
    ensures least: \forall integer m; n <= m < \result ==> !Member(set, m);
*/
uint64_t bitset_next(const struct bitset *set, uint64_t n);

/* Null when every summary agrees with its members and no member is beyond the size,
 * else the name of the first broken clause. O(words). */
/*@ requires layout: BitsetLayout(set);
    assigns \nothing;
    ensures exact: \result == \null <==> BitsetSummary(set);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
const char *bitset_check(const struct bitset *set);

#endif

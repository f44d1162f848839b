/* Layer 1: a set over 0 .. size-1 with 64-ary summary levels.
 *
 * All levels lie in one caller-provided array of words, level 0 (the members)
 * first: word w of level l is words[offset[l] + w]. Bit w of level l + 1 says
 * that word w of level l is not zero; the top level is one word.
 */
#ifndef ASHLAR_BITSET_H
#define ASHLAR_BITSET_H

#include "bits.h"
#include "status.h"

#define BITSET_LEVELS 6u
#define BITSET_SIZE_MAX 0x200000000u /* 2^33: two nodes a frame */

struct bitset {
  uint64_t *words;
  uint64_t nwords;                /* words of all levels together */
  uint64_t size;                  /* members are 0 .. size-1 */
  uint64_t offset[BITSET_LEVELS]; /* first word of a level in words */
  uint64_t length[BITSET_LEVELS]; /* words of a level */
  uint32_t depth;                 /* levels in use, 1 .. BITSET_LEVELS */
};

/* Words that bitset_init needs for a set of this size; 0 when size is 0 or above
 * BITSET_SIZE_MAX. */
uint64_t bitset_words(uint64_t size);

/* Makes set the empty set over 0 .. size-1. STATUS_OUT_OF_RANGE: size is 0 or too
 * large. STATUS_NO_SPACE: nwords < bitset_words(size). O(words). */
enum status bitset_init(struct bitset *set, uint64_t size, uint64_t *words, uint64_t nwords);

/* Goes on with an add or a remove in the summaries: word n of the members has become
 * non-zero, or zero. Only for the two functions below. */
void bitset_climb_add(struct bitset *set, uint64_t n);
void bitset_climb_remove(struct bitset *set, uint64_t n);

/* Whether n is a member. n < size is the caller's duty in these three. O(1). */
static inline bool bitset_has(const struct bitset *set, uint64_t n)
{
  return words_has(set->words, n);
}

/* Adds n. O(levels); O(1) when its word had a member. */
static inline void bitset_add(struct bitset *set, uint64_t n)
{
  uint64_t before = set->words[n / 64];
  set->words[n / 64] = word_add(before, n % 64);
  if (before == 0)
    bitset_climb_add(set, n / 64);
}

/* Removes n. O(levels); O(1) when its word keeps a member. */
static inline void bitset_remove(struct bitset *set, uint64_t n)
{
  uint64_t after = word_remove(set->words[n / 64], n % 64);
  set->words[n / 64] = after;
  if (after == 0)
    bitset_climb_remove(set, n / 64);
}

/* The smallest member >= n, or size when there is none. O(levels). */
uint64_t bitset_next(const struct bitset *set, uint64_t n);

/* Null when every summary agrees with its members and no member is beyond the size,
 * else the name of the first broken clause. O(words). */
const char *bitset_check(const struct bitset *set);

#endif

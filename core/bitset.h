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

/* n < size in all of these (the caller's duty; internal to the core). */
bool bitset_has(const struct bitset *set, uint64_t n);
void bitset_add(struct bitset *set, uint64_t n);
void bitset_remove(struct bitset *set, uint64_t n);

/* The smallest member >= n, or size when there is none (n <= size). O(levels). */
uint64_t bitset_next(const struct bitset *set, uint64_t n);

/* Null when every summary agrees with its members, else the name of the first broken clause. O(words). */
const char *bitset_check(const struct bitset *set);

#endif

/* Layer 0: a 64-bit word, and an array of words, as a set of small integers.
 *
 * Member n of an array of words is bit n % 64 of word n / 64. Clients reason
 * with the predicate Bit(word, bit) alone and never see bit arithmetic.
 */
#ifndef ASHLAR_BITS_H
#define ASHLAR_BITS_H

#include "types.h"

/* Whether bit is set in word. bit in 0 .. 63. */
static inline bool word_has(uint64_t word, uint32_t bit);
/* word with bit set. */
static inline uint64_t word_add(uint64_t word, uint32_t bit);
/* word with bit cleared. */
static inline uint64_t word_remove(uint64_t word, uint32_t bit);
/* The lowest set bit of a word that is not 0. */
static inline uint32_t word_lowest(uint64_t word);
/* The lowest set bit at or above bit, 64 when there is none. */
static inline uint32_t word_next(uint64_t word, uint32_t bit);

/* The same for an array of words. */
static inline bool words_has(const uint64_t *words, uint64_t n);
static inline void words_add(uint64_t *words, uint64_t n);
static inline void words_remove(uint64_t *words, uint64_t n);

#endif

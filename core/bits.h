/* Layer 0: a 64-bit word, and an array of words, as a set of small integers.
 *
 * Member n of an array of words is bit n % 64 of word n / 64. Clients reason
 * with the predicate Bit(word, bit) alone and never see bit arithmetic.
 * Every function here is O(1).
 */
#ifndef ASHLAR_BITS_H
#define ASHLAR_BITS_H

#include "types.h"

#include "../annotations/bits.acsl"

/* The compiler's own count of trailing zeros: the one contract of the core that is
 * trusted (proofs/TRUSTED.md) and tested instead of proved. */
/*@ requires nonzero: word != 0;
    terminates \true;
    assigns \nothing;
    ensures range: 0 <= \result <= 63;
    ensures set: Bit(word, \result);
    ensures lowest: \forall integer j; 0 <= j < \result ==> !Bit(word, j);
*/
int __builtin_ctzll(unsigned long long word);

/* Whether bit (0 .. 63) is in word. */
/*@ requires range: bit < 64;
    assigns \nothing;
    ensures exact: \result <==> Bit(word, bit);
*/
static inline bool word_has(uint64_t word, uint32_t bit)
{
  return (word & ((uint64_t)1 << bit)) != 0;
}

/* The word with every bit. */
/*@ assigns \nothing;
    ensures all: \forall integer j; 0 <= j < 64 ==> Bit(\result, j);
*/
static inline uint64_t word_all(void)
{
  return UINT64_MAX;
}

/* word with bit (0 .. 63) added. */
/*@ requires range: bit < 64;
    assigns \nothing;
    ensures nonzero: \result != 0;
    ensures added: Bit(\result, bit);
    ensures others: \forall integer j; 0 <= j < 64 && j != bit ==> (Bit(\result, j) <==> Bit(word, j));
*/
static inline uint64_t word_add(uint64_t word, uint32_t bit)
{
  return word | ((uint64_t)1 << bit);
}

/* word with bit (0 .. 63) removed. */
/*@ requires range: bit < 64;
    assigns \nothing;
    ensures removed: !Bit(\result, bit);
    ensures zero: word == 0 ==> \result == 0;
    ensures others: \forall integer j; 0 <= j < 64 && j != bit ==> (Bit(\result, j) <==> Bit(word, j));
*/
static inline uint64_t word_remove(uint64_t word, uint32_t bit)
{
  return word & ~((uint64_t)1 << bit);
}

/* The lowest bit of a word that is not 0. */
/*@ requires nonzero: word != 0;
    assigns \nothing;
    ensures range: \result < 64;
    ensures set: Bit(word, \result);
    ensures lowest: \forall integer j; 0 <= j < \result ==> !Bit(word, j);
*/
static inline uint32_t word_lowest(uint64_t word)
{
  return (uint32_t)__builtin_ctzll(word);
}

/* The lowest bit at or above bit (0 .. 63); 64 when there is none. */
/*@ requires range: bit < 64;
    assigns \nothing;
    ensures range: bit <= \result <= 64;
    ensures set: \result < 64 ==> Bit(word, \result);
    ensures none: \forall integer j; bit <= j < \result ==> !Bit(word, j);
*/
static inline uint32_t word_next(uint64_t word, uint32_t bit)
{
  uint64_t rest = word >> bit;
  //@ assert shifted: \forall integer j; 0 <= j < 64 - bit ==> (Bit(rest, j) <==> Bit(word, bit + j));
  //@ assert above: \forall integer j; bit <= j < 64 ==> (Bit(word, j) <==> Bit(rest, j - bit));
  if (rest == 0)
    return 64;
  uint32_t low = (uint32_t)__builtin_ctzll(rest);
  //@ assert bounded: low < 64 - bit;
  return bit + low;
}

/* Whether n is a member of an array of words. */
/*@ requires valid: \valid_read(words + n / 64);
    assigns \nothing;
    ensures exact: \result <==> In(words, n);
*/
static inline bool words_has(const uint64_t *words, uint64_t n)
{
  return word_has(words[n / 64], n % 64);
}

/* Adds n to an array of words. */
/*@ requires valid: \valid(words + n / 64);
    assigns words[n / 64];
    ensures added: In(words, n);
    ensures others: \forall integer m; 0 <= m && m != n ==> (In(words, m) <==> \old(In(words, m)));
*/
static inline void words_add(uint64_t *words, uint64_t n)
{
  words[n / 64] = word_add(words[n / 64], n % 64);
}

/* Removes n from an array of words. */
/*@ requires valid: \valid(words + n / 64);
    assigns words[n / 64];
    ensures removed: !In(words, n);
    ensures others: \forall integer m; 0 <= m && m != n ==> (In(words, m) <==> \old(In(words, m)));
*/
static inline void words_remove(uint64_t *words, uint64_t n)
{
  words[n / 64] = word_remove(words[n / 64], n % 64);
}

#endif

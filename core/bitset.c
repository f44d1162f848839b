#include "bitset.h"

/* Words of the level that holds so many bits. */
/*@ requires range: bits <= BITSET_SIZE_MAX;
    assigns \nothing;
    ensures exact: \result == WordsFor(bits);
*/
static uint64_t words_for(uint64_t bits)
{
  return (bits + 63) / 64;
}

uint64_t bitset_words(uint64_t size)
{
  if (size == 0 || size > BITSET_SIZE_MAX)
    return 0;
  uint64_t length = words_for(size);
  uint64_t total = length;
  /*@ loop invariant length: 1 <= length <= WordsFor(size);
      loop invariant bound: WordsFor(size) <= total && total + 2 * length <= 3 * WordsFor(size);
      loop invariant rest: BitsetWords(size) == total + (length > 1 ? BitsetWords(length) : 0);
      loop assigns length, total;
      loop variant length;
  */
  while (length > 1) {
    length = words_for(length);
    total += length;
  }
  return total;
}

/* Writes where one level lies. */
/*@ requires memory: \valid(set) && level < BITSET_LEVELS;
    requires range: offset <= 0x20000000 && length <= 0x20000000;
    assigns set->offset[level], set->length[level];
    ensures written: set->offset[level] == offset && set->length[level] == length;
    ensures others: \forall integer k; 0 <= k < BITSET_LEVELS && k != level ==>
      set->offset[k] == \old(set->offset[k]) && set->length[k] == \old(set->length[k]);
*/
static void set_level(struct bitset *set, uint32_t level, uint64_t offset, uint64_t length)
{
  set->offset[level] = (uint32_t)offset;
  set->length[level] = (uint32_t)length;
}

/* Lays the levels out one after the other and returns how many there are. */
/*@ requires memory: \valid(set);
    requires range: 1 <= size <= BITSET_SIZE_MAX;
    requires bound: BitsetWords(size) <= 0x20000000;
    assigns set->offset[0 .. BITSET_LEVELS - 1], set->length[0 .. BITSET_LEVELS - 1];
    ensures depth: 1 <= \result <= BITSET_LEVELS;
    ensures first: set->offset[0] == 0 && set->length[0] == WordsFor(size);
    ensures last: set->length[\result - 1] == 1;
    ensures inside: \forall integer k; 0 <= k < \result ==>
      1 <= set->length[k] && set->offset[k] + set->length[k] <= BitsetWords(size);
    ensures apart: \forall integer j, k; 0 <= j < k < \result ==>
      set->offset[j] + set->length[j] <= set->offset[k];
    ensures cover: \forall integer k; 1 <= k < \result ==> set->length[k - 1] <= 64 * set->length[k];
*/
static uint32_t lay_out(struct bitset *set, uint64_t size)
{
  uint32_t depth = 0;
  uint64_t offset = 0;
  uint64_t length = size;
  /*@ loop invariant depth: 0 <= depth < BITSET_LEVELS;
      loop invariant start: depth == 0 ==> length == size && offset == 0;
      loop invariant more: depth > 0 ==> 1 < length == set->length[depth - 1];
      loop invariant one: depth == 1 ==> length <= 0x8000000;
      loop invariant two: depth == 2 ==> length <= 0x200000;
      loop invariant three: depth == 3 ==> length <= 0x8000;
      loop invariant four: depth == 4 ==> length <= 0x200;
      loop invariant five: depth == 5 ==> length <= 8;
      loop invariant rest: offset + BitsetWords(length) == BitsetWords(size);
      loop invariant bottom: depth > 0 ==> set->offset[0] == 0 && set->length[0] == WordsFor(size);
      loop invariant inside: \forall integer k; 0 <= k < depth ==>
        1 <= set->length[k] && set->offset[k] + set->length[k] <= offset;
      loop invariant apart: \forall integer j, k; 0 <= j < k < depth ==>
        set->offset[j] + set->length[j] <= set->offset[k];
      loop invariant cover: \forall integer k; 1 <= k < depth ==>
        set->length[k - 1] <= 64 * set->length[k];
      loop assigns depth, offset, length, set->offset[0 .. BITSET_LEVELS - 1],
        set->length[0 .. BITSET_LEVELS - 1];
      loop variant BITSET_LEVELS - depth;
  */
  do {
    length = words_for(length);
    set_level(set, depth, offset, length);
    offset += length;
    depth++;
  } while (length > 1);
  return depth;
}

enum status bitset_init(struct bitset *set, uint64_t size, uint64_t *words, uint64_t nwords)
{
  uint64_t need = bitset_words(size);
  if (need == 0)
    return STATUS_OUT_OF_RANGE;
  if (nwords < need)
    return STATUS_NO_SPACE;
  /*@ loop invariant range: 0 <= i <= need;
      loop invariant zero: \forall integer k; 0 <= k < i ==> words[k] == 0;
      loop assigns i, words[0 .. need - 1];
      loop variant need - i;
  */
  for (uint64_t i = 0; i < need; i++)
    words[i] = 0;
  set->words = words;
  set->nwords = (uint32_t)need;
  set->size = size;
  set->depth = lay_out(set, size);
  //@ assert size: set->nwords == need <= 0x20000000;
  //@ assert ends: set->offset[0] == 0 && set->length[set->depth - 1] == 1;
  /*@ assert inside: \forall integer k; 0 <= k < set->depth ==>
        1 <= set->length[k] && set->offset[k] + set->length[k] <= set->nwords; */
  /*@ assert apart: \forall integer j, k; 0 <= j < k < set->depth ==>
        set->offset[j] + set->length[j] <= set->offset[k]; */
  /*@ assert cover: \forall integer k; 1 <= k < set->depth ==>
        set->length[k - 1] <= 64 * set->length[k]; */
  //@ assert levels: BitsetLevels(set);
  //@ assert zero: \forall integer k; 0 <= k < need ==> set->words[k] == 0;
  //@ assert layout: BitsetLayout(set);
  //@ assert zeros: \forall integer k, w; 0 <= k < set->depth && 0 <= w < set->length[k] ==> LevelWord(set, k, w) == 0;
  /*@ assert bits: \forall integer k, n; 0 <= k < set->depth && 0 <= n < 64 * set->length[k] ==>
        !LevelBit(set, k, n); */
  /*@ assert unused: \forall integer k, n; 1 <= k < set->depth && 0 <= n < 64 * set->length[k] &&
        n < set->length[k - 1] ==> LevelWord(set, k - 1, n) == 0; */
  //@ assert members: \forall integer n; 0 <= n < 64 * set->length[0] ==> !Member(set, n);
  //@ assert beyond: NoneBeyond(set);
  //@ assert valid: Bitset(set);
  return STATUS_OK;
}

/* The smallest bit of a level in position's own word, at or after it; else the start of
 * the next word. */
/*@ requires layout: BitsetLayout(set);
    requires range: level < set->depth && position < 64 * set->length[level];
    assigns \nothing;
    ensures range: position <= \result <= 64 * (position / 64 + 1);
    ensures found: \result < 64 * (position / 64 + 1) ==> LevelBit(set, level, \result);
    ensures least: LevelEmpty(set, level, position, \result);
*/
static uint64_t scan(const struct bitset *set, uint32_t level, uint64_t position)
{
  uint64_t w = position / 64;
  //@ assert div: \forall integer n; 64 * w <= n < 64 * w + 64 ==> n / 64 == w && n % 64 == n - 64 * w;
  uint64_t word = set->words[bitset_place(set, level, w)];
  //@ assert word: word == LevelWord(set, level, w);
  uint32_t bit = word_next(word, position % 64);
  //@ assert place: bit < 64 ==> (64 * w + bit) / 64 == w && (64 * w + bit) % 64 == bit;
  //@ assert found: bit < 64 ==> LevelBit(set, level, 64 * w + bit);
  return 64 * w + bit;
}

/* The lowest bit of a level below bit position of the level above. */
/*@ requires valid: Bitset(set);
    requires range: level + 1 < set->depth && position < 64 * set->length[level + 1];
    requires above: LevelBit(set, level + 1, position);
    assigns \nothing;
    ensures inside: position < set->length[level];
    ensures range: 64 * position <= \result < 64 * position + 64;
    ensures found: LevelBit(set, level, \result);
    ensures least: LevelEmpty(set, level, 64 * position, \result);
*/
static uint64_t descend(const struct bitset *set, uint32_t level, uint64_t position)
{
  //@ assert inside: position < set->length[level];
  //@ assert used: LevelWord(set, level, position) != 0;
  //@ assert div: \forall integer n; 64 * position <= n < 64 * position + 64 ==> n / 64 == position && n % 64 == n - 64 * position;
  return 64 * position + word_lowest(set->words[bitset_place(set, level, position)]);
}

/* A member has a bit on every level. */
/*@ ghost
  /@ requires valid: Bitset(set);
     assigns \nothing;
     ensures bits: \forall integer k, n; 0 <= k < set->depth && 0 <= n < set->size && Member(set, n) ==>
       Above(n, k) < 64 * set->length[k] && LevelBit(set, k, Above(n, k));
  @/
  static void members_rise(const struct bitset *set)
  {
    /@ loop invariant level: 1 <= level <= set->depth;
       loop invariant bits: \forall integer k, n; 0 <= k < level && 0 <= n < set->size && Member(set, n) ==>
         0 <= Above(n, k) < 64 * set->length[k] && LevelBit(set, k, Above(n, k));
       loop assigns level;
       loop variant set->depth - level;
    @/
    for (uint32_t level = 1; level < set->depth; level++) {
      /@ assert word: \forall integer n; 0 <= n < set->size && Member(set, n) ==>
           LevelWord(set, level - 1, Above(n, level - 1) / 64) != 0; @/
      /@ assert up: \forall integer n; Above(n, level) == Above(n, level - 1) / 64; @/
      /@ assert bit: \forall integer n; 0 <= n < set->size && Member(set, n) ==>
           0 <= Above(n, level) < set->length[level - 1] && LevelBit(set, level, Above(n, level)); @/
    }
  }
*/

/* Climbs to the first level where a bit at or after n's is in the same word, then
 * descends to the smallest member below that bit. */
/*@ requires valid: Bitset(set);
    requires range: n < set->size;
    assigns \nothing;
    ensures range: n <= \result <= set->size;
    ensures found: \result < set->size ==> Member(set, \result);
    ensures least: \forall integer m; n <= m < \result ==> !Member(set, m);
*/
static uint64_t next_below_size(const struct bitset *set, uint64_t n)
{
  uint32_t level = 0;
  uint64_t position = n;
  uint64_t found = 0;
  //@ ghost members_rise(set);
  /*@ loop invariant level: 0 <= level < set->depth;
      loop invariant range: position < 64 * set->length[level];
      loop invariant start: level == 0 ==> position == n;
      loop invariant after: level > 0 ==> Above(n, level) < position;
      loop invariant reached: Reached(set, n, level, position);
      loop assigns level, position, found;
      loop variant set->depth - level;
  */
  for (;;) {
    found = scan(set, level, position);
    //@ assert reached: Reached(set, n, level, found);
    if (found / 64 == position / 64)
      break;
    if (found == 64 * (uint64_t)set->length[level])
      return set->size;
    level++;
    position = found / 64;
    //@ assert up: \forall integer m; Above(m, level) == Above(m, level - 1) / 64;
  }
  /*@ loop invariant level: 0 <= level < set->depth;
      loop invariant range: found < 64 * set->length[level];
      loop invariant bit: LevelBit(set, level, found);
      loop invariant start: level == 0 ==> n <= found;
      loop invariant after: level > 0 ==> Above(n, level) < found;
      loop invariant reached: Reached(set, n, level, found);
      loop assigns level, found;
      loop variant level;
  */
  while (level > 0) {
    level--;
    found = descend(set, level, found);
    //@ assert up: \forall integer m; Above(m, level + 1) == Above(m, level) / 64;
  }
  //@ assert member: Member(set, found);
  return found;
}

uint64_t bitset_next(const struct bitset *set, uint64_t n)
{
  return n < set->size ? next_below_size(set, n) : set->size;
}

/* Whether each bit of a level says if the word below it is in use. */
/*@ requires layout: BitsetLayout(set);
    requires range: 1 <= level < set->depth;
    assigns \nothing;
    ensures exact: \result <==>
      (\forall integer n; 0 <= n < 64 * set->length[level] ==>
        SummaryBit(set, level, n));
*/
static bool level_agrees(const struct bitset *set, uint32_t level)
{
  uint64_t end = 64 * (uint64_t)set->length[level];
  /*@ loop invariant range: 0 <= n <= end;
      loop invariant so_far: \forall integer m; 0 <= m < n ==>
        SummaryBit(set, level, m);
      loop assigns n;
      loop variant end - n;
  */
  for (uint64_t n = 0; n < end; n++) {
    bool bit = word_has(set->words[bitset_place(set, level, n / 64)], n % 64);
    bool used = n < set->length[level - 1] && set->words[bitset_place(set, level - 1, n)] != 0;
    //@ assert bit: bit <==> LevelBit(set, level, n);
    //@ assert used: used <==> n < set->length[level - 1] && LevelWord(set, level - 1, n) != 0;
    if (bit != used)
      return false;
  }
  return true;
}

const char *bitset_check(const struct bitset *set)
{
  /*@ loop invariant range: 1 <= level <= set->depth;
      loop invariant so_far: \forall integer k, n; 1 <= k < level && 0 <= n < 64 * set->length[k] ==>
        SummaryBit(set, k, n);
      loop assigns level;
      loop variant set->depth - level;
  */
  for (uint32_t level = 1; level < set->depth; level++)
    if (!level_agrees(set, level))
      return "bitset: a summary disagrees with its members";
  uint64_t end = 64 * (uint64_t)set->length[0];
  /*@ loop invariant range: set->size <= n <= end;
      loop invariant so_far: \forall integer m; set->size <= m < n ==> !Member(set, m);
      loop assigns n;
      loop variant end - n;
  */
  for (uint64_t n = set->size; n < end; n++)
    if (words_has(set->words, n))
      return "bitset: a member is beyond the size";
  return NULL;
}

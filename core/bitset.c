#include "bitset.h"

/* Words of the level that holds count bits. */
static uint64_t words_of(uint64_t count)
{
  return (count + 63) / 64;
}

uint64_t bitset_words(uint64_t size)
{
  if (size == 0 || size > BITSET_SIZE_MAX)
    return 0;
  uint64_t length = words_of(size);
  uint64_t total = length;
  while (length > 1) {
    length = words_of(length);
    total += length;
  }
  return total;
}

enum status bitset_init(struct bitset *set, uint64_t size, uint64_t *words, uint64_t nwords)
{
  uint64_t need = bitset_words(size);
  if (need == 0)
    return STATUS_OUT_OF_RANGE;
  if (nwords < need)
    return STATUS_NO_SPACE;
  set->words = words;
  set->nwords = need;
  set->size = size;
  uint32_t depth = 0;
  uint64_t offset = 0;
  uint64_t length = size;
  do {
    length = words_of(length);
    set->offset[depth] = offset;
    set->length[depth] = length;
    offset += length;
    depth++;
  } while (length > 1);
  set->depth = depth;
  for (uint64_t i = 0; i < need; i++)
    words[i] = 0;
  return STATUS_OK;
}

void bitset_climb_add(struct bitset *set, uint64_t n)
{
  for (uint32_t level = 1; level < set->depth; level++) {
    uint64_t *word = &set->words[set->offset[level] + n / 64];
    uint64_t before = *word;
    *word = word_add(before, n % 64);
    if (before != 0)
      return;
    n /= 64;
  }
}

void bitset_climb_remove(struct bitset *set, uint64_t n)
{
  for (uint32_t level = 1; level < set->depth; level++) {
    uint64_t *word = &set->words[set->offset[level] + n / 64];
    *word = word_remove(*word, n % 64);
    if (*word != 0)
      return;
    n /= 64;
  }
}

/* The smallest member of a level in position's own word, at or after it; else the start
 * of the next word. */
static uint64_t scan(const struct bitset *set, uint32_t level, uint64_t position)
{
  uint64_t word = position / 64;
  return 64 * word + word_next(set->words[set->offset[level] + word], position % 64);
}

/* The lowest member of a level below the member position of the level above. */
static uint64_t descend(const struct bitset *set, uint32_t level, uint64_t position)
{
  return 64 * position + word_lowest(set->words[set->offset[level] + position]);
}

uint64_t bitset_next(const struct bitset *set, uint64_t n)
{
  uint32_t level = 0;
  uint64_t position = n;
  if (n >= set->size)
    return set->size;
  for (;;) {
    uint64_t found = scan(set, level, position);
    if (found / 64 == position / 64) {
      position = found;
      break;
    }
    level++;
    position = found / 64;
    if (level == set->depth || position >= 64 * set->length[level])
      return set->size;
  }
  while (level > 0) {
    level--;
    position = descend(set, level, position);
  }
  return position;
}

const char *bitset_check(const struct bitset *set)
{
  for (uint32_t level = 0; level + 1 < set->depth; level++)
    for (uint64_t word = 0; word < 64 * set->length[level + 1]; word++) {
      bool member = words_has(&set->words[set->offset[level + 1]], word);
      bool occupied = word < set->length[level] && set->words[set->offset[level] + word] != 0;
      if (member != occupied)
        return "bitset: a summary disagrees with its members";
    }
  for (uint64_t n = set->size; n < 64 * set->length[0]; n++)
    if (words_has(set->words, n))
      return "bitset: a member is beyond the size";
  return NULL;
}

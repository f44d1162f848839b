/* Mutation of inputs by whole operations: the same for both engines. */
#ifndef ASHLAR_MUTATE_H
#define ASHLAR_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Changes an input in place: operations are inserted, deleted, copied, swapped, or one of their numbers
 * is changed. Returns the new size, at most max (and at least that of a header, if max allows it). The
 * same seed does the same. */
size_t mutate(uint8_t *input, size_t size, size_t max, uint32_t seed);

/* Some first operations of one input and some last ones of another, on the machine of the first. Returns the
 * size written to out, at most max. */
size_t mutate_splice(const uint8_t *first, size_t first_size, const uint8_t *second,
                     size_t second_size, uint8_t *out, size_t max, uint32_t seed);

#endif

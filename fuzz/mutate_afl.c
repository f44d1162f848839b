/* The mutator as AFL++ loads it (AFL_CUSTOM_MUTATOR_LIBRARY). */
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "ops.h"

enum { MOST = OPS_HEADER_BYTES + OPS_BYTES * OPS_MAX };

struct afl_mutator {
  uint32_t seed;
  uint8_t out[MOST];
};

struct afl_mutator *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(struct afl_mutator *m);
size_t afl_custom_fuzz(struct afl_mutator *m, const uint8_t *input, size_t size, uint8_t **out,
                       const uint8_t *other, size_t other_size, size_t max);

struct afl_mutator *afl_custom_init(void *afl, unsigned int seed)
{
  (void)afl;
  struct afl_mutator *m = calloc(1, sizeof *m);
  if (m)
    m->seed = seed;
  return m;
}

void afl_custom_deinit(struct afl_mutator *m)
{
  free(m);
}

/* One in eight is a splice with another input of the queue, then mutated like the others. */
size_t afl_custom_fuzz(struct afl_mutator *m, const uint8_t *input, size_t size, uint8_t **out,
                       const uint8_t *other, size_t other_size, size_t max)
{
  size_t most = max < MOST ? max : MOST;
  size_t now = size < most ? size : most;
  m->seed = m->seed * 1664525 + 1013904223;
  uint32_t seed = m->seed ^ m->seed >> 16;
  memcpy(m->out, input, now);
  if (seed % 8 == 0 && other && size >= OPS_HEADER_BYTES)
    now = mutate_splice(input, size, other, other_size, m->out, most, seed);
  *out = m->out;
  return mutate(m->out, now, most, seed);
}

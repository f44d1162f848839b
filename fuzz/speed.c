/* How many inputs of 64 operations a second one core replays, without sanitizers and without an engine.
 *
 *     speed [SECONDS]
 *
 * The inputs are the mutator's, made before the clock starts; the check functions are asked as the
 * engines' target asks them. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mutate.h"
#include "replay.h"

enum { INPUTS = 2000, OPERATIONS = 64, SIZE = OPS_HEADER_BYTES + OPS_BYTES * OPERATIONS };

static struct replay r;
static uint8_t inputs[INPUTS][SIZE];

/* Of the processor's time, so that it is one core's figure on a machine that has other work. */
static double seconds(void)
{
  return (double)clock() / CLOCKS_PER_SEC;
}

/* Inserting until it is full, and then some changes. */
static void make(uint8_t *input, uint32_t seed)
{
  size_t size = 0;
  for (uint32_t k = 0; size < SIZE || k < 200; k++)
    size = mutate(input, size, SIZE, seed * 1000003u + 7919u * k);
}

int main(int argc, char **argv)
{
  double limit = argc > 1 ? strtod(argv[1], NULL) : 3;
  uint64_t runs = 0;
  uint64_t called = 0;
  replay_prepare(&r);
  for (uint32_t k = 0; k < INPUTS; k++)
    make(inputs[k], k + 1);
  for (uint32_t k = 0; k < INPUTS; k++) {
    replay_begin(&r, inputs[k], SIZE, 32);
    while (replay_next(&r))
      called += r.step.called;
    if (r.broken) {
      printf("speed: input %u, operation %u: %s\n", (unsigned)k, (unsigned)r.index, r.broken);
      return 1;
    }
  }
  double start = seconds();
  while (seconds() - start < limit)
    for (uint32_t k = 0; k < 200; k++)
      (void)replay_run(&r, inputs[runs++ % INPUTS], SIZE, 32);
  printf("speed: execs_per_s=%.0f operations=%d called=%.1f inputs=%d\n",
         (double)runs / (seconds() - start), OPERATIONS, (double)called / INPUTS, INPUTS);
  return 0;
}

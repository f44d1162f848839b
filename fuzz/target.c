/* The entry of every engine: an input is replayed, and what the model does not allow is a crash.
 *
 * With FUZZ_CANARY the harness plants a bug of its own, which an engine must find within seconds: one
 * that does not is dead, whatever it prints. With FUZZ_PLAIN the mutator is left out. */
#include <stdio.h>
#include <stdlib.h>

#include "mutate.h"
#include "replay.h"

#define CHECK_EVERY 32

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);
size_t LLVMFuzzerMutate(uint8_t *input, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *input, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                 size_t second_size, uint8_t *out, size_t max, unsigned int seed);

static struct replay r;
static bool prepared;

/* A page that is taken out of a table leaves a frame behind that nobody counts. */
static void plant(void)
{
#ifdef FUZZ_CANARY
  if (r.step.op.kind == OP_TABLE_UNMAP && r.step.called && r.step.status == STATUS_OK)
    r.frames.buddy.free_frames++;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
  if (!prepared)
    replay_prepare(&r);
  prepared = true;
  replay_begin(&r, input, size, CHECK_EVERY);
  while (replay_next(&r))
    plant();
  if (r.broken) {
    (void)fprintf(stderr, "ashlar: operation %u: %s\n", (unsigned)r.index, r.broken);
    abort();
  }
  replay_end(&r);
  return 0;
}

#ifndef FUZZ_PLAIN
/* One mutation in eight is the engine's own, so that no byte is out of reach. */
size_t LLVMFuzzerCustomMutator(uint8_t *input, size_t size, size_t max, unsigned int seed)
{
  if (seed % 8 == 0)
    return LLVMFuzzerMutate(input, size, max);
  return mutate(input, size, max, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                 size_t second_size, uint8_t *out, size_t max, unsigned int seed)
{
  return mutate_splice(first, first_size, second, second_size, out, max, seed);
}
#endif

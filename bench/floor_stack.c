#include "bench.h"

void stack_init(struct stack *stack, frame_t *frames, uint64_t *allocated, uint64_t nframes)
{
  stack->frames = frames;
  stack->allocated = allocated;
  stack->count = nframes;
  for (uint64_t i = 0; i < nframes; i++)
    frames[i] = (frame_t)(nframes - 1 - i);
  for (uint64_t i = 0; i < (nframes + 63) / 64; i++)
    allocated[i] = 0;
}

bool stack_alloc(struct stack *stack, frame_t *out)
{
  if (stack->count == 0)
    return false;
  frame_t frame = stack->frames[--stack->count];
  stack->allocated[frame / 64] |= 1ull << (frame % 64);
  *out = frame;
  return true;
}

bool stack_free(struct stack *stack, frame_t frame)
{
  if (!(stack->allocated[frame / 64] >> (frame % 64) & 1))
    return false;
  stack->allocated[frame / 64] &= ~(1ull << (frame % 64));
  stack->frames[stack->count++] = frame;
  return true;
}

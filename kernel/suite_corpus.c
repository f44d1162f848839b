/* The fuzz corpus, replayed on this machine: core and model side by side, on an arena of their own
 * taken from the kernel's memory. Each digest must be the one that the host computed. */
#include "console.h"
#include "fuzz/embed.h"
#include "fuzz/replay.h"
#include "memory.h"
#include "suite.h"

static const char *replay_all(struct replay *r)
{
  const char *result = embedded_count > 0 ? 0 : "the corpus is empty";
  uint64_t operations = 0;
  replay_prepare(r);
  for (size_t i = 0; i < embedded_count; i++) {
    const struct embedded_input *input = &embedded_inputs[i];
    const char *broken = replay_run(r, input->bytes, input->size, 0);
    operations += r->index;
    if (broken != 0 || r->digest != input->digest) {
      print("# %s: operation %u, digest %x, on the host %x: %s\n", input->name, (uint64_t)r->index,
            r->digest, input->digest, broken != 0 ? broken : "another result");
      result = "core and model, or kernel and host, disagree";
    }
  }
  replay_end(r);
  print("# inputs %u, operations %u\n", (uint64_t)embedded_count, operations);
  return result;
}

const char *corpus_replay(void)
{
  uint32_t order = 0;
  frame_t first;
  while (((uint64_t)FRAME_SIZE << order) < sizeof(struct replay)) {
    order++;
  }
  if (frame_alloc(&memory.frames, order, OWNER_KERNEL, 0, &first) != STATUS_OK) {
    return "no memory for the replayer";
  }
  const char *result = replay_all(frame_view(first));
  return frame_put(&memory.frames, first) == STATUS_OK ? result : "the arena is not taken back";
}

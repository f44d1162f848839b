/* The course of a run: what comes before, between and after the operations. */
#include "replay_ops.h"

#define FNV_START 0xCBF29CE484222325u
#define FNV_PRIME 0x100000001B3u

/* Guards are also out of bounds for the address sanitizer, where there is one. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_GUARDS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define POISON_GUARDS 1
#endif
#ifdef POISON_GUARDS
void __asan_poison_memory_region(void const volatile *at, size_t size);
void __asan_unpoison_memory_region(void const volatile *at, size_t size);
#else
#define __asan_poison_memory_region(at, size) ((void)0)
#define __asan_unpoison_memory_region(at, size) ((void)0)
#endif

#define GUARD_WORD ((uint64_t)0x6A7D0FF6A7D0FF6A)
#define GUARD_BYTES (REPLAY_GUARD * sizeof(uint64_t))

static void fold(struct replay *r, uint64_t value)
{
  r->digest = (r->digest ^ value) * FNV_PRIME;
  r->digest ^= r->digest >> 29;
}

void replay_expect(struct replay *r, bool holds, const char *clause)
{
  if (!holds && !r->broken)
    r->broken = clause;
}

bool replay_agree(struct replay *r, enum status status, enum status expected)
{
  r->step.status = status;
  r->step.expected = expected;
  replay_expect(r, status == expected, "the status is the one that the model predicts");
  return status == STATUS_OK && expected == STATUS_OK;
}

void replay_args(struct replay *r, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
  r->step.called = true;
  r->step.args[0] = a;
  r->step.args[1] = b;
  r->step.args[2] = c;
  r->step.args[3] = d;
}

void replay_out(struct replay *r, uint32_t place, uint64_t value)
{
  r->step.outs[place] = value;
}

uint64_t replay_raw(uint64_t n, uint32_t a, uint32_t b, uint32_t bits)
{
  uint64_t most = bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX;
  switch (b % 4) {
  case 0:
    return a;
  case 1:
    return (n + a % 4 - 2) & most;
  case 2:
    return (uint64_t)a << (bits - 16);
  default:
    return most - a % 64;
  }
}

uint32_t replay_random(uint64_t *seed)
{
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33);
}

void replay_guard(struct replay *r, enum guard which, void *at)
{
  replay_unguard(r, which);
  uint64_t *words = at;
  for (uint32_t i = 0; i < REPLAY_GUARD; i++)
    words[i] = GUARD_WORD;
  __asan_poison_memory_region(words, GUARD_BYTES);
  r->guards[which] = words;
}

void replay_unguard(struct replay *r, enum guard which)
{
  uint64_t *words = r->guards[which];
  if (!words)
    return;
  __asan_unpoison_memory_region(words, GUARD_BYTES);
  for (uint32_t i = 0; i < REPLAY_GUARD; i++)
    replay_expect(r, words[i] == GUARD_WORD, "the core stays inside the memory it was given");
  r->guards[which] = NULL;
}

/* What a frame holds before it is a table: nothing that looks like an entry not present. */
static void soil(struct replay *r, uint32_t frame)
{
  for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
    r->direct[(size_t)TABLE_ENTRIES * frame + i] = UNTOUCHED_WIDE;
}

void replay_prepare(struct replay *r)
{
  for (uint32_t f = 0; f < OPS_FRAMES_MAX; f++) {
    soil(r, f);
    r->is_written[f] = false;
  }
  for (uint32_t i = 0; i < sizeof r->guards / sizeof r->guards[0]; i++)
    r->guards[i] = NULL;
  for (uint32_t i = 0; i < MODEL_ENTRIES; i++)
    r->entries[i] = (struct memmap_entry){0};
  for (uint32_t i = 0; i < MODEL_RESERVATIONS; i++)
    r->reserved[i] = (struct memmap_entry){0};
  r->nwritten = 0;
  r->nentries = 0;
  r->nreserved = 0;
  r->boot_model.touched = 0;
}

void replay_end(struct replay *r)
{
  for (uint32_t i = 0; i < sizeof r->guards / sizeof r->guards[0]; i++)
    replay_unguard(r, (enum guard)i);
  for (uint32_t i = 0; i < r->nwritten; i++) {
    soil(r, r->written[i]);
    r->is_written[r->written[i]] = false;
  }
  r->nwritten = 0;
  replay_clear_map(r);
  r->nruns = 0;
  model_boot_init(&r->boot_model, NULL, 0);
}

/* Runs with gaps between them, by the seed. */
static void start_with_holes(struct replay *r)
{
  uint64_t seed = r->machine.seed;
  uint64_t at = replay_random(&seed) % 4;
  while (at < r->machine.nframes && r->nstart < REPLAY_START_RUNS) {
    uint64_t end = at + 1 + replay_random(&seed) % (1 + r->machine.nframes / 4);
    if (end > r->machine.nframes)
      end = r->machine.nframes;
    r->start[r->nstart++] = (struct run){at, end};
    at = end + 1 + replay_random(&seed) % 9;
  }
}

void replay_begin(struct replay *r, const uint8_t *input, size_t size, uint32_t check_every)
{
  replay_end(r);
  r->broken = NULL;
  r->input = input;
  r->size = size;
  r->machine = ops_machine(input, size);
  r->count = (uint32_t)ops_count(size);
  r->index = 0;
  r->check_every = check_every;
  r->digest = FNV_START;
  r->nstart = 0;
  r->buddy_started = false;
  r->frames_started = false;
  r->set_started = false;
  r->boot_started = false;
  if (r->machine.map == MACHINE_FREE)
    r->start[r->nstart++] = (struct run){0, r->machine.nframes};
  else if (r->machine.map == MACHINE_HOLES)
    start_with_holes(r);
  else if (r->machine.map == MACHINE_FIRMWARE)
    replay_firmware(r);
  for (uint32_t i = 0; i < r->nstart; i++) {
    fold(r, r->start[i].first);
    fold(r, r->start[i].end);
  }
}

static void perform(struct replay *r, const struct op *op)
{
  if (op->kind == OP_NAMES)
    replay_names_op(r, op);
  else if (op->kind >= OP_BITSET_INIT && op->kind <= OP_BITSET_NEXT)
    replay_set_op(r, op);
  else if (op->kind >= OP_MAP_ENTRY && op->kind <= OP_MEMMAP_RUNS)
    replay_map_op(r, op);
  else if (op->kind >= OP_BOOT_INIT && op->kind <= OP_BOOT_REST)
    replay_boot_op(r, op);
  else if (op->kind >= OP_BUDDY_INIT && op->kind <= OP_BUDDY_COUNTS)
    replay_buddy_op(r, op);
  else if (op->kind >= OP_FRAMES_INIT && op->kind <= OP_FRAME_ADDRESS)
    replay_frames_op(r, op);
  else if (op->kind >= OP_TABLE_CREATE && op->kind <= OP_TABLE_DESTROY)
    replay_table_op(r, op);
  else if (op->kind >= OP_CORRUPT_BITSET && op->kind <= OP_CORRUPT_TABLE)
    replay_corrupt_op(r, op);
  else if (op->kind == OP_RANGE_MAP)
    replay_map_range_op(r, op);
  else if (op->kind >= OP_RANGE_UNMAP)
    replay_range_op(r, op);
}

/* The page tables first: their own check has more to say than the frames they lie in. */
static const char *compare_database(struct replay *r, bool checks)
{
  const char *broken = checks ? replay_check_tables(r) : NULL;
  if (!broken && checks)
    broken = frames_check(&r->frames);
  if (!broken)
    broken = replay_compare_frames(r);
  return broken ? broken : replay_compare_tables(r);
}

const char *replay_compare_part(struct replay *r, enum part part, bool checks)
{
  const char *broken = NULL;
  if (part == PART_BUDDY && r->buddy_started) {
    broken = checks ? buddy_check(&r->buddy) : NULL;
    return broken ? broken : replay_compare_buddy(&r->buddy, &r->bare);
  }
  if (part == PART_FRAMES && r->frames_started)
    return compare_database(r, checks);
  if (part == PART_SET && r->set_started) {
    broken = bitset_check(&r->set);
    return broken ? broken : replay_compare_set(r);
  }
  if (part == PART_BOOT && r->boot_started)
    return replay_compare_boot(r);
  return NULL;
}

const char *replay_compare(struct replay *r, bool checks)
{
  const char *broken = NULL;
  for (uint32_t part = 0; !broken && part < PARTS; part++)
    broken = replay_compare_part(r, (enum part)part, checks);
  return broken;
}

bool replay_next(struct replay *r)
{
  if (r->broken)
    return false;
  if (r->index == r->count) {
    for (uint32_t i = 0; i < sizeof r->guards / sizeof r->guards[0]; i++)
      replay_unguard(r, (enum guard)i);
    const char *broken = replay_compare(r, r->check_every != 0);
    replay_expect(r, broken == NULL, broken);
    return false;
  }
  r->step = (struct replay_step){.level = 1};
  r->step.op = ops_decode(r->input, r->size, r->index, r->machine.swarm);
  perform(r, &r->step.op);
  fold(r, r->step.op.kind + 256 * (uint64_t)r->step.status + 65536 * (uint64_t)r->step.called);
  for (uint32_t i = 0; i < 4; i++) {
    fold(r, r->step.args[i]);
    fold(r, r->step.outs[i]);
  }
  if (r->step.level != 1) /* most pages are small, and the digest is as long as that */
    fold(r, r->step.level);
  if (r->step.args[4] != 0) /* the same: few calls have so many arguments */
    fold(r, r->step.args[4]);
  if (!r->broken && r->check_every != 0 && (r->index + 1) % r->check_every == 0)
    r->broken = replay_compare(r, true);
  if (!r->broken)
    r->index++;
  return true;
}

const char *replay_run(struct replay *r, const uint8_t *input, size_t size, uint32_t check_every)
{
  replay_begin(r, input, size, check_every);
  while (replay_next(r)) {
  }
  return r->broken;
}

/* The operations of memmap, boot_alloc and bitset, and the names. */
#include "replay_ops.h"

#include "../core/status.h"

/* --- memmap --- */

static struct model_map map_of(const struct replay *r, uint32_t nentries, uint32_t nreserved)
{
  return (struct model_map){r->entries, nentries, r->reserved, nreserved};
}

/* An entry of a hostile map: about these pages, sometimes unaligned, far away or wrapping. */
static struct memmap_entry some_entry(uint32_t page, uint32_t pages, uint32_t bytes, uint32_t mode)
{
  static const uint32_t types[8] = {1, 1, 1, 1, 1, 2, 5, 0};
  struct memmap_entry entry = {(uint64_t)page * FRAME_SIZE, (uint64_t)pages * FRAME_SIZE,
                               types[mode % 8]};
  if (mode & 8)
    entry.base += bytes % 8192;
  if (mode & 16)
    entry.length += bytes / 8 % 8192;
  if ((mode & 96) == 96)
    entry.base = UINT64_MAX - entry.base;
  else if ((mode & 96) == 64)
    entry.length = UINT64_MAX - bytes;
  if (mode & 128)
    entry.base <<= bytes % 24;
  return entry;
}

static void map_entry_op(struct replay *r, const struct op *op, bool reservation)
{
  uint32_t *count = reservation ? &r->nreserved : &r->nentries;
  struct memmap_entry *list = reservation ? r->reserved : r->entries;
  uint32_t most = reservation ? MODEL_RESERVATIONS : MODEL_ENTRIES;
  if (*count == most)
    return;
  uint32_t near = r->machine.nframes + 8;
  struct memmap_entry entry =
      some_entry(op->mode & 128 ? op->a : op->a % near, op->b % near, op->c, op->mode);
  list[*count] = entry;
  *count += 1;
  replay_args(r, entry.base, entry.length, entry.type, 0);
}

void replay_clear_map(struct replay *r)
{
  for (uint32_t i = 0; i < r->nentries; i++)
    r->entries[i] = (struct memmap_entry){0};
  for (uint32_t i = 0; i < r->nreserved; i++)
    r->reserved[i] = (struct memmap_entry){0};
  r->nentries = 0;
  r->nreserved = 0;
}

static void map_clear_op(struct replay *r)
{
  replay_clear_map(r);
  replay_args(r, 0, 0, 0, 0);
}

/* Asks core and model for the runs. Whether there are some: they are r->runs then. */
static bool find_runs(struct replay *r, const struct model_map *map, uint64_t limit,
                      uint32_t capacity)
{
  uint32_t expected_count = UNTOUCHED;
  uint32_t nruns = UNTOUCHED;
  uint32_t room = capacity < MEMMAP_RUNS_MAX ? capacity : MEMMAP_RUNS_MAX;
  struct run *behind = &r->runs[room];
  *behind = (struct run){UNTOUCHED, UNTOUCHED};
  enum status expected = model_runs_status(map, limit, capacity, &expected_count);
  enum status status = memmap_runs(map->entries, map->nentries, map->reserved, map->nreserved,
                                   limit, r->runs, capacity, &nruns);
  replay_expect(r, behind->first == UNTOUCHED && behind->end == UNTOUCHED,
                "the core stays inside the memory it was given");
  if (!replay_agree(r, status, expected)) {
    replay_expect(r, nruns == UNTOUCHED, "a call that fails leaves its outputs as they are");
    r->nruns = 0;
    return false;
  }
  replay_expect(r, nruns == expected_count, "there are as many runs as the model says");
  if (r->broken)
    return false;
  const char *broken = model_runs_check(map, limit, r->runs, nruns);
  replay_expect(r, broken == NULL, broken);
  r->nruns = nruns;
  return broken == NULL;
}

static void memmap_runs_op(struct replay *r, const struct op *op)
{
  uint32_t extra = ops_extra(op);
  uint32_t nentries = extra % 8 == 7 ? MEMMAP_ENTRIES_MAX + 1 : r->nentries;
  uint32_t nreserved = extra % 8 == 6 ? MEMMAP_RESERVATIONS_MAX + 1 : r->nreserved;
  uint64_t limit = r->machine.nframes;
  uint32_t capacity = MEMMAP_RUNS_MAX;
  if (ops_pick(op) == PICK_ANY)
    limit = op->a % (OPS_FRAMES_MAX + 1);
  if (ops_pick(op) == PICK_RAW)
    limit = op->b % 4 == 0 ? FRAMES_MAX + op->a % 2 : (uint64_t)op->a << op->b % 24;
  if (ops_pick_rest(op) == PICK_ANY)
    capacity = op->b % 8;
  if (ops_pick_rest(op) == PICK_RAW)
    capacity = MEMMAP_RUNS_MAX + op->b % REPLAY_GUARD;
  struct model_map map = map_of(r, nentries, nreserved);
  replay_args(r, nentries, nreserved, limit, capacity);
  if (!find_runs(r, &map, limit, capacity))
    return;
  replay_out(r, 0, r->nruns);
  replay_out(r, 1, r->runs[0].first);
  replay_out(r, 2, r->runs[r->nruns - 1].end);
}

/* A hostile firmware map by the seed; what memmap and boot_alloc leave of it is what the machine starts
 * with. */
void replay_firmware(struct replay *r)
{
  uint64_t seed = r->machine.seed;
  uint32_t frames = r->machine.nframes;
  uint32_t nentries = 2 + replay_random(&seed) % 10;
  for (uint32_t i = 0; i < nentries; i++) {
    uint32_t page = replay_random(&seed) % (frames + 4);
    uint32_t pages = replay_random(&seed) % (frames + 4);
    uint32_t bytes = replay_random(&seed);
    uint32_t mode = replay_random(&seed) % 128;
    r->entries[r->nentries++] = some_entry(page, pages, bytes, mode);
  }
  for (uint32_t i = replay_random(&seed) % 4; i > 0; i--) {
    uint32_t page = replay_random(&seed) % frames;
    uint32_t pages = replay_random(&seed) % 4;
    r->reserved[r->nreserved++] = some_entry(page, pages, 0, 0);
  }
  struct model_map map = map_of(r, r->nentries, r->nreserved);
  if (!find_runs(r, &map, frames, MEMMAP_RUNS_MAX))
    return;
  struct boot_alloc boot = {NULL, 0};
  frame_t first = 0;
  replay_expect(r, boot_alloc_init(&boot, r->runs, r->nruns) == STATUS_OK,
                "boot_alloc takes what memmap gives");
  (void)boot_alloc(&boot, 1 + replay_random(&seed) % 4, 1, &first);
  for (uint32_t k = 0; k < r->nruns && r->nstart < REPLAY_START_RUNS; k++) {
    struct run rest = {0, 0};
    replay_expect(r, boot_alloc_rest(&boot, k, &rest) == STATUS_OK, "every run has a rest");
    if (rest.first < rest.end)
      r->start[r->nstart++] = rest;
  }
  r->nruns = 0; /* their starts have moved: they are not what memmap_runs wrote */
}

void replay_map_op(struct replay *r, const struct op *op)
{
  if (op->kind == OP_MEMMAP_RUNS)
    memmap_runs_op(r, op);
  else if (op->kind == OP_MAP_CLEAR)
    map_clear_op(r);
  else
    map_entry_op(r, op, op->kind == OP_MAP_RESERVATION);
}

/* --- boot_alloc --- */

/* The runs to start with: what memmap_runs wrote last, or some with gaps; overlapping or empty ones or far
 * too high ones now and then. */
static uint32_t make_boot_runs(struct replay *r, const struct op *op)
{
  struct run *runs = r->boot_runs;
  bool fits = r->nruns > 0 && r->runs[r->nruns - 1].end <= MODEL_FRAMES;
  for (uint32_t k = 0; ops_pick(op) == PICK_LIVE && fits && k < r->nruns; k++)
    runs[k] = r->runs[k];
  if (ops_pick(op) == PICK_LIVE && fits)
    return r->nruns;
  uint32_t nruns = op->a % 7;
  uint64_t at = op->a / 8 % 8;
  for (uint32_t k = 0; k < nruns; k++) {
    runs[k] = (struct run){at, at + 1 + (op->c >> k) % 64};
    at = runs[k].end + (op->b >> (2 * k)) % 4;
  }
  if (nruns == 0 || ops_pick(op) != PICK_RAW)
    return nruns;
  struct run *last = &runs[nruns - 1];
  if (op->b % 4 == 0)
    last->end = last->first;
  else if (op->b % 4 == 1)
    last->end = FRAMES_MAX + op->c % 2; /* the second is beyond */
  else if (op->b % 4 == 2)
    *last = runs[0];
  else
    last->first = last->end + 1;
  return nruns;
}

static void boot_init_op(struct replay *r, const struct op *op)
{
  uint32_t nruns = make_boot_runs(r, op);
  enum status expected = model_boot_init_status(r->boot_runs, nruns);
  replay_args(r, nruns, 0, 0, 0);
  r->boot_started = false;
  if (!replay_agree(r, boot_alloc_init(&r->boot, r->boot_runs, nruns), expected))
    return;
  if (nruns > 0 && r->boot_runs[nruns - 1].end > MODEL_FRAMES)
    return; /* good, but more than the model follows */
  model_boot_init(&r->boot_model, r->boot_runs, nruns);
  r->boot_started = true;
}

static void boot_alloc_op(struct replay *r, const struct op *op)
{
  uint64_t bytes = (uint64_t)op->a * (ops_pick(op) == PICK_LIVE ? 1 : 37);
  uint64_t align = ops_pick_rest(op) < PICK_ANY ? (uint64_t)1 << op->b % 7 : op->b;
  if (ops_pick(op) == PICK_RAW)
    bytes = replay_raw(0, op->a, op->b, 64);
  if (ops_pick_rest(op) == PICK_RAW)
    align = replay_raw(0, op->b, op->c, 64);
  uint64_t nframes = boot_alloc_frames(bytes);
  replay_expect(r, nframes == bytes / FRAME_SIZE + (bytes % FRAME_SIZE > 0 ? 1 : 0),
                "bytes fill as many frames as they need, and no more");
  if (ops_extra(op) == 15)
    nframes = replay_raw(0, op->a, op->b, 64);
  frame_t out = UNTOUCHED;
  uint32_t first = UNTOUCHED;
  replay_args(r, nframes, align, 0, 0);
  enum status expected = model_boot_status(&r->boot_model, nframes, align, &first);
  bool done = replay_agree(r, boot_alloc(&r->boot, nframes, align, &out), expected);
  replay_expect(r, out == first, "the lowest frames that fit are handed out, or none");
  if (done && !r->broken)
    model_boot_take(&r->boot_model, first, (uint32_t)nframes);
  replay_out(r, 0, out);
}

static const char *compare_rest(struct replay *r, uint32_t k, struct run *rest)
{
  *rest = (struct run){0, 0};
  if (boot_alloc_rest(&r->boot, k, rest) != STATUS_OK)
    return "every run has a rest";
  uint32_t left = model_boot_left(&r->boot_model, k);
  if (rest->end != r->boot_model.end[k] || rest->first != rest->end - left)
    return "what is left of a run is what the model says";
  return NULL;
}

static void boot_rest_op(struct replay *r, const struct op *op)
{
  uint32_t nruns = r->boot_model.nruns;
  uint32_t k = op->a % (nruns + 2);
  struct run rest = {UNTOUCHED_WIDE, UNTOUCHED_WIDE};
  replay_args(r, k, 0, 0, 0);
  enum status expected = k < nruns ? STATUS_OK : STATUS_OUT_OF_RANGE;
  if (!replay_agree(r, boot_alloc_rest(&r->boot, k, &rest), expected)) {
    replay_expect(r, rest.first == UNTOUCHED_WIDE && rest.end == UNTOUCHED_WIDE,
                  "a call that fails leaves its outputs as they are");
    return;
  }
  const char *broken = compare_rest(r, k, &rest);
  replay_expect(r, broken == NULL, broken);
  replay_out(r, 0, rest.first);
  replay_out(r, 1, rest.end);
}

const char *replay_compare_boot(struct replay *r)
{
  const char *broken = NULL;
  struct run rest;
  for (uint32_t k = 0; !broken && k < r->boot_model.nruns; k++)
    broken = compare_rest(r, k, &rest);
  return broken;
}

void replay_boot_op(struct replay *r, const struct op *op)
{
  if (op->kind == OP_BOOT_INIT)
    boot_init_op(r, op);
  else if (r->boot_started && op->kind == OP_BOOT_ALLOC)
    boot_alloc_op(r, op);
  else if (r->boot_started)
    boot_rest_op(r, op);
}

/* --- bitset --- */

/* Words of all levels: a bit for each member, a bit for each of those words, and so on to one word. */
static uint64_t set_words(uint64_t size)
{
  uint64_t words = 0;
  uint64_t length = size;
  if (size == 0 || size > BITSET_SIZE_MAX)
    return 0;
  do {
    length = length / 64 + (length % 64 > 0 ? 1 : 0);
    words += length;
  } while (length > 1);
  return words;
}

static void start_set(struct replay *r, uint64_t size)
{
  uint64_t words = bitset_words(size);
  replay_expect(r, words == set_words(size), "a set needs the words that the model says");
  if (r->broken)
    return;
  replay_guard(r, GUARD_SET, &r->set_words[words]);
  enum status status = bitset_init(&r->set, size, r->set_words, words);
  replay_expect(r, status == STATUS_OK, "a set with enough words starts");
  r->members.size = size;
  r->members.count = 0;
  r->set_started = true;
}

static void set_init_op(struct replay *r, const struct op *op)
{
  static const uint64_t odd_sizes[4] = {0, BITSET_SIZE_MAX, BITSET_SIZE_MAX + 1, UINT64_MAX};
  uint64_t size = 1 + op->a % 256;
  if (ops_pick(op) == PICK_NEAR)
    size = 1 + op->a % 8192;
  if (ops_pick(op) == PICK_ANY)
    size = 1 + (uint64_t)op->a * 4;
  if (ops_pick(op) == PICK_RAW)
    size = odd_sizes[op->a % 4];
  uint64_t words = set_words(size);
  bool few = ops_pick_rest(op) == PICK_RAW || size == BITSET_SIZE_MAX;
  uint64_t given = few && words > 0 ? (words - 1) % REPLAY_SET_WORDS : words;
  replay_args(r, size, given, 0, 0);
  replay_expect(r, bitset_words(size) == words, "a set needs the words that the model says");
  if (words > 0 && given == words) {
    replay_agree(r, STATUS_OK, STATUS_OK);
    start_set(r, size);
    return;
  }
  replay_agree(r, bitset_init(&r->set, size, r->set_words, given),
               words == 0 ? STATUS_OUT_OF_RANGE : STATUS_NO_SPACE);
}

/* A number below the size, as the pick says. */
static uint64_t some_member(const struct replay *r, const struct op *op)
{
  const struct model_set *set = &r->members;
  if (ops_pick(op) == PICK_ANY)
    return op->a * set->size >> 16;
  if (ops_pick(op) == PICK_RAW || set->count == 0)
    return ((uint64_t)op->a << 16 | op->b) % set->size;
  uint64_t member = set->members[op->a % set->count];
  if (ops_pick(op) == PICK_NEAR)
    member = (member + op->b % 129 + set->size - 64 % set->size) % set->size;
  return member;
}

const char *replay_compare_set(struct replay *r)
{
  const struct model_set *set = &r->members;
  uint64_t at = bitset_next(&r->set, 0);
  for (uint32_t i = 0; i < set->count; i++) {
    if (at != set->members[i] || !bitset_has(&r->set, at))
      return "the set has the members that the model says";
    at = bitset_next(&r->set, at + 1);
  }
  return at == set->size ? NULL : "the set has no member beside the model's";
}

void replay_set_op(struct replay *r, const struct op *op)
{
  struct model_set *set = &r->members;
  if (op->kind == OP_BITSET_INIT) {
    set_init_op(r, op);
    return;
  }
  if (!r->set_started)
    start_set(r, 1 + r->machine.seed % 5000);
  if (r->broken)
    return;
  uint64_t member = some_member(r, op);
  if (op->kind == OP_BITSET_NEXT) {
    uint64_t from = ops_pick(op) == PICK_RAW ? replay_raw(set->size, op->a, op->b, 64) : member;
    replay_args(r, from, 0, 0, 0);
    replay_out(r, 0, bitset_next(&r->set, from));
    replay_expect(r, r->step.outs[0] == model_next(set, from),
                  "the next member is the one that the model says");
    return;
  }
  if (op->kind == OP_BITSET_ADD && set->count == MODEL_MEMBERS)
    return;
  replay_args(r, member, 0, 0, 0);
  replay_expect(r, bitset_has(&r->set, member) == model_has(set, member),
                "a number is a member exactly if the model says so");
  if (op->kind == OP_BITSET_ADD) {
    bitset_add(&r->set, member);
    model_add(set, member);
  } else {
    bitset_remove(&r->set, member);
    model_remove(set, member);
  }
  replay_expect(r, bitset_has(&r->set, member) == (op->kind == OP_BITSET_ADD),
                "a number just added is a member, one just removed is not");
}

/* --- names --- */

static bool same_text(const char *a, const char *b)
{
  while (*a != 0 && *a == *b) {
    a++;
    b++;
  }
  return *a == *b;
}

/* Every status and owner has a name of its own. */
void replay_names_op(struct replay *r, const struct op *op)
{
  enum status status = (enum status)(op->a % (STATUS_COUNT + 2));
  enum owner owner = (enum owner)(op->b % (OWNER_TABLE5 + 3));
  const char *name = status_name(status);
  const char *owned = owner_name(owner);
  replay_args(r, status, owner, 0, 0);
  if (!name || !owned || *name == 0 || *owned == 0) {
    replay_expect(r, false, "every name is a text");
    return;
  }
  for (uint32_t i = 0; i < STATUS_COUNT; i++)
    replay_expect(r, same_text(name, status_name((enum status)i)) == (i == status),
                  "every status has a name of its own");
  for (uint32_t i = 0; i <= OWNER_TABLE5; i++)
    replay_expect(r, same_text(owned, owner_name((enum owner)i)) == (i == owner),
                  "every owner has a name of its own");
}

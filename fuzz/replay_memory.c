/* The operations of buddy and frame. */
#include "replay_ops.h"

/* --- How arguments are chosen --- */

/* A block in use or, if there is none, any frame. */
static uint32_t live_frame(const struct model_memory *m, uint32_t a)
{
  return m->nblocks > 0 ? m->blocks[a % m->nblocks] : a % m->nframes;
}

uint32_t replay_frame(const struct model_memory *m, const struct op *op, uint32_t a, uint32_t b)
{
  uint32_t head = live_frame(m, a);
  switch (ops_pick(op)) {
  case PICK_LIVE:
    return head;
  case PICK_NEAR:
    return model_in_use(m, head) ? head + b % ((uint32_t)1 << m->order[head]) : head;
  case PICK_ANY:
    return a % m->nframes;
  default:
    return (uint32_t)replay_raw(m->nframes, a, b, 32);
  }
}

/* An order to ask for. */
static uint32_t some_order(const struct op *op, uint32_t number)
{
  switch (ops_pick_rest(op)) {
  case PICK_LIVE:
    return number % 3;
  case PICK_NEAR:
    return number % 7;
  case PICK_ANY:
    return number % (MODEL_ORDERS + 1);
  default:
    return number % 64 < 48 ? number % 32 : number;
  }
}

/* The first frame of an owner at or after a frame, cyclically; the frame itself if there is none. */
static uint32_t owned_frame(const struct model_memory *m, uint32_t from, enum owner owner)
{
  for (uint32_t i = 0; i < m->nframes; i++)
    if (m->owner[(from + i) % m->nframes] == owner)
      return (from + i) % m->nframes;
  return from;
}

/* A run as the core's functions take it. */
struct stretch {
  uint64_t first;
  uint64_t count;
};

/* A run to release or to reserve; of frames of this owner, if the modes want it to fit. */
static struct stretch some_run(const struct model_memory *m, const struct op *op, enum owner owner)
{
  uint64_t first = op->a % m->nframes;
  uint64_t count = 1 + op->c % (ops_pick_rest(op) == PICK_LIVE ? 8 : 64);
  if (ops_pick(op) == PICK_LIVE || ops_pick(op) == PICK_NEAR)
    first = owned_frame(m, (uint32_t)first, owner);
  if (ops_pick(op) == PICK_RAW)
    first = replay_raw(m->nframes, op->a, op->b, 64);
  if (ops_pick_rest(op) == PICK_ANY)
    count = op->c % (m->nframes + 2);
  if (ops_pick_rest(op) == PICK_RAW)
    count = replay_raw(m->nframes, op->c, op->b / 4, 64);
  if (ops_pick_rest(op) < PICK_ANY && first < m->nframes) {
    uint64_t fits = 1;
    while (fits < count && first + fits < m->nframes && m->owner[first + fits] == owner)
      fits++;
    count = fits;
  }
  return (struct stretch){first, count};
}

/* --- Comparing --- */

const char *replay_compare_counters(const struct buddy *buddy, const struct model_memory *m)
{
  uint32_t largest = UNTOUCHED;
  uint32_t highest = UNTOUCHED;
  if (buddy_free_frames(buddy) != m->free_frames)
    return "the count of free frames is the model's";
  for (uint32_t o = 0; o <= BUDDY_MAX_ORDER; o++) {
    uint64_t blocks = model_free_blocks(m, o);
    if (buddy_free_blocks(buddy, o) != blocks)
      return "the count of free blocks of an order is the model's";
    highest = blocks > 0 ? o : highest;
  }
  enum status status = buddy_largest_order(buddy, &largest);
  if (status != (m->free_frames > 0 ? STATUS_OK : STATUS_OUT_OF_MEMORY) || largest != highest)
    return "the largest free order is the model's";
  return NULL;
}

static const char *compare_frame(const struct buddy *buddy, const struct model_memory *m,
                                 uint32_t frame)
{
  enum block_state state = BLOCK_FREE;
  enum block_state model_state = BLOCK_FREE;
  frame_t first = 0;
  uint32_t model_first = 0;
  uint32_t order = 0;
  uint32_t model_order = 0;
  model_find(m, frame, &model_state, &model_first, &model_order);
  if (buddy_find(buddy, frame, &state, &first, &order) != STATUS_OK)
    return "every frame below the end is found";
  if (state != model_state)
    return "a frame is free, in use or reserved as the model says";
  if (first != model_first || order != model_order)
    return "a frame lies in the block that the model says";
  return NULL;
}

const char *replay_compare_buddy(const struct buddy *buddy, const struct model_memory *m)
{
  const char *broken = replay_compare_counters(buddy, m);
  for (uint32_t f = 0; !broken && f < m->nframes; f++)
    broken = compare_frame(buddy, m, f);
  return broken;
}

static const char *compare_record(const struct frame *record, const struct model_memory *m,
                                  uint32_t f)
{
  bool used = model_in_use(m, f);
  bool first = used && m->head[f] == f;
  if (record->owner != m->owner[f])
    return "a frame has the owner that the model says";
  if (record->flags != m->flags[f])
    return "a frame has the flags that the model says";
  if (record->order != m->order[f])
    return "a frame has the order that the model says";
  if (record->references != (first ? m->references[f] : 0))
    return "a block has the references that the model says";
  if (used && m->order[f] > 0 && record->parent != m->head[f])
    return "a frame names the first frame of its block";
  return NULL;
}

const char *replay_compare_frames(struct replay *r)
{
  const char *broken = replay_compare_buddy(&r->frames.buddy, &r->database);
  for (uint32_t f = 0; !broken && f < r->database.nframes; f++)
    broken = compare_record(&r->frames.records[f], &r->database, f);
  return broken;
}

/* --- Starting --- */

/* Makes the bare buddy of this many frames, all reserved, and releases the machine's runs. */
static void start_buddy(struct replay *r, uint32_t nframes)
{
  uint64_t words = buddy_words(nframes);
  replay_unguard(r, GUARD_BUDDY);
  replay_expect(r, words > 0 && words <= REPLAY_BUDDY_WORDS, "the buddy needs the words expected");
  if (r->broken)
    return;
  replay_guard(r, GUARD_BUDDY, &r->buddy_words[words]);
  enum status status = buddy_init(&r->buddy, nframes, r->buddy_words, words);
  replay_expect(r, status == STATUS_OK, "a buddy with enough words starts");
  model_memory_init(&r->bare, nframes);
  for (uint32_t i = 0; status == STATUS_OK && i < r->nstart && r->start[i].end <= nframes; i++) {
    uint64_t count = r->start[i].end - r->start[i].first;
    status = buddy_release(&r->buddy, r->start[i].first, count);
    replay_expect(r, status == STATUS_OK, "the machine's runs can be released");
    model_set_free(&r->bare, (uint32_t)r->start[i].first, (uint32_t)count);
  }
  r->buddy_started = true;
}

static void start_database(struct replay *r, uint32_t nframes)
{
  uint64_t words = buddy_words(nframes);
  replay_expect(r, words > 0 && words <= REPLAY_BUDDY_WORDS, "the buddy needs the words expected");
  if (r->broken)
    return;
  replay_guard(r, GUARD_FRAMES, &r->frames_words[words]);
  replay_guard(r, GUARD_RECORDS, &r->records[nframes]);
  replay_guard(r, GUARD_DIRECT, &r->direct[(size_t)TABLE_ENTRIES * nframes]);
  enum status status =
      frames_init(&r->frames, nframes, r->frames_words, words, r->records, nframes);
  replay_expect(r, status == STATUS_OK, "a database with enough memory starts");
  model_memory_init(&r->database, nframes);
  model_spaces_init(&r->spaces, &r->database, PAGETABLE_LEVELS);
  for (uint32_t i = 0; i < MODEL_SPACES; i++)
    r->flushes[i] = (struct flush){0};
  for (uint32_t i = 0; status == STATUS_OK && i < r->nstart && r->start[i].end <= nframes; i++) {
    uint64_t count = r->start[i].end - r->start[i].first;
    status = frames_release(&r->frames, r->start[i].first, count);
    replay_expect(r, status == STATUS_OK, "the machine's runs can be released");
    model_set_free(&r->database, (uint32_t)r->start[i].first, (uint32_t)count);
  }
  r->frames_started = true;
}

void replay_start_frames(struct replay *r)
{
  if (!r->frames_started)
    start_database(r, r->machine.nframes);
}

/* --- buddy --- */

/* What a start with these arguments must answer. */
static enum status init_status(uint64_t nframes, bool few)
{
  if (nframes == 0 || nframes > FRAMES_MAX)
    return STATUS_OUT_OF_RANGE;
  return few ? STATUS_NO_SPACE : STATUS_OK;
}

/* Most starts fail, for one that succeeds makes all that was before it forgotten. */
static bool may_start(const struct op *op)
{
  return ops_extra(op) % 4 == 0;
}

/* How many frames to start again with: sometimes none, or too many. */
static uint64_t some_frames(const struct op *op)
{
  switch (ops_pick(op)) {
  case PICK_LIVE:
    return 1 + op->a % 64;
  case PICK_NEAR:
  case PICK_ANY:
    return 1 + op->a % OPS_FRAMES_MAX;
  default:
    return op->a % 2 == 0 ? 0 : FRAMES_MAX + 1 + replay_raw(0, op->a, op->b, 64) / 2;
  }
}

/* A start that succeeds is the machine's start over again, with other frames. */
static void buddy_init_op(struct replay *r, const struct op *op)
{
  uint64_t nframes = some_frames(op);
  bool few = ops_pick_rest(op) >= PICK_ANY || !may_start(op);
  uint64_t words = buddy_words(nframes);
  uint64_t given = few && words > 0 ? words - 1 - op->b % words : words;
  replay_args(r, nframes, given, 0, 0);
  enum status expected = init_status(nframes, few);
  if (expected == STATUS_OK) {
    replay_agree(r, STATUS_OK, expected);
    start_buddy(r, (uint32_t)nframes);
    return;
  }
  replay_expect(r, (words == 0) == (expected == STATUS_OUT_OF_RANGE),
                "no words are needed for a number of frames that is out of range");
  replay_agree(r, buddy_init(&r->buddy, nframes, r->buddy_words, given), expected);
}

static void buddy_alloc_op(struct replay *r, const struct op *op)
{
  uint32_t order = some_order(op, op->a);
  frame_t out = UNTOUCHED;
  replay_args(r, order, 0, 0, 0);
  enum status expected = model_alloc_status(&r->bare, order);
  if (replay_agree(r, buddy_alloc(&r->buddy, order, &out), expected)) {
    const char *broken = model_take(&r->bare, out, order, OWNER_KERNEL, 0);
    replay_expect(r, broken == NULL, broken);
    replay_out(r, 0, out);
  } else {
    replay_expect(r, out == UNTOUCHED, "a call that fails leaves its outputs as they are");
  }
}

static void buddy_alloc_at_op(struct replay *r, const struct op *op)
{
  const struct model_memory *m = &r->bare;
  uint32_t order = some_order(op, op->c);
  uint32_t size = order < MODEL_ORDERS ? (uint32_t)1 << order : 1;
  uint32_t frame = op->a % m->nframes;
  if (ops_pick(op) == PICK_LIVE)
    frame = owned_frame(m, frame, OWNER_FREE);
  if (ops_pick(op) < PICK_ANY)
    frame -= frame % size;
  if (ops_pick(op) == PICK_RAW)
    frame = (uint32_t)replay_raw(m->nframes, op->a, op->b, 32);
  replay_args(r, frame, order, 0, 0);
  enum status expected = model_alloc_at_status(m, frame, order);
  if (replay_agree(r, buddy_alloc_at(&r->buddy, frame, order), expected)) {
    const char *broken = model_take(&r->bare, frame, order, OWNER_KERNEL, 0);
    replay_expect(r, broken == NULL, broken);
  }
}

static void buddy_free_op(struct replay *r, const struct op *op)
{
  const struct model_memory *m = &r->bare;
  uint32_t frame = replay_frame(m, op, op->a, op->b);
  uint32_t order = some_order(op, op->c);
  if (ops_pick_rest(op) < PICK_ANY && model_in_use(m, frame))
    order = m->order[frame];
  replay_args(r, frame, order, 0, 0);
  enum status expected = model_free_status(m, frame, order);
  if (replay_agree(r, buddy_free(&r->buddy, frame, order), expected))
    model_give_back(&r->bare, frame);
}

static void buddy_release_op(struct replay *r, const struct op *op)
{
  struct stretch run = some_run(&r->bare, op, OWNER_RESERVED);
  replay_args(r, run.first, run.count, 0, 0);
  enum status expected = model_release_status(&r->bare, run.first, run.count);
  if (replay_agree(r, buddy_release(&r->buddy, run.first, run.count), expected))
    model_set_free(&r->bare, (uint32_t)run.first, (uint32_t)run.count);
}

static void buddy_reserve_op(struct replay *r, const struct op *op)
{
  struct stretch run = some_run(&r->bare, op, OWNER_FREE);
  replay_args(r, run.first, run.count, 0, 0);
  enum status expected = model_reserve_status(&r->bare, run.first, run.count);
  if (replay_agree(r, buddy_reserve(&r->buddy, run.first, run.count), expected))
    model_set_reserved(&r->bare, (uint32_t)run.first, (uint32_t)run.count, 0);
}

static void buddy_find_op(struct replay *r, const struct op *op)
{
  uint32_t frame = replay_frame(&r->bare, op, op->a, op->b);
  enum block_state state = BLOCK_FREE;
  enum block_state model_state = BLOCK_FREE;
  frame_t first = UNTOUCHED;
  uint32_t model_first = UNTOUCHED;
  uint32_t order = UNTOUCHED;
  uint32_t model_order = UNTOUCHED;
  enum status expected = frame < r->bare.nframes ? STATUS_OK : STATUS_OUT_OF_RANGE;
  replay_args(r, frame, 0, 0, 0);
  if (expected == STATUS_OK)
    model_find(&r->bare, frame, &model_state, &model_first, &model_order);
  replay_agree(r, buddy_find(&r->buddy, frame, &state, &first, &order), expected);
  replay_expect(r, state == model_state && first == model_first && order == model_order,
                "a frame lies in the block that the model says");
  replay_out(r, 0, state);
  replay_out(r, 1, first);
  replay_out(r, 2, order);
}

static void buddy_counts_op(struct replay *r, const struct op *op)
{
  uint32_t order = some_order(op, op->a);
  uint32_t largest = UNTOUCHED;
  replay_args(r, order, 0, 0, 0);
  enum status expected = r->bare.free_frames > 0 ? STATUS_OK : STATUS_OUT_OF_MEMORY;
  replay_agree(r, buddy_largest_order(&r->buddy, &largest), expected);
  replay_out(r, 0, buddy_free_frames(&r->buddy));
  replay_out(r, 1, buddy_free_blocks(&r->buddy, order));
  replay_out(r, 2, largest);
  replay_expect(r, r->step.outs[1] == model_free_blocks(&r->bare, order),
                "the count of free blocks of an order is the model's");
}

void replay_buddy_op(struct replay *r, const struct op *op)
{
  if (!r->buddy_started)
    start_buddy(r, r->machine.nframes);
  if (r->broken)
    return;
  if (op->kind == OP_BUDDY_INIT)
    buddy_init_op(r, op);
  else if (op->kind == OP_BUDDY_ALLOC)
    buddy_alloc_op(r, op);
  else if (op->kind == OP_BUDDY_ALLOC_AT)
    buddy_alloc_at_op(r, op);
  else if (op->kind == OP_BUDDY_FREE)
    buddy_free_op(r, op);
  else if (op->kind == OP_BUDDY_RELEASE)
    buddy_release_op(r, op);
  else if (op->kind == OP_BUDDY_RESERVE)
    buddy_reserve_op(r, op);
  else if (op->kind == OP_BUDDY_FIND)
    buddy_find_op(r, op);
  else
    buddy_counts_op(r, op);
  if (!r->broken)
    r->broken = replay_compare_counters(&r->buddy, &r->bare);
}

/* --- frame --- */

/* A start that succeeds is the machine's start over again; its address spaces are gone. */
static void frames_init_op(struct replay *r, const struct op *op)
{
  uint64_t nframes = some_frames(op);
  bool few_words = ops_pick_rest(op) == PICK_ANY || !may_start(op);
  bool few_records = ops_pick_rest(op) == PICK_RAW;
  uint64_t words = buddy_words(nframes);
  uint64_t given = few_words && words > 0 ? words - 1 - op->b % words : words;
  uint64_t records = few_records && nframes > 0 ? nframes - 1 - op->c % nframes : nframes;
  replay_args(r, nframes, given, records, 0);
  enum status expected = init_status(nframes, few_words || few_records);
  if (expected == STATUS_OK) {
    replay_agree(r, STATUS_OK, expected);
    start_database(r, (uint32_t)nframes);
    return;
  }
  replay_agree(r, frames_init(&r->frames, nframes, r->frames_words, given, r->records, records),
               expected);
}

static void frames_release_op(struct replay *r, const struct op *op)
{
  struct stretch run = some_run(&r->database, op, OWNER_RESERVED);
  replay_args(r, run.first, run.count, 0, 0);
  enum status expected = model_frames_release_status(&r->database, run.first, run.count);
  if (replay_agree(r, frames_release(&r->frames, run.first, run.count), expected))
    model_set_free(&r->database, (uint32_t)run.first, (uint32_t)run.count);
}

static void frames_reserve_op(struct replay *r, const struct op *op)
{
  struct stretch run = some_run(&r->database, op, OWNER_FREE);
  replay_args(r, run.first, run.count, 0, 0);
  enum status expected = model_reserve_status(&r->database, run.first, run.count);
  if (replay_agree(r, frames_reserve(&r->frames, run.first, run.count), expected))
    model_set_reserved(&r->database, (uint32_t)run.first, (uint32_t)run.count, 0);
}

/* Owners and flags are mostly good ones: they are chosen by the object's pick. */
static void frame_alloc_op(struct replay *r, const struct op *op)
{
  uint32_t order = some_order(op, op->a);
  uint32_t owner = op->b % 2 == 0 ? OWNER_KERNEL : OWNER_USER;
  uint32_t flags = op->c & (FRAME_COW | FRAME_SHARED | FRAME_ANONYMOUS);
  if (ops_pick(op) == PICK_ANY)
    owner = op->b % 12;
  if (ops_pick(op) == PICK_RAW)
    flags = op->c;
  frame_t out = UNTOUCHED;
  replay_args(r, order, owner, flags, 0);
  enum status expected = model_frame_alloc_status(&r->database, order, owner, flags);
  enum status status = frame_alloc(&r->frames, order, (enum owner)owner, flags, &out);
  if (replay_agree(r, status, expected)) {
    const char *broken = model_take(&r->database, out, order, (enum owner)owner, flags);
    replay_expect(r, broken == NULL, broken);
    replay_out(r, 0, out);
  } else {
    replay_expect(r, out == UNTOUCHED, "a call that fails leaves its outputs as they are");
  }
}

static void frame_get_op(struct replay *r, const struct op *op)
{
  struct model_memory *m = &r->database;
  uint32_t frame = replay_frame(m, op, op->a, op->b);
  replay_args(r, frame, 0, 0, 0);
  if (replay_agree(r, frame_get(&r->frames, frame), model_get_status(m, frame)))
    m->references[m->head[frame]]++;
}

/* A reference that a mapping or a table holds is not the caller's to give back. */
static void frame_put_op(struct replay *r, const struct op *op)
{
  struct model_memory *m = &r->database;
  uint32_t frame = replay_frame(m, op, op->a, op->b);
  enum status expected = model_put_status(m, frame);
  if (expected == STATUS_OK && m->references[m->head[frame]] <= m->held[m->head[frame]])
    return;
  replay_args(r, frame, 0, 0, 0);
  if (replay_agree(r, frame_put(&r->frames, frame), expected))
    model_put(m, m->head[frame]);
}

static void frame_set_flags_op(struct replay *r, const struct op *op)
{
  const uint32_t settable = FRAME_COW | FRAME_SHARED | FRAME_ANONYMOUS;
  struct model_memory *m = &r->database;
  uint32_t frame = replay_frame(m, op, op->a, op->b);
  bool raw = ops_pick_rest(op) == PICK_RAW;
  uint32_t set = raw ? op->c % 64 : op->c & settable;
  uint32_t clear = raw ? op->c / 256 : (op->c / 256) & settable;
  replay_args(r, frame, set, clear, 0);
  enum status expected = model_set_flags_status(m, frame, set, clear);
  if (replay_agree(r, frame_set_flags(&r->frames, frame, set, clear), expected))
    model_set_flags(m, frame, (m->flags[frame] | set) & ~clear);
}

static void frame_poison_op(struct replay *r, const struct op *op)
{
  struct model_memory *m = &r->database;
  uint32_t frame = replay_frame(m, op, op->a, op->b);
  replay_args(r, frame, 0, 0, 0);
  enum status expected = frame < m->nframes ? STATUS_OK : STATUS_OUT_OF_RANGE;
  if (replay_agree(r, frame_poison(&r->frames, frame), expected))
    model_poison(m, frame);
}

/* As if very many references had been taken. */
static void frame_pin_op(struct replay *r, const struct op *op)
{
  struct model_memory *m = &r->database;
  uint32_t frame = replay_frame(m, op, op->a, op->b);
  if (!model_in_use(m, frame))
    return;
  uint32_t head = m->head[frame];
  uint32_t references = FRAME_REFERENCES_MAX - op->c % 4;
  replay_args(r, frame, references, 0, 0);
  m->references[head] = references;
  r->frames.records[head].references = references;
}

/* The frame's number, or all ones. */
static uint64_t frame_or_none(enum status status, frame_t frame)
{
  return status == STATUS_OK ? frame : UINT64_MAX;
}

static void frame_address_op(struct replay *r, const struct op *op)
{
  uint64_t nframes = r->database.nframes;
  uint64_t address = (uint64_t)(op->a % (nframes + 2)) * FRAME_SIZE;
  uint64_t length = 1 + op->b;
  if (ops_pick(op) != PICK_LIVE)
    address += op->c % FRAME_SIZE;
  if (ops_pick(op) == PICK_RAW)
    address = replay_raw(nframes * FRAME_SIZE, op->a, op->c, 64);
  if (ops_pick_rest(op) == PICK_RAW)
    length = replay_raw(nframes * FRAME_SIZE, op->b, op->c / 4, 64);
  frame_t containing = UNTOUCHED;
  frame_t at = UNTOUCHED;
  struct run run = {UNTOUCHED_WIDE, UNTOUCHED_WIDE};
  bool inside = address < nframes * FRAME_SIZE;
  bool whole = inside && length <= nframes * FRAME_SIZE - address;
  enum status bad = address % FRAME_SIZE == 0 ? STATUS_OK : STATUS_MISALIGNED;
  replay_args(r, address, length, 0, 0);
  enum status status = frame_containing(&r->frames, address, &containing);
  replay_agree(r, status, inside ? STATUS_OK : STATUS_OUT_OF_RANGE);
  replay_out(r, 2, frame_or_none(status, containing));
  replay_expect(r, containing == (inside ? address / FRAME_SIZE : UNTOUCHED),
                "the frame that contains an address is the quotient");
  status = frame_at(&r->frames, address, &at);
  replay_agree(r, status, inside ? bad : STATUS_OUT_OF_RANGE);
  replay_out(r, 3, frame_or_none(status, at));
  replay_expect(r, at == (inside && bad == STATUS_OK ? address / FRAME_SIZE : UNTOUCHED),
                "the frame at an address is the quotient");
  status = frame_range(&r->frames, address, length, &run);
  enum status refused = length == 0 ? STATUS_BAD_ARGUMENT : STATUS_OUT_OF_RANGE;
  bool good = replay_agree(r, status, length != 0 && whole ? STATUS_OK : refused);
  replay_out(r, 0, run.first);
  replay_out(r, 1, run.end);
  replay_expect(r, run.first == (good ? address / FRAME_SIZE : UNTOUCHED_WIDE),
                "the first frame of a range is its first byte's");
  replay_expect(r, run.end == (good ? (address + length - 1) / FRAME_SIZE + 1 : UNTOUCHED_WIDE),
                "the last frame of a range is its last byte's");
}

void replay_frames_op(struct replay *r, const struct op *op)
{
  replay_start_frames(r);
  if (r->broken)
    return;
  if (op->kind == OP_FRAMES_INIT)
    frames_init_op(r, op);
  else if (op->kind == OP_FRAMES_RELEASE)
    frames_release_op(r, op);
  else if (op->kind == OP_FRAMES_RESERVE)
    frames_reserve_op(r, op);
  else if (op->kind == OP_FRAME_ALLOC)
    frame_alloc_op(r, op);
  else if (op->kind == OP_FRAME_GET)
    frame_get_op(r, op);
  else if (op->kind == OP_FRAME_PUT)
    frame_put_op(r, op);
  else if (op->kind == OP_FRAME_SET_FLAGS)
    frame_set_flags_op(r, op);
  else if (op->kind == OP_FRAME_POISON)
    frame_poison_op(r, op);
  else if (op->kind == OP_FRAME_PIN)
    frame_pin_op(r, op);
  else
    frame_address_op(r, op);
  if (!r->broken)
    r->broken = replay_compare_counters(&r->frames.buddy, &r->database);
}

#include "frame.h"

/* The frames first .. first + count - 1 exist. */
static bool in_range(const struct frames *db, uint64_t first, uint64_t count)
{
  return first <= db->nframes && count <= db->nframes - first;
}

static bool in_use(uint8_t owner)
{
  return owner >= OWNER_KERNEL;
}

/* Whether each frame of a run has this owner. */
static bool run_owned(const struct frames *db, uint64_t first, uint64_t count, enum owner owner)
{
  for (uint64_t k = 0; k < count; k++) {
    if (db->records[first + k].owner != owner)
      return false;
  }
  return true;
}

static bool run_poisoned(const struct frames *db, uint64_t first, uint64_t count)
{
  for (uint64_t k = 0; k < count; k++) {
    if ((db->records[first + k].flags & FRAME_POISONED) != 0)
      return true;
  }
  return false;
}

/* Frames that belong to nobody: free or reserved. */
static void set_idle(struct frames *db, uint64_t first, uint64_t count, enum owner owner,
                     uint8_t flags)
{
  for (uint64_t k = 0; k < count; k++) {
    struct frame *record = &db->records[first + k];
    record->references = 0;
    record->parent = 0;
    record->index = 0;
    record->live = 0;
    record->owner = (uint8_t)owner;
    record->order = 0;
    record->flags = flags;
    record->unused = 0;
  }
}

/* The frames of a block in use, but for the reference that its first frame counts. */
static void set_block(struct frames *db, frame_t first, uint32_t order, enum owner owner,
                      uint8_t flags)
{
  uint64_t count = (uint64_t)1 << order;
  for (uint64_t k = 0; k < count; k++) {
    struct frame *record = &db->records[first + k];
    record->references = 0;
    record->parent = order == 0 ? 0 : first;
    record->index = 0;
    record->live = 0;
    record->owner = (uint8_t)owner;
    record->order = (uint8_t)order;
    record->flags = flags;
    record->unused = 0;
  }
}

static void set_block_flags(struct frames *db, frame_t first, uint32_t order, uint8_t flags)
{
  uint64_t count = (uint64_t)1 << order;
  for (uint64_t k = 0; k < count; k++)
    db->records[first + k].flags = flags;
}

static frame_t frame_first(const struct frames *db, frame_t frame)
{
  return db->records[frame].order == 0 ? frame : db->records[frame].parent;
}

enum status frames_init(struct frames *db, uint64_t nframes, uint64_t *words, uint64_t nwords,
                        struct frame *records, uint64_t nrecords)
{
  if (nframes == 0 || nframes > FRAMES_MAX)
    return STATUS_OUT_OF_RANGE;
  if (nrecords < nframes)
    return STATUS_NO_SPACE;
  enum status status = buddy_init(&db->buddy, nframes, words, nwords);
  if (status != STATUS_OK)
    return status;
  db->records = records;
  db->nframes = nframes;
  set_idle(db, 0, nframes, OWNER_RESERVED, 0);
  return STATUS_OK;
}

enum status frames_release(struct frames *db, uint64_t first, uint64_t count)
{
  if (!in_range(db, first, count))
    return STATUS_OUT_OF_RANGE;
  if (!run_owned(db, first, count, OWNER_RESERVED))
    return STATUS_NOT_RESERVED;
  if (run_poisoned(db, first, count))
    return STATUS_POISONED;
  enum status status = buddy_release(&db->buddy, first, count);
  if (status != STATUS_OK)
    return status;
  set_idle(db, first, count, OWNER_FREE, 0);
  return STATUS_OK;
}

enum status frames_reserve(struct frames *db, uint64_t first, uint64_t count)
{
  if (!in_range(db, first, count))
    return STATUS_OUT_OF_RANGE;
  if (!run_owned(db, first, count, OWNER_FREE))
    return STATUS_NOT_FREE;
  enum status status = buddy_reserve(&db->buddy, first, count);
  if (status != STATUS_OK)
    return status;
  set_idle(db, first, count, OWNER_RESERVED, 0);
  return STATUS_OK;
}

enum status frame_alloc(struct frames *db, uint32_t order, enum owner owner, uint32_t flags,
                        frame_t *out)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (owner < OWNER_KERNEL || owner > OWNER_TABLE5)
    return STATUS_BAD_OWNER;
  if (owner >= OWNER_TABLE1 && order != 0)
    return STATUS_BAD_OWNER;
  if (flags > FRAME_FLAGS || (flags & FRAME_POISONED) != 0)
    return STATUS_BAD_ARGUMENT;
  frame_t first = 0;
  enum status status = buddy_alloc(&db->buddy, order, &first);
  if (status != STATUS_OK)
    return status;
  set_block(db, first, order, owner, (uint8_t)flags);
  db->records[first].references = 1;
  *out = first;
  return STATUS_OK;
}

enum status frame_get(struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (db->records[frame].owner == OWNER_FREE)
    return STATUS_NOT_ALLOCATED;
  if (db->records[frame].owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  struct frame *record = &db->records[frame_first(db, frame)];
  if (record->references == FRAME_REFERENCES_MAX)
    return STATUS_SATURATED;
  record->references++;
  return STATUS_OK;
}

/* The last reference is gone. A poisoned block is taken from the buddy again before anybody can have it,
 * so that a reserved frame is reserved in the buddy too. */
static enum status give_back(struct frames *db, frame_t first, uint32_t order)
{
  bool poisoned = (db->records[first].flags & FRAME_POISONED) != 0;
  uint64_t count = (uint64_t)1 << order;
  enum status status = buddy_free(&db->buddy, first, order);
  if (status != STATUS_OK)
    return status;
  if (poisoned) {
    status = buddy_reserve(&db->buddy, first, count);
    set_idle(db, first, count, OWNER_RESERVED, FRAME_POISONED);
  } else {
    set_idle(db, first, count, OWNER_FREE, 0);
  }
  return status;
}

enum status frame_put(struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (db->records[frame].owner == OWNER_FREE)
    return STATUS_DOUBLE_FREE;
  if (db->records[frame].owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  frame_t first = frame_first(db, frame);
  struct frame *record = &db->records[first];
  if (record->references == FRAME_REFERENCES_MAX)
    return STATUS_SATURATED;
  if (record->references == 1)
    return give_back(db, first, record->order);
  record->references--;
  return STATUS_OK;
}

enum status frame_set_flags(struct frames *db, frame_t frame, uint32_t set, uint32_t clear)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (set > FRAME_FLAGS || (set & FRAME_POISONED) != 0)
    return STATUS_BAD_ARGUMENT;
  if (clear > FRAME_FLAGS || (clear & FRAME_POISONED) != 0)
    return STATUS_BAD_ARGUMENT;
  if (db->records[frame].owner == OWNER_FREE)
    return STATUS_NOT_ALLOCATED;
  if (db->records[frame].owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  frame_t first = frame_first(db, frame);
  uint8_t flags = (uint8_t)((db->records[first].flags | set) & (FRAME_FLAGS - clear));
  set_block_flags(db, first, db->records[first].order, flags);
  return STATUS_OK;
}

enum status frame_poison(struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (db->records[frame].owner == OWNER_FREE) {
    enum status status = buddy_reserve(&db->buddy, frame, 1);
    if (status != STATUS_OK)
      return status;
    set_idle(db, frame, 1, OWNER_RESERVED, FRAME_POISONED);
  } else if (db->records[frame].owner == OWNER_RESERVED) {
    set_idle(db, frame, 1, OWNER_RESERVED, FRAME_POISONED);
  } else {
    frame_t first = frame_first(db, frame);
    uint8_t flags = db->records[first].flags | FRAME_POISONED;
    set_block_flags(db, first, db->records[first].order, flags);
  }
  return STATUS_OK;
}

enum status frame_containing(const struct frames *db, uint64_t address, frame_t *out)
{
  uint64_t frame = address / FRAME_SIZE;
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  *out = (frame_t)frame;
  return STATUS_OK;
}

enum status frame_at(const struct frames *db, uint64_t address, frame_t *out)
{
  uint64_t frame = address / FRAME_SIZE;
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (address % FRAME_SIZE != 0)
    return STATUS_MISALIGNED;
  *out = (frame_t)frame;
  return STATUS_OK;
}

enum status frame_range(const struct frames *db, uint64_t address, uint64_t length, struct run *out)
{
  if (length == 0)
    return STATUS_BAD_ARGUMENT;
  if (length - 1 > UINT64_MAX - address)
    return STATUS_OUT_OF_RANGE;
  uint64_t last = (address + (length - 1)) / FRAME_SIZE;
  if (last >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  out->first = address / FRAME_SIZE;
  out->end = last + 1;
  return STATUS_OK;
}

const char *owner_name(enum owner owner)
{
  switch (owner) {
  case OWNER_FREE:
    return "free";
  case OWNER_RESERVED:
    return "reserved";
  case OWNER_KERNEL:
    return "kernel";
  case OWNER_USER:
    return "user";
  case OWNER_TABLE1:
    return "table of level 1";
  case OWNER_TABLE2:
    return "table of level 2";
  case OWNER_TABLE3:
    return "table of level 3";
  case OWNER_TABLE4:
    return "table of level 4";
  case OWNER_TABLE5:
    return "table of level 5";
  }
  return "unknown owner";
}

/* What the record of a free or reserved frame looks like. */
static const char *check_idle(const struct frame *record)
{
  if (record->references != 0)
    return "a frame that nobody uses has no references";
  if (record->order != 0)
    return "a frame that nobody uses has order 0";
  if (record->owner == OWNER_FREE && record->flags != 0)
    return "a free frame has no flags";
  if (record->owner == OWNER_RESERVED && record->flags != 0 && record->flags != FRAME_POISONED)
    return "a reserved frame has no flag but poisoned";
  return NULL;
}

/* The record of a frame in use against the one of its block's first frame, which the buddy named. */
static const char *check_used(const struct frames *db, frame_t frame, frame_t first, uint32_t order)
{
  const struct frame *record = &db->records[frame];
  const struct frame *head = &db->records[first];
  if (record->owner > OWNER_TABLE5)
    return "the owner is a known one";
  if (record->order != order || frame_first(db, frame) != first)
    return "database and buddy agree on the block of a frame in use";
  if (record->owner >= OWNER_TABLE1 && record->order != 0)
    return "a table is one frame";
  if (record->flags > FRAME_FLAGS)
    return "the flags are known ones";
  if (record->owner != head->owner || record->flags != head->flags)
    return "the frames of a block have one owner and one set of flags";
  if (frame == first && record->references == 0)
    return "a block in use has a reference";
  if (frame != first && record->references != 0)
    return "only the first frame of a block counts references";
  return NULL;
}

static const char *check_frame(const struct frames *db, frame_t frame)
{
  enum block_state state = BLOCK_FREE;
  frame_t first = 0;
  uint32_t order = 0;
  uint8_t owner = db->records[frame].owner;
  if (buddy_find(&db->buddy, frame, &state, &first, &order) != STATUS_OK)
    return "database and buddy manage the same frames";
  if ((owner == OWNER_FREE) != (state == BLOCK_FREE))
    return "database and buddy agree on which frames are free";
  if ((owner == OWNER_RESERVED) != (state == BLOCK_RESERVED))
    return "database and buddy agree on which frames are reserved";
  if (!in_use(owner))
    return check_idle(&db->records[frame]);
  return check_used(db, frame, first, order);
}

const char *frames_check(const struct frames *db)
{
  const char *broken = buddy_check(&db->buddy);
  if (broken != NULL)
    return broken;
  if (db->nframes != db->buddy.nframes)
    return "database and buddy manage the same frames";
  for (uint64_t frame = 0; frame < db->nframes; frame++) {
    broken = check_frame(db, (frame_t)frame);
    if (broken != NULL)
      return broken;
  }
  return NULL;
}

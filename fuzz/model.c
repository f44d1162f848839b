/* Who owns each frame: the model of buddy and frame. */
#include "model.h"

static bool run_in_range(const struct model_memory *m, uint64_t first, uint64_t count)
{
  return first <= m->nframes && count <= m->nframes - first;
}

static bool run_is(const struct model_memory *m, uint64_t first, uint64_t count, enum owner owner)
{
  for (uint64_t f = first; f < first + count; f++)
    if (m->owner[f] != owner)
      return false;
  return true;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
  return a > b ? a : b;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

void model_memory_init(struct model_memory *m, uint32_t nframes)
{
  m->nframes = nframes;
  m->free_frames = 0;
  m->nblocks = 0;
  for (uint32_t f = 0; f < nframes; f++) {
    m->owner[f] = OWNER_RESERVED;
    m->order[f] = 0;
    m->flags[f] = 0;
    m->head[f] = 0;
    m->references[f] = 0;
    m->held[f] = 0;
    m->retired[f] = false;
  }
  for (uint32_t o = 0; o < MODEL_ORDERS; o++) {
    m->whole[o] = 0;
    for (uint32_t i = 0; i <= (nframes - 1) >> o; i++)
      m->free_in[o][i] = 0;
  }
}

/* Counts that the frames of a run, none of which was so before, are free; or no more. */
static void count_free(struct model_memory *m, uint32_t first, uint32_t count, bool free)
{
  uint32_t end = first + count;
  for (uint32_t o = 0; count > 0 && o < MODEL_ORDERS; o++) {
    uint32_t size = (uint32_t)1 << o;
    for (uint32_t i = first >> o; i <= (end - 1) >> o; i++) {
      uint32_t within = smaller(end, (i + 1) * size) - larger(first, i * size);
      m->whole[o] -= m->free_in[o][i] == size;
      m->free_in[o][i] = (uint16_t)(free ? m->free_in[o][i] + within : m->free_in[o][i] - within);
      m->whole[o] += m->free_in[o][i] == size;
    }
  }
  m->free_frames = free ? m->free_frames + count : m->free_frames - count;
}

static void set_idle(struct model_memory *m, uint32_t first, uint32_t count, enum owner owner,
                     uint32_t flags)
{
  for (uint32_t f = first; f < first + count; f++) {
    if (owner != OWNER_FREE && m->owner[f] == OWNER_FREE)
      count_free(m, f, 1, false);
    m->owner[f] = (uint8_t)owner;
    m->flags[f] = (uint8_t)flags;
    m->order[f] = 0;
    m->references[f] = 0;
    m->held[f] = 0;
    m->retired[f] = false;
  }
}

void model_set_free(struct model_memory *m, uint32_t first, uint32_t count)
{
  set_idle(m, first, count, OWNER_FREE, 0);
  count_free(m, first, count, true);
}

void model_set_reserved(struct model_memory *m, uint32_t first, uint32_t count, uint32_t flags)
{
  set_idle(m, first, count, OWNER_RESERVED, flags);
}

enum status model_release_status(const struct model_memory *m, uint64_t first, uint64_t count)
{
  if (!run_in_range(m, first, count))
    return STATUS_OUT_OF_RANGE;
  return run_is(m, first, count, OWNER_RESERVED) ? STATUS_OK : STATUS_NOT_RESERVED;
}

enum status model_reserve_status(const struct model_memory *m, uint64_t first, uint64_t count)
{
  if (!run_in_range(m, first, count))
    return STATUS_OUT_OF_RANGE;
  return run_is(m, first, count, OWNER_FREE) ? STATUS_OK : STATUS_NOT_FREE;
}

enum status model_alloc_status(const struct model_memory *m, uint32_t order)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  return order < MODEL_ORDERS && m->whole[order] > 0 ? STATUS_OK : STATUS_OUT_OF_MEMORY;
}

/* Whether frame and order name a block at all. */
static enum status name_status(const struct model_memory *m, uint64_t frame, uint32_t order)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (!run_in_range(m, frame, (uint64_t)1 << order))
    return STATUS_OUT_OF_RANGE;
  return frame % ((uint64_t)1 << order) == 0 ? STATUS_OK : STATUS_MISALIGNED;
}

enum status model_alloc_at_status(const struct model_memory *m, uint64_t frame, uint32_t order)
{
  enum status status = name_status(m, frame, order);
  if (status != STATUS_OK)
    return status;
  return run_is(m, frame, (uint64_t)1 << order, OWNER_FREE) ? STATUS_OK : STATUS_NOT_FREE;
}

enum status model_free_status(const struct model_memory *m, uint64_t frame, uint32_t order)
{
  enum status status = name_status(m, frame, order);
  if (status != STATUS_OK)
    return status;
  if (m->owner[frame] == OWNER_FREE)
    return STATUS_DOUBLE_FREE;
  if (m->owner[frame] == OWNER_RESERVED)
    return STATUS_RESERVED;
  if (m->head[frame] != frame)
    return STATUS_INTERIOR;
  return m->order[frame] == order ? STATUS_OK : STATUS_WRONG_ORDER;
}

const char *model_take(struct model_memory *m, uint64_t frame, uint32_t order, enum owner owner,
                       uint32_t flags)
{
  uint64_t size = (uint64_t)1 << order;
  if (!run_in_range(m, frame, size) || frame % size != 0)
    return "the block is not an aligned block of this memory";
  if (!run_is(m, frame, size, OWNER_FREE))
    return "the block was not wholly free";
  uint32_t head = (uint32_t)frame;
  count_free(m, head, (uint32_t)size, false);
  for (uint32_t f = head; f < head + size; f++) {
    m->owner[f] = (uint8_t)owner;
    m->order[f] = (uint8_t)order;
    m->flags[f] = (uint8_t)flags;
    m->head[f] = (uint16_t)head;
  }
  m->references[head] = 1;
  m->block_at[head] = (uint16_t)m->nblocks;
  m->blocks[m->nblocks] = (uint16_t)head;
  m->nblocks++;
  return NULL;
}

void model_give_back(struct model_memory *m, uint32_t head)
{
  uint32_t size = (uint32_t)1 << m->order[head];
  m->nblocks--;
  m->blocks[m->block_at[head]] = m->blocks[m->nblocks];
  m->block_at[m->blocks[m->nblocks]] = m->block_at[head];
  if (m->flags[head] & FRAME_POISONED)
    model_set_reserved(m, head, size, FRAME_POISONED);
  else
    model_set_free(m, head, size);
}

void model_put(struct model_memory *m, uint32_t head)
{
  if (m->references[head] == FRAME_REFERENCES_MAX)
    return;
  m->references[head]--;
  if (m->references[head] == 0)
    model_give_back(m, head);
}

bool model_in_use(const struct model_memory *m, uint64_t frame)
{
  return frame < m->nframes && m->owner[frame] != OWNER_FREE && m->owner[frame] != OWNER_RESERVED;
}

bool model_is_table(const struct model_memory *m, uint64_t frame)
{
  return frame < m->nframes && m->owner[frame] >= OWNER_TABLE1;
}

/* A wholly free range of an order counts unless it is half of a wholly free one above. */
uint64_t model_free_blocks(const struct model_memory *m, uint32_t order)
{
  if (order > BUDDY_MAX_ORDER || order >= MODEL_ORDERS)
    return 0;
  bool joins = order < BUDDY_MAX_ORDER && order + 1 < MODEL_ORDERS;
  return m->whole[order] - (joins ? 2 * m->whole[order + 1] : 0);
}

void model_find(const struct model_memory *m, uint32_t frame, enum block_state *state,
                uint32_t *first, uint32_t *order)
{
  *state = BLOCK_RESERVED;
  *first = frame;
  *order = 0;
  if (model_in_use(m, frame)) {
    *state = BLOCK_USED;
    *first = m->head[frame];
    *order = m->order[frame];
  }
  if (m->owner[frame] != OWNER_FREE)
    return;
  *state = BLOCK_FREE;
  for (uint32_t o = 1; o < MODEL_ORDERS && o <= BUDDY_MAX_ORDER; o++)
    if (m->free_in[o][frame >> o] == (uint32_t)1 << o) {
      *first = frame >> o << o;
      *order = o;
    }
}

enum status model_frames_release_status(const struct model_memory *m, uint64_t first,
                                        uint64_t count)
{
  enum status status = model_release_status(m, first, count);
  for (uint64_t f = first; status == STATUS_OK && f < first + count; f++)
    if (m->flags[f] & FRAME_POISONED)
      status = STATUS_POISONED;
  return status;
}

enum status model_frame_alloc_status(const struct model_memory *m, uint32_t order, uint32_t owner,
                                     uint32_t flags)
{
  bool table = owner >= OWNER_TABLE1 && owner <= OWNER_TABLE5;
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (!(owner == OWNER_KERNEL || owner == OWNER_USER || (table && order == 0)))
    return STATUS_BAD_OWNER;
  if (flags & ~(FRAME_COW | FRAME_SHARED | FRAME_ANONYMOUS))
    return STATUS_BAD_ARGUMENT;
  return model_alloc_status(m, order);
}

/* What is wrong with a frame that should be in use; a free one has the status free. */
static enum status use_status(const struct model_memory *m, uint64_t frame, enum status free)
{
  if (frame >= m->nframes)
    return STATUS_OUT_OF_RANGE;
  if (m->owner[frame] == OWNER_FREE)
    return free;
  return m->owner[frame] == OWNER_RESERVED ? STATUS_RESERVED : STATUS_OK;
}

static enum status count_status(const struct model_memory *m, uint64_t frame, enum status free)
{
  enum status status = use_status(m, frame, free);
  if (status == STATUS_OK && m->references[m->head[frame]] == FRAME_REFERENCES_MAX)
    status = STATUS_SATURATED;
  return status;
}

enum status model_get_status(const struct model_memory *m, uint64_t frame)
{
  return count_status(m, frame, STATUS_NOT_ALLOCATED);
}

enum status model_put_status(const struct model_memory *m, uint64_t frame)
{
  return count_status(m, frame, STATUS_DOUBLE_FREE);
}

enum status model_set_flags_status(const struct model_memory *m, uint64_t frame, uint32_t set,
                                   uint32_t clear)
{
  const uint32_t settable = FRAME_COW | FRAME_SHARED | FRAME_ANONYMOUS;
  if (frame >= m->nframes)
    return STATUS_OUT_OF_RANGE;
  if ((set & ~settable) || (clear & ~settable))
    return STATUS_BAD_ARGUMENT;
  return use_status(m, frame, STATUS_NOT_ALLOCATED);
}

void model_set_flags(struct model_memory *m, uint32_t frame, uint32_t flags)
{
  uint32_t head = m->head[frame];
  for (uint32_t f = head; f < head + ((uint32_t)1 << m->order[head]); f++)
    m->flags[f] = (uint8_t)flags;
}

void model_poison(struct model_memory *m, uint32_t frame)
{
  if (model_in_use(m, frame))
    model_set_flags(m, frame, m->flags[frame] | FRAME_POISONED);
  else
    model_set_reserved(m, frame, 1, FRAME_POISONED);
}

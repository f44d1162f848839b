#include "buddy.h"

/* Frames in a block of this order. */
static uint64_t order_frames(uint32_t order)
{
  return (uint64_t)1 << order;
}

/* All frames, with the reserved tail that makes them a multiple of the largest block. */
static uint64_t leaves(const struct buddy *buddy)
{
  return buddy->first[0];
}

static uint64_t leaves_for(uint64_t nframes)
{
  uint64_t unit = order_frames(BUDDY_MAX_ORDER);
  return (nframes + unit - 1) / unit * unit;
}

static bool is_free(const struct buddy *buddy, uint64_t node)
{
  return bitset_has(&buddy->free, node);
}

static bool is_split(const struct buddy *buddy, uint64_t node)
{
  return words_has(buddy->split, node);
}

/* Roots are present; any other node is if its parent is split. */
static bool is_present(const struct buddy *buddy, uint64_t node)
{
  return node < 2 * buddy->first[BUDDY_MAX_ORDER] || is_split(buddy, node / 2);
}

static bool is_used(const struct buddy *buddy, uint64_t node)
{
  return !is_free(buddy, node) && !is_split(buddy, node) && is_present(buddy, node);
}

/* Makes a block free: set, count, mask and hint together. */
static void put_node(struct buddy *buddy, uint64_t node, uint32_t order)
{
  bitset_add(&buddy->free, node);
  buddy->count[order]++;
  buddy->orders |= (uint32_t)1 << order;
  buddy->hint[order] = node;
}

/* Makes a free block used. */
static void take_node(struct buddy *buddy, uint64_t node, uint32_t order)
{
  bitset_remove(&buddy->free, node);
  buddy->count[order]--;
  if (buddy->count[order] == 0)
    buddy->orders &= ~((uint32_t)1 << order);
}

/* Cuts a used block in two: one half stays used and is returned, the other becomes free. */
static uint64_t split_node(struct buddy *buddy, uint64_t node, uint32_t order, bool keep_right)
{
  words_add(buddy->split, node);
  put_node(buddy, 2 * node + !keep_right, order - 1);
  return 2 * node + keep_right;
}

/* A free block of this order, known to exist: the one freed last if it is still there,
 * else the lowest. */
static uint64_t pick_node(const struct buddy *buddy, uint32_t order)
{
  uint64_t hint = buddy->hint[order];
  if (is_free(buddy, hint))
    return hint;
  return bitset_next(&buddy->free, buddy->first[order]);
}

/* Takes a used node back, joining it with its sibling as long as that is free. */
static void merge_up(struct buddy *buddy, uint64_t node, uint32_t order)
{
  while (order < BUDDY_MAX_ORDER && is_free(buddy, node ^ 1)) {
    take_node(buddy, node ^ 1, order);
    node /= 2;
    order++;
    words_remove(buddy->split, node);
  }
  put_node(buddy, node, order);
}

/* The free node above or at a leaf, and its order; 0 when the frame is not free. */
static uint64_t free_above(const struct buddy *buddy, uint64_t leaf, uint32_t *order)
{
  uint64_t node = leaf;
  for (uint32_t o = 0; o <= BUDDY_MAX_ORDER; o++) {
    if (is_free(buddy, node)) {
      *order = o;
      return node;
    }
    node /= 2;
  }
  return 0;
}

/* Makes node, of this order, used: cuts it out of the free block above it. */
static void carve(struct buddy *buddy, uint64_t node, uint32_t order, uint64_t above,
                  uint32_t above_order)
{
  take_node(buddy, above, above_order);
  for (uint32_t o = above_order; o > order; o--)
    above = split_node(buddy, above, o, (node >> (o - 1 - order)) % 2 != 0);
}

uint64_t buddy_words(uint64_t nframes)
{
  if (nframes == 0 || nframes > FRAMES_MAX)
    return 0;
  uint64_t nodes = 2 * leaves_for(nframes);
  return bitset_words(nodes) + (nodes + 63) / 64;
}

enum status buddy_init(struct buddy *buddy, uint64_t nframes, uint64_t *words, uint64_t nwords)
{
  uint64_t need = buddy_words(nframes);
  if (need == 0)
    return STATUS_OUT_OF_RANGE;
  if (nwords < need)
    return STATUS_NO_SPACE;
  uint64_t nodes = 2 * leaves_for(nframes);
  uint64_t set_words = bitset_words(nodes);
  enum status status = bitset_init(&buddy->free, nodes, words, set_words);
  if (status != STATUS_OK)
    return status;
  buddy->nframes = nframes;
  buddy->split = words + set_words;
  for (uint64_t i = 0; i < need - set_words; i++)
    buddy->split[i] = UINT64_MAX;
  uint64_t first = nodes / 2;
  for (uint32_t order = 0; order <= BUDDY_MAX_ORDER; order++) {
    buddy->first[order] = first;
    buddy->count[order] = 0;
    buddy->hint[order] = first;
    first /= 2;
  }
  buddy->free_frames = 0;
  buddy->orders = 0;
  return STATUS_OK;
}

/* Whether a run lies within the frames managed. */
static bool in_range(const struct buddy *buddy, uint64_t first, uint64_t count)
{
  return first <= buddy->nframes && count <= buddy->nframes - first;
}

enum status buddy_release(struct buddy *buddy, uint64_t first, uint64_t count)
{
  if (!in_range(buddy, first, count))
    return STATUS_OUT_OF_RANGE;
  for (uint64_t i = 0; i < count; i++)
    if (!is_split(buddy, leaves(buddy) + first + i))
      return STATUS_NOT_RESERVED;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t leaf = leaves(buddy) + first + i;
    words_remove(buddy->split, leaf);
    merge_up(buddy, leaf, 0);
  }
  buddy->free_frames += count;
  return STATUS_OK;
}

enum status buddy_reserve(struct buddy *buddy, uint64_t first, uint64_t count)
{
  uint32_t order = 0;
  if (!in_range(buddy, first, count))
    return STATUS_OUT_OF_RANGE;
  for (uint64_t i = 0; i < count; i++)
    if (free_above(buddy, leaves(buddy) + first + i, &order) == 0)
      return STATUS_NOT_FREE;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t leaf = leaves(buddy) + first + i;
    uint64_t above = free_above(buddy, leaf, &order);
    carve(buddy, leaf, 0, above, order);
    words_add(buddy->split, leaf);
  }
  buddy->free_frames -= count;
  return STATUS_OK;
}

enum status buddy_alloc(struct buddy *buddy, uint32_t order, frame_t *out)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  uint32_t o = word_next(buddy->orders, order);
  if (o > BUDDY_MAX_ORDER)
    return STATUS_OUT_OF_MEMORY;
  uint64_t node = pick_node(buddy, o);
  take_node(buddy, node, o);
  for (; o > order; o--)
    node = split_node(buddy, node, o, false);
  buddy->free_frames -= order_frames(order);
  *out = (frame_t)((node << order) - leaves(buddy));
  return STATUS_OK;
}

/* What is wrong with (frame, order) as the name of a block, if anything is. */
static enum status block_status(const struct buddy *buddy, frame_t frame, uint32_t order)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (!in_range(buddy, frame, order_frames(order)))
    return STATUS_OUT_OF_RANGE;
  if (frame & (order_frames(order) - 1))
    return STATUS_MISALIGNED;
  return STATUS_OK;
}

enum status buddy_alloc_at(struct buddy *buddy, frame_t frame, uint32_t order)
{
  enum status status = block_status(buddy, frame, order);
  if (status != STATUS_OK)
    return status;
  uint32_t above_order = 0;
  uint64_t above = free_above(buddy, leaves(buddy) + frame, &above_order);
  if (above == 0 || above_order < order)
    return STATUS_NOT_FREE;
  carve(buddy, (leaves(buddy) + frame) >> order, order, above, above_order);
  buddy->free_frames -= order_frames(order);
  return STATUS_OK;
}

/* Why the aligned block (frame, order) cannot be given back. */
static enum status free_error(const struct buddy *buddy, frame_t frame)
{
  enum block_state state = BLOCK_USED;
  frame_t first = 0;
  uint32_t order = 0;
  enum status status = buddy_find(buddy, frame, &state, &first, &order);
  if (status != STATUS_OK)
    return status;
  if (state == BLOCK_FREE)
    return STATUS_DOUBLE_FREE;
  if (state == BLOCK_RESERVED)
    return STATUS_RESERVED;
  return first == frame ? STATUS_WRONG_ORDER : STATUS_INTERIOR;
}

enum status buddy_free(struct buddy *buddy, frame_t frame, uint32_t order)
{
  enum status status = block_status(buddy, frame, order);
  if (status != STATUS_OK)
    return status;
  uint64_t node = (leaves(buddy) + frame) >> order;
  if (!is_used(buddy, node))
    return free_error(buddy, frame);
  merge_up(buddy, node, order);
  buddy->free_frames += order_frames(order);
  return STATUS_OK;
}

uint64_t buddy_free_frames(const struct buddy *buddy)
{
  return buddy->free_frames;
}

uint64_t buddy_free_blocks(const struct buddy *buddy, uint32_t order)
{
  return order <= BUDDY_MAX_ORDER ? buddy->count[order] : 0;
}

enum status buddy_largest_order(const struct buddy *buddy, uint32_t *order)
{
  for (uint32_t o = BUDDY_ORDERS; o > 0; o--)
    if (buddy->count[o - 1] != 0) {
      *order = o - 1;
      return STATUS_OK;
    }
  return STATUS_OUT_OF_MEMORY;
}

enum status buddy_find(const struct buddy *buddy, frame_t frame, enum block_state *state,
                       frame_t *first, uint32_t *order)
{
  if (frame >= buddy->nframes)
    return STATUS_OUT_OF_RANGE;
  uint64_t node = leaves(buddy) + frame;
  if (is_split(buddy, node)) {
    *state = BLOCK_RESERVED;
    *first = frame;
    *order = 0;
    return STATUS_OK;
  }
  uint32_t o = 0;
  while (o < BUDDY_MAX_ORDER && !is_present(buddy, node)) {
    node /= 2;
    o++;
  }
  *state = is_free(buddy, node) ? BLOCK_FREE : BLOCK_USED;
  *first = (frame_t)((node << o) - leaves(buddy));
  *order = o;
  return STATUS_OK;
}

/* The first clause of the tree that a node breaks, or null. */
static const char *check_node(const struct buddy *buddy, uint64_t node)
{
  if (is_free(buddy, node) && is_split(buddy, node))
    return "buddy: a block is both free and split";
  if (is_free(buddy, node) && !is_present(buddy, node))
    return "buddy: a free block is not present";
  if (is_split(buddy, node) && !is_present(buddy, node))
    return "buddy: a split block is not present";
  if (node >= 2 * buddy->first[BUDDY_MAX_ORDER] && is_free(buddy, node) && is_free(buddy, node ^ 1))
    return "buddy: two siblings are both free";
  return NULL;
}

/* The nodes of one order: each by itself, and their number. */
static const char *check_order(const struct buddy *buddy, uint32_t order)
{
  uint64_t count = 0;
  for (uint64_t node = buddy->first[order]; node < 2 * buddy->first[order]; node++) {
    const char *broken = check_node(buddy, node);
    if (broken)
      return broken;
    count += is_free(buddy, node);
  }
  if (count != buddy->count[order])
    return "buddy: the count of an order is wrong";
  if (word_has(buddy->orders, order) != (count != 0))
    return "buddy: the mask of orders is wrong";
  if (buddy->hint[order] < buddy->first[order] || buddy->hint[order] >= 2 * buddy->first[order])
    return "buddy: the hint of an order is out of its range";
  return NULL;
}

const char *buddy_check(const struct buddy *buddy)
{
  uint64_t frames = 0;
  const char *broken = bitset_check(&buddy->free);
  for (uint32_t order = 0; !broken && order <= BUDDY_MAX_ORDER; order++) {
    broken = check_order(buddy, order);
    frames += buddy->count[order] * order_frames(order);
  }
  if (!broken && frames != buddy->free_frames)
    broken = "buddy: the count of free frames is wrong";
  for (uint64_t frame = buddy->nframes; !broken && frame < leaves(buddy); frame++)
    if (!is_split(buddy, leaves(buddy) + frame))
      broken = "buddy: a frame beyond the end is not reserved";
  return broken;
}

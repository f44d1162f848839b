#include "buddy.h"

/* All frames, with the reserved tail that makes them a multiple of the largest block. */
static uint64_t leaves(const struct buddy *buddy)
{
  return buddy->roots * BUDDY_ROOT_FRAMES;
}

/* Blocks of the largest order that cover so many frames. */
static uint64_t roots_for(uint64_t nframes)
{
  return (nframes + BUDDY_ROOT_FRAMES - 1) / BUDDY_ROOT_FRAMES;
}

/* The first node of an order, and the number of its nodes. */
static uint64_t first_node(const struct buddy *buddy, uint32_t order)
{
  return node_down(buddy->roots, BUDDY_MAX_ORDER - order);
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
  return node < 2 * (uint64_t)buddy->roots || is_split(buddy, node / 2);
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
  buddy->orders = word_add(buddy->orders, order);
  buddy->hint[order] = node;
}

/* Makes a free block used. */
static void take_node(struct buddy *buddy, uint64_t node, uint32_t order)
{
  bitset_remove(&buddy->free, node);
  buddy->count[order]--;
  if (buddy->count[order] == 0)
    buddy->orders = word_remove(buddy->orders, order);
}

/* The other half of a block that is no root. */
static uint64_t sibling(uint64_t node)
{
  return node + 1 - 2 * (node % 2);
}

/* Cuts a used block in two: the half kept stays used, the other becomes free. */
static void split_node(struct buddy *buddy, uint64_t node, uint64_t kept, uint32_t order)
{
  words_add(buddy->split, node);
  put_node(buddy, sibling(kept), order - 1);
}

/* A free block of this order, known to exist: the one freed last if it is still there,
 * else the lowest. */
static uint64_t pick_node(const struct buddy *buddy, uint32_t order)
{
  uint64_t hint = buddy->hint[order];
  if (is_free(buddy, hint))
    return hint;
  return bitset_next(&buddy->free, first_node(buddy, order));
}

/* Takes a used node back, joining it with its sibling as long as that is free. */
static void merge_up(struct buddy *buddy, uint64_t node, uint32_t order)
{
  while (order < BUDDY_MAX_ORDER && is_free(buddy, sibling(node))) {
    take_node(buddy, sibling(node), order);
    node /= 2;
    order++;
    words_remove(buddy->split, node);
  }
  put_node(buddy, node, order);
}

/* The order of the free block that a leaf lies in; BUDDY_ORDERS when it lies in none. */
static uint32_t free_above(const struct buddy *buddy, uint64_t leaf)
{
  for (uint32_t order = 0; order < BUDDY_ORDERS; order++)
    if (is_free(buddy, node_up(leaf, order)))
      return order;
  return BUDDY_ORDERS;
}

/* Makes the block of an order above a leaf used: cuts it out of the free block of order
 * from above it. Returns its node. */
static uint64_t carve(struct buddy *buddy, uint64_t leaf, uint32_t order, uint32_t from)
{
  uint64_t node = node_up(leaf, from);
  take_node(buddy, node, from);
  for (uint32_t o = from; o > order; o--) {
    uint64_t kept = node_up(leaf, o - 1);
    split_node(buddy, node, kept, o);
    node = kept;
  }
  return node;
}

uint64_t buddy_words(uint64_t nframes)
{
  if (nframes == 0 || nframes > FRAMES_MAX)
    return 0;
  uint64_t nodes = 2 * roots_for(nframes) * BUDDY_ROOT_FRAMES;
  return bitset_words(nodes) + (nodes + 63) / 64;
}

enum status buddy_init(struct buddy *buddy, uint64_t nframes, uint64_t *words, uint64_t nwords)
{
  uint64_t need = buddy_words(nframes);
  if (need == 0)
    return STATUS_OUT_OF_RANGE;
  if (nwords < need)
    return STATUS_NO_SPACE;
  uint64_t nodes = 2 * roots_for(nframes) * BUDDY_ROOT_FRAMES;
  uint64_t set_words = bitset_words(nodes);
  enum status status = bitset_init(&buddy->free, nodes, words, set_words);
  if (status != STATUS_OK)
    return status;
  buddy->nframes = nframes;
  buddy->split = words + set_words;
  for (uint64_t i = 0; i < need - set_words; i++)
    buddy->split[i] = UINT64_MAX;
  buddy->roots = (uint32_t)roots_for(nframes);
  for (uint32_t order = 0; order <= BUDDY_MAX_ORDER; order++) {
    buddy->count[order] = 0;
    buddy->hint[order] = first_node(buddy, order);
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
  if (!in_range(buddy, first, count))
    return STATUS_OUT_OF_RANGE;
  for (uint64_t i = 0; i < count; i++)
    if (free_above(buddy, leaves(buddy) + first + i) == BUDDY_ORDERS)
      return STATUS_NOT_FREE;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t leaf = leaves(buddy) + first + i;
    carve(buddy, leaf, 0, free_above(buddy, leaf));
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
  uint64_t leaf = node_down(pick_node(buddy, o), o);
  uint64_t node = carve(buddy, leaf, order, o);
  buddy->free_frames -= order_frames(order);
  *out = (frame_t)(node_down(node, order) - leaves(buddy));
  return STATUS_OK;
}

/* What is wrong with (frame, order) as the name of a block, if anything is. */
static enum status block_status(const struct buddy *buddy, frame_t frame, uint32_t order)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (!in_range(buddy, frame, order_frames(order)))
    return STATUS_OUT_OF_RANGE;
  uint64_t leaf = leaves(buddy) + frame;
  if (node_down(node_up(leaf, order), order) != leaf)
    return STATUS_MISALIGNED;
  return STATUS_OK;
}

enum status buddy_alloc_at(struct buddy *buddy, frame_t frame, uint32_t order)
{
  enum status status = block_status(buddy, frame, order);
  if (status != STATUS_OK)
    return status;
  uint64_t leaf = leaves(buddy) + frame;
  uint32_t above = free_above(buddy, leaf);
  if (above < order || above == BUDDY_ORDERS)
    return STATUS_NOT_FREE;
  carve(buddy, leaf, order, above);
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
  uint64_t node = node_up(leaves(buddy) + frame, order);
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
  *first = (frame_t)(node_down(node, o) - leaves(buddy));
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
  if (node >= 2 * (uint64_t)buddy->roots && is_free(buddy, node) && is_free(buddy, sibling(node)))
    return "buddy: two siblings are both free";
  return NULL;
}

/* The nodes of one order: each by itself, and their number. */
static const char *check_order(const struct buddy *buddy, uint32_t order)
{
  uint64_t first = first_node(buddy, order);
  uint64_t count = 0;
  for (uint64_t node = first; node < 2 * first; node++) {
    const char *broken = check_node(buddy, node);
    if (broken)
      return broken;
    count += is_free(buddy, node);
  }
  if (count != buddy->count[order])
    return "buddy: the count of an order is wrong";
  if (word_has(buddy->orders, order) != (count != 0))
    return "buddy: the mask of orders is wrong";
  if (buddy->hint[order] < first || buddy->hint[order] >= 2 * first)
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

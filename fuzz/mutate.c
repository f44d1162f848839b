#include "mutate.h"

#include <string.h>

#include "ops.h"

/* An input under mutation. */
struct draft {
  uint8_t *bytes;
  size_t count; /* whole operations */
  size_t most;  /* that there is room for */
  uint32_t seed;
};

static uint32_t next(struct draft *d, uint32_t below)
{
  d->seed ^= d->seed << 13;
  d->seed ^= d->seed >> 17;
  d->seed ^= d->seed << 5;
  return d->seed % below;
}

static uint8_t *operation(struct draft *d, size_t index)
{
  return d->bytes + OPS_HEADER_BYTES + OPS_BYTES * index;
}

static void put16(uint8_t *at, uint32_t value)
{
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
}

/* Small numbers meet each other; large ones reach the ends. */
static uint32_t number(struct draft *d)
{
  switch (next(d, 4)) {
  case 0:
    return next(d, 4);
  case 1:
    return next(d, 64);
  case 2:
    return next(d, 65536);
  default: {
    uint32_t power = (uint32_t)1 << next(d, 17);
    return power - next(d, 2);
  }
  }
}

/* Modes choose live things and fitting arguments more often than raw ones. */
static uint8_t mode(struct draft *d)
{
  static const uint8_t picks[8] = {PICK_LIVE, PICK_LIVE, PICK_LIVE, PICK_NEAR,
                                   PICK_NEAR, PICK_ANY,  PICK_ANY,  PICK_RAW};
  uint32_t object = picks[next(d, 8)];
  uint32_t rest = picks[next(d, 8)];
  uint32_t extra = next(d, 16);
  return (uint8_t)MODE(object, rest, extra);
}

/* A code of a kind. */
static uint8_t code_of(enum op_kind kind)
{
  uint32_t code = 0;
  while (ops_kind(code) != kind)
    code++;
  return (uint8_t)code;
}

static void make_operation(struct draft *d, uint8_t *at)
{
  at[0] = (uint8_t)next(d, OPS_CODES);
  at[1] = mode(d);
  for (uint32_t i = 0; i < 3; i++)
    put16(at + 2 + (size_t)2 * i, number(d));
}

/* Makes room for n operations before index; whether there was any. */
static bool open_gap(struct draft *d, size_t index, size_t n)
{
  if (d->count + n > d->most)
    return false;
  memmove(operation(d, index + n), operation(d, index), OPS_BYTES * (d->count - index));
  d->count += n;
  return true;
}

static void insert(struct draft *d)
{
  size_t index = next(d, (uint32_t)d->count + 1);
  if (open_gap(d, index, 1))
    make_operation(d, operation(d, index));
}

/* A large page that is split, then merged and flushed, with operations between: what is split must be there, and what
 * is merged must be whole, so that operations one by one seldom do either. */
static void insert_split(struct draft *d)
{
  static const enum op_kind kinds[7] = {OP_TABLE_CREATE, OP_TABLE_MAP, OP_TABLE_SPLIT,
                                        OP_NOTHING,      OP_NOTHING,   OP_TABLE_MERGE,
                                        OP_TABLE_FLUSHED};
  size_t index = next(d, (uint32_t)d->count + 1);
  if (!open_gap(d, index, 7))
    return;
  for (uint32_t i = 0; i < 7; i++) {
    uint8_t *at = operation(d, index + i);
    make_operation(d, at);
    if (kinds[i] == OP_NOTHING)
      continue;
    at[0] = code_of(kinds[i]);
    at[1] = MODE(PICK_LIVE, PICK_LIVE, 1);
    /* 2 MiB or 1 GiB to map, without a reference as often as with one; what there is to split and to merge. */
    put16(at + 6,
          kinds[i] == OP_TABLE_MAP ? 0x1000 + 0x1000 * next(d, 2) + 0x4000 * next(d, 2) : 0);
  }
}

/* Pages one after another, of sizes as they come, something that is done to them, and a call on a range of them. */
static void insert_range(struct draft *d)
{
  static const uint32_t sizes[8] = {0, 0, 0, 0, 0, 0x1000, 0x1000, 0x2000};
  size_t index = next(d, (uint32_t)d->count + 1);
  if (!open_gap(d, index, 8))
    return;
  for (uint32_t i = 0; i < 8; i++) {
    uint8_t *at = operation(d, index + i);
    make_operation(d, at);
    if (i == 0 || i == 6)
      at[0] = code_of(i == 0 ? OP_TABLE_CREATE : OP_TABLE_TOUCH);
    if (i == 7)
      at[0] = code_of((enum op_kind)(OP_RANGE_UNMAP + next(d, 4)));
    if (i < 1 || i > 5)
      continue;
    /* Where a number says, then behind a mapping; seldom with a reference, which few frames can give; now and then a few
     * pages at once. */
    bool one = next(d, 4) > 0;
    at[0] = code_of(one ? OP_TABLE_MAP : OP_RANGE_MAP);
    at[1] = (uint8_t)MODE(i == 1 ? PICK_LIVE : PICK_NEAR, PICK_ANY, one ? 1 : next(d, 12));
    put16(at + 6, sizes[next(d, 8)] + (next(d, 4) ? 0x4000 : 0));
  }
}

static void delete_some(struct draft *d)
{
  size_t index = next(d, (uint32_t)d->count);
  size_t n = next(d, 4) == 0 ? 1 + next(d, 16) : 1;
  if (n > d->count - index)
    n = d->count - index;
  memmove(operation(d, index), operation(d, index + n), OPS_BYTES * (d->count - index - n));
  d->count -= n;
}

/* The same operations again, elsewhere. */
static void duplicate(struct draft *d)
{
  uint8_t copy[8 * OPS_BYTES];
  size_t from = next(d, (uint32_t)d->count);
  size_t n = 1 + next(d, 8);
  if (n > d->count - from)
    n = d->count - from;
  memcpy(copy, operation(d, from), OPS_BYTES * n);
  size_t to = next(d, (uint32_t)d->count + 1);
  if (open_gap(d, to, n))
    memcpy(operation(d, to), copy, OPS_BYTES * n);
}

static void swap(struct draft *d)
{
  uint8_t copy[OPS_BYTES];
  uint8_t *a = operation(d, next(d, (uint32_t)d->count));
  uint8_t *b = operation(d, next(d, (uint32_t)d->count));
  memcpy(copy, a, OPS_BYTES);
  memmove(a, b, OPS_BYTES);
  memcpy(b, copy, OPS_BYTES);
}

/* One number of one operation: another one, or one beside it. */
static void tweak(struct draft *d)
{
  uint8_t *at = operation(d, next(d, (uint32_t)d->count));
  uint32_t what = next(d, 8);
  uint8_t *argument = at + 2 + (size_t)2 * (what % 3);
  if (what == 6)
    at[1] = mode(d);
  else if (what == 7)
    at[0] = (uint8_t)next(d, OPS_CODES);
  else if (next(d, 2))
    put16(argument, number(d));
  else
    put16(argument, argument[0] + 256u * argument[1] + next(d, 5) - 2);
}

/* The machine: its size, its map, what is switched off. */
static void tweak_machine(struct draft *d)
{
  switch (next(d, 4)) {
  case 0:
    d->bytes[0] = (uint8_t)next(d, 8);
    put16(d->bytes + 1, number(d));
    break;
  case 1:
    d->bytes[3] = (uint8_t)next(d, MACHINE_MAPS);
    break;
  case 2:
    put16(d->bytes + 4, next(d, 65536));
    break;
  default:
    put16(d->bytes + 6, next(d, 3) ? 0 : next(d, 65536));
  }
}

static void change(struct draft *d)
{
  uint32_t what = next(d, 16);
  uint32_t rare = what == 0 ? next(d, 8) : 7;
  if (rare == 0)
    insert_split(d);
  else if (rare == 1)
    insert_range(d);
  else if (d->count == 0 || what < 4)
    insert(d);
  else if (what < 6)
    delete_some(d);
  else if (what < 8)
    duplicate(d);
  else if (what < 10)
    swap(d);
  else if (what < 15)
    tweak(d);
  else
    tweak_machine(d);
}

static size_t operations_in(size_t size)
{
  return size < OPS_HEADER_BYTES ? 0 : (size - OPS_HEADER_BYTES) / OPS_BYTES;
}

size_t mutate(uint8_t *input, size_t size, size_t max, uint32_t seed)
{
  if (max < OPS_HEADER_BYTES)
    return size;
  for (; size < OPS_HEADER_BYTES; size++)
    input[size] = 0;
  size_t most = operations_in(max);
  struct draft d = {input, operations_in(size), most < OPS_MAX ? most : OPS_MAX, seed | 1};
  if (d.count > d.most)
    d.count = d.most;
  for (uint32_t n = 1 + next(&d, 6); n > 0; n--)
    change(&d);
  return OPS_HEADER_BYTES + OPS_BYTES * d.count;
}

size_t mutate_splice(const uint8_t *first, size_t first_size, const uint8_t *second,
                     size_t second_size, uint8_t *out, size_t max, uint32_t seed)
{
  if (max < OPS_HEADER_BYTES || first_size < OPS_HEADER_BYTES)
    return 0;
  size_t most = operations_in(max);
  struct draft d = {out, 0, most < OPS_MAX ? most : OPS_MAX, seed | 1};
  size_t head = next(&d, (uint32_t)operations_in(first_size) + 1);
  size_t from = next(&d, (uint32_t)operations_in(second_size) + 1);
  size_t tail = operations_in(second_size) - from;
  if (head > d.most)
    head = d.most;
  if (tail > d.most - head)
    tail = d.most - head;
  memcpy(out, first, OPS_HEADER_BYTES + OPS_BYTES * head);
  if (tail > 0)
    memcpy(out + OPS_HEADER_BYTES + OPS_BYTES * head, second + OPS_HEADER_BYTES + OPS_BYTES * from,
           OPS_BYTES * tail);
  return OPS_HEADER_BYTES + OPS_BYTES * (head + tail);
}

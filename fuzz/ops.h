/* Operations: any bytes whatever as a machine and a sequence of calls on it.
 *
 *     byte   0       1 2      3     4 5    6 7     8 ...
 *            class   frames   map   seed   swarm   operations of 8 bytes each:
 *                                                  code  mode  a a  b b  c c
 *
 * Numbers are little-endian. The decoding is total: missing bytes are 0, an unfinished
 * last operation counts, bytes after OPS_MAX operations are ignored. What a, b and c
 * mean depends on the operation (ops_shape); most choose among what is alive at that
 * moment, so an operation keeps its sense when others before it come or go.
 *
 * The mode says how they choose: its two lowest bits the object (enum pick), the next two the
 * rest of the arguments (order, count, size: the same four ways), the upper four belong to the
 * operation (ops_extra).
 *
 * A page is of 4 KiB, unless bits 12 and 13 of c say otherwise where it is mapped, unmapped, protected, cleared, split or merged:
 * 0 leaves it as it is (4 KiB to map, the size of the mapping that was chosen to unmap, clear or split, the next one above it to
 * merge), 1 is 2 MiB, 2 is 1 GiB, 3 a level that no page has. The bits below them, with the two that name the space, choose a frame of a block; where
 * an address is asked for or touched they choose one inside a larger page.
 *
 * A range of pages begins at a mapping, or near it: bits 12 and 13 of c say where (a page behind its first one, a page before
 * it, where the 2 MiB or the 1 GiB begin that hold it). It ends with the mapping that is b further on, or near that: bits
 * 14 and 15 say where (a page sooner, a page later, where the 2 MiB or the 1 GiB end). Bits 4 to 7 are the permissions to
 * protect with; with bit 2 what owns frames is to own none, or the other way round, and with bit 3 all bits from 4 on are
 * permissions.
 *
 * A range that is mapped begins at a page of a number, or at or behind a mapping; bits 12 and 13 of c move its beginning down to
 * 2 MiB (1), to 1 GiB (2), or to where it comes to 2 MiB when its frames do (3). Bits 8 to 11 choose the first frame in a block,
 * those of the mode that are the operation's the number of pages. Bits 4 to 7 are the permissions; with bit 14 no page
 * owns its frames, and with bit 3 all bits from 4 on are permissions. The largest pages are of 1 GiB; with bit 15, b says.
 */
#ifndef ASHLAR_OPS_H
#define ASHLAR_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPS_HEADER_BYTES 8u
#define OPS_BYTES 8u
#define OPS_MAX 1024u
#define OPS_FRAMES_MAX 1536u /* the direct map of so many takes 6 MiB */
#define OPS_CODES 128u       /* a code modulo this names the kind */
#define OPS_GROUPS 16u       /* bits of the swarm mask */

enum op_kind {
  OP_NOTHING,
  OP_NAMES,
  OP_BITSET_INIT,
  OP_BITSET_ADD,
  OP_BITSET_REMOVE,
  OP_BITSET_NEXT,
  OP_MAP_ENTRY,
  OP_MAP_RESERVATION,
  OP_MAP_CLEAR,
  OP_MEMMAP_RUNS,
  OP_BOOT_INIT,
  OP_BOOT_ALLOC,
  OP_BOOT_REST,
  OP_BUDDY_INIT,
  OP_BUDDY_ALLOC,
  OP_BUDDY_ALLOC_AT,
  OP_BUDDY_FREE,
  OP_BUDDY_RELEASE,
  OP_BUDDY_RESERVE,
  OP_BUDDY_FIND,
  OP_BUDDY_COUNTS,
  OP_FRAMES_INIT,
  OP_FRAMES_RELEASE,
  OP_FRAMES_RESERVE,
  OP_FRAME_ALLOC,
  OP_FRAME_GET,
  OP_FRAME_PUT,
  OP_FRAME_SET_FLAGS,
  OP_FRAME_POISON,
  OP_FRAME_PIN,
  OP_FRAME_ADDRESS,
  OP_TABLE_CREATE,
  OP_TABLE_ALLOW,
  OP_TABLE_MAP,
  OP_TABLE_UNMAP,
  OP_TABLE_PROTECT,
  OP_TABLE_CLEAR,
  OP_TABLE_SPLIT,
  OP_TABLE_MERGE,
  OP_TABLE_QUERY,
  OP_TABLE_TOUCH,
  OP_TABLE_FLUSHED,
  OP_TABLE_DESTROY,
  OP_CORRUPT_BITSET,
  OP_CORRUPT_BUDDY,
  OP_CORRUPT_FRAMES,
  OP_CORRUPT_TABLE,
  OP_RANGE_UNMAP, /* behind the others: a kind's number is in the digest */
  OP_RANGE_PROTECT,
  OP_RANGE_CLEAR,
  OP_RANGE_QUERY,
  OP_RANGE_MAP,
  OP_KINDS
};

/* How an operation chooses an object, or its other arguments. */
enum pick {
  PICK_LIVE, /* one that is alive: a block in use, a mapping, a member; arguments that fit it */
  PICK_NEAR, /* beside or inside one that is alive; arguments that fit, from a wider choice */
  PICK_ANY,  /* anywhere in range */
  PICK_RAW   /* the bare numbers, in range or not */
};

#define MODE(object, rest, extra) ((object) + 4u * (rest) + 16u * (extra))

/* How the frames of the machine start. */
enum machine_map {
  MACHINE_FREE,     /* all released */
  MACHINE_HOLES,    /* some runs released, by the seed */
  MACHINE_FIRMWARE, /* a hostile firmware map, by the seed, through memmap and boot_alloc */
  MACHINE_RESERVED, /* nothing released */
  MACHINE_MAPS
};

struct machine {
  uint32_t nframes; /* 1 .. OPS_FRAMES_MAX */
  enum machine_map map;
  uint32_t seed;
  uint32_t swarm; /* bit g: the operations of group g are switched off */
};

struct op {
  enum op_kind kind;
  uint32_t mode; /* 0 .. 255 */
  uint32_t a;    /* 0 .. 65535 each */
  uint32_t b;
  uint32_t c;
};

/* How an operation is read and printed. Unused places hold null. */
struct op_shape {
  const char *name;      /* the function it calls, or what it does */
  uint32_t group;        /* of the swarm mask */
  const char *fields[3]; /* what a, b and c choose */
  const char *args[5];   /* what it was called with, once chosen */
  const char *outs[4];   /* what came back beside the status */
};

/* The frames of a size class (0 .. 7) are 1 .. this. */
uint32_t ops_class_frames(uint32_t size_class);

/* The machine that the input's first bytes describe. */
struct machine ops_machine(const uint8_t *input, size_t size);

/* How many operations the input holds: at most OPS_MAX. */
size_t ops_count(size_t size);

/* Operation number index (below ops_count). An operation whose group is switched off
 * becomes another kind that is on, or OP_NOTHING. */
struct op ops_decode(const uint8_t *input, size_t size, size_t index, uint32_t swarm);

/* The kind that a code (0 .. OPS_CODES - 1) names. */
enum op_kind ops_kind(uint32_t code);

enum pick ops_pick(const struct op *op);      /* the object's */
enum pick ops_pick_rest(const struct op *op); /* the other arguments' */
uint32_t ops_extra(const struct op *op);      /* 0 .. 15 */

/* Never null; a kind out of range is OP_NOTHING. */
const struct op_shape *ops_shape(enum op_kind kind);

#endif

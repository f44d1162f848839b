#include "ops.h"

/* Frequent kinds have more codes. The number of codes is a power of two, so that all are
 * equally likely: these twice, so that a code keeps its meaning when kinds are added. */
#define FIRST_CODES (OPS_CODES / 2)
static const uint8_t kinds[FIRST_CODES] = {
    OP_NAMES,          OP_BITSET_INIT,    OP_BITSET_ADD,      OP_BITSET_ADD,     OP_BITSET_REMOVE,
    OP_BITSET_NEXT,    OP_MAP_ENTRY,      OP_MAP_ENTRY,       OP_MAP_ENTRY,      OP_MAP_RESERVATION,
    OP_MAP_CLEAR,      OP_MEMMAP_RUNS,    OP_BOOT_INIT,       OP_BOOT_ALLOC,     OP_BOOT_ALLOC,
    OP_BOOT_REST,      OP_BUDDY_INIT,     OP_BUDDY_ALLOC,     OP_BUDDY_ALLOC,    OP_BUDDY_ALLOC,
    OP_BUDDY_ALLOC,    OP_BUDDY_ALLOC_AT, OP_BUDDY_ALLOC_AT,  OP_BUDDY_FREE,     OP_BUDDY_FREE,
    OP_BUDDY_FREE,     OP_BUDDY_FREE,     OP_BUDDY_RELEASE,   OP_BUDDY_RESERVE,  OP_BUDDY_FIND,
    OP_BUDDY_COUNTS,   OP_FRAMES_INIT,    OP_FRAMES_RELEASE,  OP_FRAMES_RESERVE, OP_FRAME_ALLOC,
    OP_FRAME_ALLOC,    OP_FRAME_ALLOC,    OP_FRAME_ALLOC,     OP_FRAME_GET,      OP_FRAME_PUT,
    OP_FRAME_PUT,      OP_FRAME_PUT,      OP_FRAME_SET_FLAGS, OP_FRAME_POISON,   OP_FRAME_PIN,
    OP_FRAME_ADDRESS,  OP_TABLE_CREATE,   OP_TABLE_MAP,       OP_TABLE_MAP,      OP_TABLE_MAP,
    OP_TABLE_MAP,      OP_TABLE_MAP,      OP_TABLE_UNMAP,     OP_TABLE_UNMAP,    OP_TABLE_UNMAP,
    OP_TABLE_PROTECT,  OP_TABLE_PROTECT,  OP_TABLE_QUERY,     OP_TABLE_TOUCH,    OP_TABLE_DESTROY,
    OP_CORRUPT_BITSET, OP_CORRUPT_BUDDY,  OP_CORRUPT_FRAMES,  OP_CORRUPT_TABLE};

/* Kinds that were added later: each is the second meaning of a few frequent codes. */
static const uint8_t later[][2] = {
    {19, OP_TABLE_SPLIT},   {26, OP_TABLE_SPLIT},   {37, OP_TABLE_SPLIT},   {22, OP_TABLE_MERGE},
    {40, OP_TABLE_MERGE},   {51, OP_TABLE_MERGE},   {47, OP_TABLE_ALLOW},   {25, OP_TABLE_FLUSHED},
    {36, OP_TABLE_FLUSHED}, {8, OP_TABLE_CLEAR},    {34, OP_TABLE_CLEAR},   {23, OP_RANGE_UNMAP},
    {54, OP_RANGE_UNMAP},   {35, OP_RANGE_PROTECT}, {56, OP_RANGE_PROTECT}, {48, OP_RANGE_CLEAR},
    {52, OP_RANGE_QUERY},   {49, OP_RANGE_MAP},     {50, OP_RANGE_MAP},     {53, OP_RANGE_MAP}};

static const struct op_shape shapes[OP_KINDS] = {
    [OP_NOTHING] = {"nothing", 0, {0}, {0}, {0}},
    [OP_NAMES] = {"names", 6, {"status", "owner"}, {"status", "owner"}, {0}},
    [OP_BITSET_INIT] = {"bitset_init", 0, {"size"}, {"size", "words"}, {0}},
    [OP_BITSET_ADD] = {"bitset_add", 0, {"member", "near"}, {"member"}, {0}},
    [OP_BITSET_REMOVE] = {"bitset_remove", 0, {"member", "near"}, {"member"}, {0}},
    [OP_BITSET_NEXT] = {"bitset_next", 0, {"member", "near"}, {"from"}, {"member"}},
    [OP_MAP_ENTRY] = {"map_entry", 1, {"page", "pages", "bytes"}, {"base", "length", "type"}, {0}},
    [OP_MAP_RESERVATION] =
        {"map_reservation", 1, {"page", "pages", "bytes"}, {"base", "length", "type"}, {0}},
    [OP_MAP_CLEAR] = {"map_clear", 1, {0}, {0}, {0}},
    [OP_MEMMAP_RUNS] = {"memmap_runs",
                        1,
                        {"limit", "capacity"},
                        {"entries", "reserved", "limit", "capacity"},
                        {"runs"}},
    [OP_BOOT_INIT] = {"boot_alloc_init", 2, {"runs", "gap", "length"}, {"runs"}, {0}},
    [OP_BOOT_ALLOC] = {"boot_alloc", 2, {"bytes", "align"}, {"frames", "align"}, {"first"}},
    [OP_BOOT_REST] = {"boot_alloc_rest", 2, {"run"}, {"run"}, {"first", "end"}},
    [OP_BUDDY_INIT] = {"buddy_init", 6, {"frames", "words"}, {"frames", "words"}, {0}},
    [OP_BUDDY_ALLOC] = {"buddy_alloc", 3, {"order"}, {"order"}, {"frame"}},
    [OP_BUDDY_ALLOC_AT] =
        {"buddy_alloc_at", 3, {"frame", "high", "order"}, {"frame", "order"}, {0}},
    [OP_BUDDY_FREE] = {"buddy_free", 4, {"frame", "high", "order"}, {"frame", "order"}, {0}},
    [OP_BUDDY_RELEASE] = {"buddy_release", 5, {"frame", "high", "count"}, {"first", "count"}, {0}},
    [OP_BUDDY_RESERVE] = {"buddy_reserve", 5, {"frame", "high", "count"}, {"first", "count"}, {0}},
    [OP_BUDDY_FIND] = {"buddy_find", 6, {"frame", "high"}, {"frame"}, {"state", "first", "order"}},
    [OP_BUDDY_COUNTS] =
        {"buddy_largest_order", 6, {"order"}, {"order"}, {"free", "blocks", "largest"}},
    [OP_FRAMES_INIT] =
        {"frames_init", 6, {"frames", "words", "records"}, {"frames", "words", "records"}, {0}},
    [OP_FRAMES_RELEASE] =
        {"frames_release", 10, {"frame", "high", "count"}, {"first", "count"}, {0}},
    [OP_FRAMES_RESERVE] =
        {"frames_reserve", 10, {"frame", "high", "count"}, {"first", "count"}, {0}},
    [OP_FRAME_ALLOC] =
        {"frame_alloc", 7, {"order", "owner", "flags"}, {"order", "owner", "flags"}, {"frame"}},
    [OP_FRAME_GET] = {"frame_get", 9, {"frame", "high"}, {"frame"}, {0}},
    [OP_FRAME_PUT] = {"frame_put", 8, {"frame", "high"}, {"frame"}, {0}},
    [OP_FRAME_SET_FLAGS] =
        {"frame_set_flags", 11, {"frame", "high", "flags"}, {"frame", "set", "clear"}, {0}},
    [OP_FRAME_POISON] = {"frame_poison", 11, {"frame", "high"}, {"frame"}, {0}},
    [OP_FRAME_PIN] = {"frame_pin", 9, {"frame", "high", "left"}, {"frame", "references"}, {0}},
    [OP_FRAME_ADDRESS] =
        {"frame_range",
         6,
         {"frame", "length", "bytes"},
         {"address", "length"},
         {"first", "end", "containing", "at"}},
    [OP_TABLE_CREATE] = {"pagetable_create", 12, {"space"}, {"space"}, {"root"}},
    [OP_TABLE_ALLOW] =
        {"pagetable_allow_write_execute", 12, {"space", "allow"}, {"space", "allow"}, {0}},
    [OP_TABLE_MAP] = {"pagetable_map",
                      13,
                      {"page", "frame", "space"},
                      {"space", "address", "frame", "permissions"},
                      {"tables"}},
    [OP_TABLE_UNMAP] = {"pagetable_unmap",
                        14,
                        {"page", "bytes", "space"},
                        {"space", "address"},
                        {"frame", "permissions", "seen"}},
    [OP_TABLE_PROTECT] = {"pagetable_protect",
                          14,
                          {"page", "permissions", "space"},
                          {"space", "address", "permissions"},
                          {"frame", "permissions", "seen"}},
    [OP_TABLE_CLEAR] = {"pagetable_test_and_clear",
                        14,
                        {"page", "bytes", "space"},
                        {"space", "address"},
                        {"frame", "permissions", "seen"}},
    [OP_TABLE_SPLIT] =
        {"pagetable_split", 14, {"page", "bytes", "space"}, {"space", "address"}, {"table"}},
    [OP_TABLE_MERGE] = {"pagetable_merge",
                        14,
                        {"page", "left", "space"},
                        {"space", "address", "dropped"},
                        {"table"}},
    [OP_TABLE_QUERY] = {"pagetable_query",
                        14,
                        {"page", "bytes", "space"},
                        {"space", "address"},
                        {"frame", "permissions", "seen"}},
    [OP_TABLE_TOUCH] = {"touch",
                        14,
                        {"page", "bytes", "space"},
                        {"space", "address", "access"},
                        {"allowed", "frame"}},
    [OP_TABLE_FLUSHED] = {"pagetable_flushed",
                          12,
                          {"space", "frame", "high"},
                          {"space", "tables", "table"},
                          {"freed"}},
    [OP_TABLE_DESTROY] = {"pagetable_destroy", 12, {"space"}, {"space"}, {"flushed"}},
    [OP_CORRUPT_BITSET] = {"corrupt_bitset", 15, {"what", "where"}, {"what", "where"}, {0}},
    [OP_CORRUPT_BUDDY] = {"corrupt_buddy", 15, {"what", "where"}, {"what", "where"}, {0}},
    [OP_CORRUPT_FRAMES] = {"corrupt_frames", 15, {"what", "where"}, {"what", "where"}, {0}},
    [OP_CORRUPT_TABLE] = {"corrupt_table", 15, {"what", "where", "space"}, {"what", "where"}, {0}},
    [OP_RANGE_UNMAP] = {"pagetable_unmap_range",
                        14,
                        {"page", "pages", "space"},
                        {"space", "address", "pages"},
                        {"mapped", "seen"}},
    [OP_RANGE_PROTECT] = {"pagetable_protect_range",
                          14,
                          {"page", "pages", "space"},
                          {"space", "address", "pages", "permissions"},
                          {"mapped", "seen"}},
    [OP_RANGE_CLEAR] = {"pagetable_test_and_clear_range",
                        14,
                        {"page", "pages", "space"},
                        {"space", "address", "pages"},
                        {"mapped", "seen"}},
    [OP_RANGE_QUERY] = {"pagetable_query_range",
                        14,
                        {"page", "pages", "space"},
                        {"space", "address", "pages"},
                        {"run", "mapped", "frame", "permissions"}},
    [OP_RANGE_MAP] = {"pagetable_map_range",
                      13,
                      {"page", "frame", "space"},
                      {"space", "address", "frame", "pages", "permissions"},
                      {"mappings", "tables"}},
};

static uint32_t byte_at(const uint8_t *input, size_t size, size_t at)
{
  return at < size ? input[at] : 0;
}

static uint32_t pair_at(const uint8_t *input, size_t size, size_t at)
{
  return byte_at(input, size, at) + 256 * byte_at(input, size, at + 1);
}

uint32_t ops_class_frames(uint32_t size_class)
{
  static const uint16_t limits[8] = {8, 32, 64, 128, 200, 256, 512, OPS_FRAMES_MAX};
  return limits[size_class % 8];
}

struct machine ops_machine(const uint8_t *input, size_t size)
{
  uint32_t limit = ops_class_frames(byte_at(input, size, 0));
  struct machine machine;
  machine.nframes = 1 + pair_at(input, size, 1) % limit;
  machine.map = (enum machine_map)(byte_at(input, size, 3) % MACHINE_MAPS);
  machine.seed = pair_at(input, size, 4);
  machine.swarm = pair_at(input, size, 6);
  return machine;
}

size_t ops_count(size_t size)
{
  if (size <= OPS_HEADER_BYTES)
    return 0;
  size_t count = (size - OPS_HEADER_BYTES + OPS_BYTES - 1) / OPS_BYTES;
  return count < OPS_MAX ? count : OPS_MAX;
}

enum op_kind ops_kind(uint32_t code)
{
  uint32_t first = code % FIRST_CODES;
  uint8_t kind = kinds[first];
  for (uint32_t i = 0; code % OPS_CODES != first && i < sizeof later / sizeof later[0]; i++)
    if (later[i][0] == first)
      kind = later[i][1];
  return (enum op_kind)kind;
}

/* The kind of a code or, if its group is off, of the next code of a round through all of them whose
 * group is on. The step scatters what takes the place of one kind. */
static enum op_kind kind_on(uint32_t code, uint32_t swarm)
{
  for (uint32_t tries = 0; tries < OPS_CODES; tries++) {
    enum op_kind kind = ops_kind(code + 37 * tries);
    if ((swarm >> shapes[kind].group) % 2 == 0)
      return kind;
  }
  return OP_NOTHING;
}

struct op ops_decode(const uint8_t *input, size_t size, size_t index, uint32_t swarm)
{
  size_t at = OPS_HEADER_BYTES + OPS_BYTES * index;
  struct op op;
  op.kind = kind_on(byte_at(input, size, at), swarm);
  op.mode = byte_at(input, size, at + 1);
  op.a = pair_at(input, size, at + 2);
  op.b = pair_at(input, size, at + 4);
  op.c = pair_at(input, size, at + 6);
  return op;
}

enum pick ops_pick(const struct op *op)
{
  return (enum pick)(op->mode % 4);
}

enum pick ops_pick_rest(const struct op *op)
{
  return (enum pick)(op->mode / 4 % 4);
}

uint32_t ops_extra(const struct op *op)
{
  return op->mode / 16;
}

const struct op_shape *ops_shape(enum op_kind kind)
{
  return &shapes[kind < OP_KINDS ? kind : OP_NOTHING];
}

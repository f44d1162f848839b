/* Writes the seeds of the corpus, each named by what it exercises, into a directory.
 *
 *     seeds DIRECTORY
 *
 * Always the same bytes: a seed that is to change is changed here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "ops.h"
#include "walk.h"

static uint8_t bytes[OPS_HEADER_BYTES + OPS_BYTES * OPS_MAX];
static size_t used;
static const char *directory;

static void put16(size_t at, uint32_t value)
{
  bytes[at] = (uint8_t)value;
  bytes[at + 1] = (uint8_t)(value >> 8);
}

/* The machine: this many frames, all free unless map says otherwise. */
static void machine(uint32_t nframes, enum machine_map map, uint32_t seed)
{
  uint32_t size_class = 0;
  while (ops_class_frames(size_class) < nframes)
    size_class++;
  memset(bytes, 0, sizeof bytes);
  bytes[0] = (uint8_t)size_class;
  put16(1, nframes - 1);
  bytes[3] = (uint8_t)map;
  put16(4, seed);
  used = OPS_HEADER_BYTES;
}

static void add(enum op_kind kind, uint32_t mode, uint32_t a, uint32_t b, uint32_t c)
{
  uint32_t code = 0;
  while (ops_kind(code) != kind)
    code++;
  if (used + OPS_BYTES > sizeof bytes) {
    (void)fprintf(stderr, "seeds: a seed has more than %u operations\n", OPS_MAX);
    exit(2);
  }
  bytes[used] = (uint8_t)code;
  bytes[used + 1] = (uint8_t)mode;
  put16(used + 2, a);
  put16(used + 4, b);
  put16(used + 6, c);
  used += OPS_BYTES;
}

static void save(const char *name)
{
  char path[512];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(bytes, 1, used, file) != used || fclose(file) != 0) {
    (void)fprintf(stderr, "seeds: %s: %s\n", path, strerror(errno));
    exit(2);
  }
}

/* Exactly these arguments, be they good or bad. */
#define LIVE MODE(PICK_LIVE, PICK_LIVE, 0)
#define ANY MODE(PICK_ANY, PICK_ANY, 0)
#define RAW MODE(PICK_RAW, PICK_RAW, 0)

static void bitsets(void)
{
  static const uint32_t sizes[6] = {1, 64, 65, 256, 8000, 8192};
  machine(8, MACHINE_FREE, 0);
  for (uint32_t i = 0; i < 6; i++) {
    add(OP_BITSET_INIT, MODE(PICK_NEAR, PICK_LIVE, 0), sizes[i] - 1, 0, 0);
    for (uint32_t k = 0; k <= 16; k++)
      add(OP_BITSET_ADD, ANY, 4095 * k, 0, 0);
    for (uint32_t k = 0; k <= 16; k++)
      add(OP_BITSET_NEXT, k % 2 ? MODE(PICK_NEAR, 0, 0) : ANY, 4000 * k, 65, 0);
    for (uint32_t k = 0; k <= 16; k++)
      add(OP_BITSET_REMOVE, LIVE, k, 0, 0);
    add(OP_BITSET_NEXT, LIVE, 0, 0, 0);
  }
  save("bitset-of-one-two-and-three-levels");

  machine(8, MACHINE_FREE, 0);
  add(OP_BITSET_INIT, ANY, 65535, 0, 0);
  add(OP_BITSET_ADD, ANY, 65535, 0, 0);
  add(OP_BITSET_NEXT, RAW, 0, 0, 0);
  add(OP_BITSET_ADD, ANY, 1, 0, 0);
  add(OP_BITSET_NEXT, MODE(PICK_RAW, 0, 0), 5, 0, 0);
  add(OP_BITSET_NEXT, MODE(PICK_RAW, 0, 0), 0, 1, 0);
  add(OP_BITSET_NEXT, MODE(PICK_RAW, 0, 0), 0, 3, 0);
  add(OP_BITSET_REMOVE, ANY, 65535, 0, 0);
  add(OP_BITSET_NEXT, MODE(PICK_RAW, 0, 0), 5, 0, 0);
  save("bitset-of-four-levels");

  machine(8, MACHINE_FREE, 0);
  for (uint32_t i = 0; i < 4; i++)
    add(OP_BITSET_INIT, MODE(PICK_RAW, PICK_LIVE, 0), i, 0, 0);
  add(OP_BITSET_INIT, MODE(PICK_LIVE, PICK_RAW, 0), 99, 0, 0);
  save("bitset-size-or-words-refused");

  machine(8, MACHINE_FREE, 0);
  add(OP_BITSET_INIT, LIVE, 99, 0, 0);
  for (uint32_t i = 0; i < 8; i++) {
    add(OP_CORRUPT_BITSET, LIVE, i, i, 7 * i);
    add(OP_BITSET_ADD, ANY, 9000 * i, 0, 0);
  }
  add(OP_CORRUPT_BITSET, LIVE, 1, 0, 63);
  save("bitset-corruptions-noticed");
}

static void entry(uint32_t mode, uint32_t page, uint32_t pages, uint32_t bytes_off)
{
  add(OP_MAP_ENTRY, mode, page, pages, bytes_off);
}

static void maps(void)
{
  machine(64, MACHINE_FREE, 0);
  entry(0, 40, 10, 0);
  entry(0, 2, 20, 0);
  entry(0, 22, 3, 0);
  entry(5, 10, 2, 0);
  entry(0, 30, 0, 0);
  add(OP_MAP_RESERVATION, 0, 0, 4, 0);
  add(OP_MAP_RESERVATION, 0, 45, 1, 0);
  add(OP_MEMMAP_RUNS, LIVE, 0, 0, 0);
  add(OP_BOOT_INIT, LIVE, 0, 0, 0);
  add(OP_BOOT_ALLOC, LIVE, 8193, 0, 0);
  add(OP_BOOT_ALLOC, LIVE, 1, 3, 0);
  for (uint32_t k = 0; k < 7; k++)
    add(OP_BOOT_REST, LIVE, k, 0, 0);
  save("memmap-unsorted-adjacent-and-reserved");

  machine(64, MACHINE_FREE, 0);
  entry(8 + 16, 3, 20, 4095 + 8 * 17);
  entry(8, 30, 3, 1);
  entry(16, 40, 2, 8 * 4095);
  entry(6, 50, 2, 0);
  entry(0, 48, 9, 0);
  add(OP_MEMMAP_RUNS, LIVE, 0, 0, 0);
  add(OP_MEMMAP_RUNS, MODE(PICK_ANY, PICK_ANY, 0), 41, 1, 0);
  add(OP_MEMMAP_RUNS, MODE(PICK_ANY, PICK_ANY, 0), 0, 5, 0);
  for (uint32_t limit = 21; limit < 60; limit++)
    add(OP_MEMMAP_RUNS, MODE(PICK_ANY, PICK_LIVE, 0), limit, 0, 0);
  add(OP_MEMMAP_RUNS, MODE(PICK_LIVE, PICK_RAW, 0), 0, 3, 0);
  save("memmap-partial-pages-and-small-limits");

  machine(64, MACHINE_FREE, 0);
  entry(64, 3, 0, 5);
  entry(96, 3, 8, 0);
  entry(96 + 5, 2, 40, 0);
  entry(128, 77, 5, 20);
  add(OP_MEMMAP_RUNS, LIVE, 0, 0, 0);
  add(OP_MEMMAP_RUNS, RAW, 0, 0, 0);
  add(OP_MEMMAP_RUNS, RAW, 1, 0, 0);
  add(OP_MEMMAP_RUNS, RAW, 60000, 9, 0);
  add(OP_MEMMAP_RUNS, MODE(PICK_LIVE, PICK_LIVE, 7), 0, 0, 0);
  add(OP_MEMMAP_RUNS, MODE(PICK_LIVE, PICK_LIVE, 6), 0, 0, 0);
  add(OP_MAP_CLEAR, 0, 0, 0, 0);
  add(OP_MEMMAP_RUNS, LIVE, 0, 0, 0);
  entry(96, 0, 3, 0);
  entry(16 + 96, 0, 0, 8);
  add(OP_MEMMAP_RUNS, LIVE, 0, 0, 0);
  save("memmap-ends-that-wrap-and-refusals");

  for (uint32_t seed = 0; seed < 6; seed++) {
    static const char *const names[6] = {"firmware-0", "firmware-1", "firmware-2",
                                         "firmware-3", "firmware-4", "firmware-5"};
    machine(200, MACHINE_FIRMWARE, 7919 * seed + 1);
    for (uint32_t k = 0; k < 12; k++) {
      add(OP_FRAME_ALLOC, LIVE, k, k, 0);
      add(OP_BUDDY_ALLOC, LIVE, k, 0, 0);
    }
    save(names[seed]);
  }
}

static void boots(void)
{
  machine(32, MACHINE_FREE, 0);
  add(OP_BOOT_INIT, ANY, 5, 0x1B, 0x7F);
  for (uint32_t k = 0; k < 12; k++)
    add(OP_BOOT_ALLOC, MODE(PICK_NEAR, k % 4, 0), 200 * k, k, 7);
  add(OP_BOOT_ALLOC, LIVE, 0, 0, 0);
  add(OP_BOOT_ALLOC, ANY, 0, 0, 0);
  add(OP_BOOT_ALLOC, ANY, 9, 0, 0);
  add(OP_BOOT_ALLOC, MODE(PICK_ANY, PICK_RAW, 15), 9, 3, 3);
  for (uint32_t k = 0; k < 7; k++)
    add(OP_BOOT_REST, LIVE, k, 0, 0);
  save("boot-alloc-until-nothing-is-left");

  machine(32, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_BOOT_INIT, RAW, 3, 4 * 0x15 + k, 5);
  add(OP_BOOT_INIT, RAW, 3, 1, 4);
  add(OP_BOOT_INIT, ANY, 0, 0, 0);
  add(OP_BOOT_ALLOC, LIVE, 1, 0, 0);
  for (uint32_t length = 0; length < 8; length++)
    add(OP_BOOT_INIT, RAW, 2, 2, length);
  save("boot-alloc-runs-refused");
}

static void blocks(void)
{
  machine(64, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 66; k++)
    add(OP_BUDDY_ALLOC, ANY, 0, 0, 0);
  add(OP_BUDDY_COUNTS, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 64; k++)
    add(OP_BUDDY_FREE, MODE(PICK_LIVE, PICK_LIVE, 0), 11 * k, 0, 0);
  add(OP_BUDDY_COUNTS, ANY, 6, 0, 0);
  save("buddy-every-frame-out-and-back");

  machine(1536, MACHINE_FREE, 0);
  for (uint32_t order = 0; order < 12; order++)
    add(OP_BUDDY_ALLOC, ANY, order, 0, 0);
  for (uint32_t k = 0; k < 12; k++) {
    add(OP_BUDDY_FIND, MODE(PICK_NEAR, 0, 0), k, 3, 0);
    add(OP_BUDDY_FREE, LIVE, k, 0, 0);
  }
  add(OP_BUDDY_ALLOC, RAW, 19, 0, 0);
  add(OP_BUDDY_ALLOC, RAW, 65535, 0, 0);
  add(OP_BUDDY_COUNTS, ANY, 10, 0, 0);
  add(OP_BUDDY_COUNTS, RAW, 30, 0, 0);
  save("buddy-every-order-of-1536-frames");

  machine(512, MACHINE_FREE, 0);
  for (uint32_t order = 0; order < 10; order++) {
    add(OP_BUDDY_FREE, ANY, 256 + (1u << order) / 2, 0, order);
    add(OP_BUDDY_ALLOC_AT, ANY, 256 + (1u << order) / 2, 0, order);
  }
  save("buddy-misaligned-at-every-order");
}

static void wrong_frees(void)
{
  machine(77, MACHINE_FREE, 0);
  add(OP_BUDDY_RESERVE, LIVE, 3, 0, 0);
  add(OP_BUDDY_ALLOC_AT, ANY, 8, 0, 3);
  add(OP_BUDDY_FREE, ANY, 8, 0, 2);
  add(OP_BUDDY_FREE, ANY, 9, 0, 0);
  add(OP_BUDDY_FREE, ANY, 10, 0, 1);
  add(OP_BUDDY_FREE, ANY, 3, 0, 0);
  add(OP_BUDDY_FREE, ANY, 16, 0, 0);
  add(OP_BUDDY_FREE, ANY, 9, 0, 1);
  add(OP_BUDDY_FREE, ANY, 64, 0, 5);
  add(OP_BUDDY_FREE, RAW, 0, 0, 19);
  add(OP_BUDDY_FREE, RAW, 3, 1, 0);
  add(OP_BUDDY_FREE, ANY, 8, 0, 3);
  add(OP_BUDDY_FREE, ANY, 8, 0, 3);
  add(OP_BUDDY_FIND, ANY, 3, 0, 0);
  add(OP_BUDDY_FIND, RAW, 0, 3, 0);
  save("buddy-every-wrong-free");

  machine(100, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 7; k++)
    add(OP_BUDDY_ALLOC_AT, ANY, 37 + k, 0, k);
  add(OP_BUDDY_ALLOC_AT, ANY, 32, 0, 4);
  add(OP_BUDDY_ALLOC_AT, ANY, 0, 0, 5);
  add(OP_BUDDY_ALLOC_AT, ANY, 0, 0, 0);
  add(OP_BUDDY_ALLOC_AT, ANY, 96, 0, 3);
  add(OP_BUDDY_ALLOC_AT, RAW, 0, 0, 31);
  add(OP_BUDDY_ALLOC_AT, RAW, 2, 3, 0);
  for (uint32_t k = 0; k < 6; k++)
    add(OP_BUDDY_FREE, LIVE, k, 0, 0);
  save("buddy-particular-blocks");
}

static void reservations_and_starts(void)
{
  machine(130, MACHINE_RESERVED, 0);
  add(OP_BUDDY_ALLOC, LIVE, 0, 0, 0);
  add(OP_BUDDY_COUNTS, LIVE, 0, 0, 0);
  add(OP_BUDDY_RELEASE, ANY, 1, 0, 5);
  add(OP_BUDDY_RELEASE, ANY, 3, 0, 5);
  add(OP_BUDDY_RELEASE, ANY, 100, 0, 31);
  add(OP_BUDDY_RELEASE, ANY, 7, 0, 123);
  add(OP_BUDDY_RELEASE, ANY, 0, 0, 0);
  add(OP_BUDDY_RELEASE, RAW, 1, 1, 2);
  add(OP_BUDDY_RESERVE, ANY, 64, 0, 9);
  add(OP_BUDDY_RESERVE, ANY, 60, 0, 9);
  add(OP_BUDDY_RESERVE, RAW, 3, 3, 9);
  add(OP_BUDDY_RELEASE, ANY, 64, 0, 9);
  save("buddy-release-and-reserve-runs");

  machine(50, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_BUDDY_INIT, MODE(PICK_RAW, PICK_LIVE, 0), k, k, 0);
  add(OP_BUDDY_INIT, MODE(PICK_LIVE, PICK_ANY, 0), 9, 100, 0);
  add(OP_BUDDY_INIT, MODE(PICK_ANY, PICK_LIVE, 0), 1234, 0, 0);
  add(OP_BUDDY_ALLOC, LIVE, 0, 0, 0);
  save("buddy-starts");

  machine(40, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 8; k++)
    add(OP_BUDDY_ALLOC, ANY, k % 3, 0, 0);
  add(OP_BUDDY_RESERVE, ANY, 30, 0, 2);
  for (uint32_t what = 0; what < 7; what++)
    for (uint32_t where = 0; where < 12; where++)
      add(OP_CORRUPT_BUDDY, MODE(0, 0, where % 8), what, 3 * where, where);
  add(OP_CORRUPT_BUDDY, 0, 4, 0, 3);
  save("buddy-corruptions-noticed");
}

static void frames(void)
{
  machine(64, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 12; k++)
    add(OP_FRAME_ALLOC, MODE(PICK_ANY, PICK_LIVE, 0), k % 2, k, 2 * k);
  for (uint32_t k = 0; k < 6; k++) {
    add(OP_FRAME_GET, MODE(PICK_NEAR, 0, 0), k, 1, 0);
    add(OP_FRAME_SET_FLAGS, MODE(PICK_NEAR, PICK_LIVE, 0), k, 1, 0x060E);
  }
  for (uint32_t k = 0; k < 24; k++)
    add(OP_FRAME_PUT, MODE(k % 2, 0, 0), k, k, 0);
  save("frame-references-and-flags");
}

static void wrong_frame_calls(void)
{
  machine(48, MACHINE_HOLES, 5);
  for (uint32_t k = 0; k < 48; k++) {
    add(OP_FRAME_GET, ANY, k, 0, 0);
    add(OP_FRAME_PUT, ANY, k, 0, 0);
    add(OP_FRAME_SET_FLAGS, ANY, k, 0, 0x0202);
  }
  add(OP_FRAME_GET, RAW, 2, 1, 0);
  add(OP_FRAME_PUT, RAW, 2, 1, 0);
  add(OP_FRAME_POISON, RAW, 2, 1, 0);
  add(OP_FRAME_SET_FLAGS, RAW, 2, 1, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_FRAME_SET_FLAGS, MODE(PICK_ANY, PICK_RAW, 0), k, 0, k % 2 ? 0x1001u : 0x0110u << k);
  add(OP_FRAME_SET_FLAGS, MODE(PICK_ANY, PICK_RAW, 0), 0, 0, 0x0100);
  add(OP_FRAME_SET_FLAGS, MODE(PICK_ANY, PICK_RAW, 0), 0, 0, 0x1000);
  for (uint32_t k = 0; k < 12; k++)
    add(OP_FRAME_ALLOC, MODE(PICK_RAW, PICK_LIVE, 0), 0, k, 1 << k);
  for (uint32_t owner = 0; owner < 12; owner++)
    add(OP_FRAME_ALLOC, MODE(PICK_ANY, PICK_LIVE, 0), owner % 2, owner, 0);
  for (uint32_t owner = 0; owner < 12; owner++)
    add(OP_FRAME_ALLOC, MODE(PICK_ANY, PICK_LIVE, 0), 1 - owner % 2, owner, 0);
  add(OP_FRAME_ALLOC, MODE(PICK_LIVE, PICK_RAW, 0), 19, 0, 0);
  add(OP_FRAME_ALLOC, MODE(PICK_LIVE, PICK_ANY, 0), 11, 0, 0);
  save("frame-every-wrong-call");
}

static void poison_and_saturation(void)
{
  machine(64, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 2, 1, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 0, 0);
  add(OP_FRAME_POISON, MODE(PICK_NEAR, 0, 0), 0, 3, 0);
  add(OP_FRAME_POISON, ANY, 40, 0, 0);
  add(OP_FRAME_POISON, ANY, 40, 0, 0);
  add(OP_FRAMES_RELEASE, ANY, 40, 0, 1);
  add(OP_FRAMES_RESERVE, ANY, 50, 0, 3);
  add(OP_FRAME_POISON, ANY, 51, 0, 0);
  add(OP_FRAMES_RELEASE, ANY, 50, 0, 3);
  add(OP_FRAMES_RELEASE, ANY, 52, 0, 1);
  add(OP_FRAMES_RELEASE, ANY, 52, 0, 1);
  add(OP_FRAMES_RELEASE, RAW, 3, 2, 1);
  add(OP_FRAMES_RESERVE, ANY, 40, 0, 3);
  add(OP_FRAMES_RESERVE, RAW, 3, 2, 1);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  add(OP_FRAME_ALLOC, ANY, 5, 2, 0);
  save("frame-poisoned-blocks-never-come-back");

  machine(8, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 1, 1, 0);
  add(OP_FRAME_PIN, LIVE, 0, 0, 1);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_FRAME_GET, LIVE, 0, 0, 0);
  add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, LIVE, 0, 0, 0);
  save("frame-references-saturate");
}

static void addresses_and_starts(void)
{
  machine(60, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++)
    for (uint32_t rest = 0; rest < 4; rest++)
      add(OP_FRAME_ADDRESS, MODE(k, rest, 0), 59 + k, 4095 + rest, rest + k);
  add(OP_FRAME_ADDRESS, MODE(PICK_LIVE, PICK_RAW, 0), 3, 0, 0);
  add(OP_FRAME_ADDRESS, RAW, 3, 7, 15);
  save("frame-addresses-and-ranges");

  machine(20, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_FRAMES_INIT, MODE(PICK_RAW, PICK_LIVE, 0), k, k, 0);
  add(OP_FRAMES_INIT, MODE(PICK_LIVE, PICK_ANY, 0), 9, 100, 0);
  add(OP_FRAMES_INIT, MODE(PICK_LIVE, PICK_RAW, 0), 9, 100, 4);
  add(OP_FRAMES_INIT, MODE(PICK_ANY, PICK_LIVE, 0), 1234, 0, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 0, 0);
  save("frame-starts");

  machine(40, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 8; k++)
    add(OP_FRAME_ALLOC, LIVE, k % 3, k % 2, 0);
  add(OP_FRAMES_RESERVE, ANY, 30, 0, 2);
  for (uint32_t what = 0; what < 6; what++)
    for (uint32_t k = 0; k < 16; k++)
      add(OP_CORRUPT_FRAMES, MODE(k % 2 ? PICK_ANY : PICK_NEAR, 0, 0), what, 2 * k, 5 * k);
  for (uint32_t k = 0; k < 16; k++)
    add(OP_CORRUPT_FRAMES, MODE(PICK_NEAR, 0, 0), 0, k / 2, 16 * (k % 4) + 2 + k % 2 + k / 8);
  for (uint32_t what = 0; what < 7; what++)
    add(OP_CORRUPT_FRAMES, MODE(PICK_ANY, 0, what), 6 + 7 * what, what, what);
  save("frame-corruptions-noticed");
}

/* The space of a number has been flushed. */
static void flushed(uint32_t space)
{
  add(OP_TABLE_FLUSHED, LIVE, space, 0, 0);
}

/* A page is mapped, so many frames are left, and pages that need three, two and one table are tried. */
static void few_frames(void)
{
  static const char *const names[3] = {"pagetable-no-frame-for-any-table",
                                       "pagetable-one-frame-for-tables",
                                       "pagetable-two-frames-for-tables"};
  for (uint32_t left = 0; left < 3; left++) {
    machine(5 + left, MACHINE_FREE, 0);
    add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
    add(OP_TABLE_MAP, LIVE, 0x1234, 0, 0);
    add(OP_TABLE_MAP, LIVE, 0x2234, 0, 0);
    add(OP_TABLE_MAP, LIVE, 0x1334, 0, 0);
    add(OP_TABLE_MAP, LIVE, 0x1244, 0, 0);
    add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
    add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
    add(OP_TABLE_MAP, LIVE, 0x2234, 0, 0);
    flushed(0);
    add(OP_TABLE_MAP, LIVE, 0x2234, 0, 0);
    save(names[left]);
  }
}

static void tables(void)
{
  machine(128, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 2, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 16; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, k), 0x1111 * k, 0, 4 * k);
  for (uint32_t k = 0; k < 16; k++) {
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, k % 8), k, 17 * k, 0);
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), k, 5 * k, 0);
    add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), k, 4095, 0);
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 7 - k % 8), k, 17 * k, 0);
  }
  for (uint32_t k = 0; k < 16; k++)
    add(OP_TABLE_UNMAP, MODE(PICK_LIVE, 0, 0), 3 * k, 0, 0);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-map-touch-protect-unmap");
}

static void wrong_page_calls(void)
{
  machine(64, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, LIVE, 0x1234, 0, 0);
  add(OP_TABLE_MAP, LIVE, 0x1234, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 3), 0x1235, 0, 0);
  for (uint32_t kind = OP_TABLE_MAP; kind <= OP_TABLE_TOUCH; kind++)
    for (uint32_t b = 0; b < 3; b++)
      add((enum op_kind)kind, MODE(PICK_RAW, PICK_LIVE, 0), 0x1235, b, 0);
  for (uint32_t kind = OP_TABLE_UNMAP; kind <= OP_TABLE_TOUCH; kind++)
    for (uint32_t page = 0x1230; page > 0; page /= 16)
      add((enum op_kind)kind, MODE(PICK_ANY, PICK_ANY, 0), page, 0, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_ANY, 0), 0, 16, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_RAW, 0), 0, 3, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_RAW, 0), 0, 32, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1236, 3, 4);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1236, 63, 0x8100);
  add(OP_FRAMES_RESERVE, ANY, 20, 0, 1);
  for (uint32_t frame = 0; frame < 24; frame++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1236, frame, 0);
  save("pagetable-every-wrong-call");
}

static void shared_tables_and_blocks(void)
{
  machine(64, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 8; k++)
    add(OP_TABLE_MAP, LIVE, 0x1230 + 2 * k, 0, 0);
  for (uint32_t k = 0; k < 16; k++)
    add(OP_TABLE_QUERY, ANY, 0x1230 + k, 5, 0);
  for (uint32_t k = 0; k < 16; k++)
    add(OP_TABLE_UNMAP, ANY, 0x1230 + 5 * k % 16, 0, 0);
  for (uint32_t page = 0x1234; page < 0x3000; page = page < 0x1264 ? page + 16 : page + 0x300)
    add(OP_TABLE_MAP, LIVE, page, 0, 0);
  for (uint32_t page = 0x1234; page < 0x3000; page = page < 0x1264 ? page + 16 : page + 0x300)
    add(OP_TABLE_UNMAP, ANY, page, 0, 0);
  save("pagetable-neighbours-share-tables");

  machine(8, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_FRAME_ALLOC, LIVE, 1, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 4; k++) {
    add(OP_TABLE_MAP, LIVE, 0x1234, k, 0);
    add(OP_TABLE_MAP, LIVE, 0x1235, k, 0);
    add(OP_FRAME_ALLOC, LIVE, 0, 0, 0);
    add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
  }
  for (uint32_t k = 0; k < 8; k++)
    add(OP_TABLE_CREATE, LIVE, k, 0, 0);
  save("pagetable-out-of-frames-on-the-way");

  machine(200, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++) {
    add(OP_TABLE_CREATE, LIVE, k, 0, 0);
    add(OP_FRAME_ALLOC, LIVE, k, k, 0);
  }
  for (uint32_t k = 0; k < 32; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, k % 2), 0x0101 * (k / 4), k, 4 * (k % 4) + k % 4);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 12; k++)
    add(OP_TABLE_UNMAP, LIVE, 5 * k, 0, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_DESTROY, LIVE, k, 0, 0);
  save("pagetable-four-spaces-share-blocks");
}

static void unowned_pages_and_corruptions(void)
{
  machine(40, MACHINE_HOLES, 9);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 24; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY + k % 2, 1), 0x2200 + k, 5 * k, 0x4000 + 4 * k);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), 0, 7, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_ANY, 0), 0, 1, 0);
  for (uint32_t k = 0; k < 12; k++)
    add(OP_TABLE_UNMAP, LIVE, k, 0, 0);
  save("pagetable-unowned-mappings");

  machine(64, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 1, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, 1), 0x1234, 0, 4);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 1), 0x1244, 0, 0x4000);
  for (uint32_t what = 0; what < 6; what++)
    for (uint32_t k = 0; k < 16; k++)
      add(OP_CORRUPT_TABLE, MODE(k % 2 ? PICK_LIVE : PICK_ANY, 0, 0), what, k / 2, 9 * k + k % 3);
  for (uint32_t table = 0; table < 5; table++)
    for (uint32_t bit = 0; bit < 8; bit++)
      add(OP_CORRUPT_TABLE, LIVE, 5, table, 2 * bit + 1);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-corruptions-noticed");
}

/* Levels of a page, and that it holds no reference: for c. */
#define LEVEL2 0x1000u
#define LEVEL3 0x2000u
#define NO_LEVEL 0x3000u
#define UNOWNED 0x4000u
#define SHIFTED 8u /* a raw frame number is b * 65536 */

/* A block of 512 frames, or of as many as this order says, and an address space. */
static void large_machine(uint32_t order)
{
  machine(1536, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, MODE(PICK_LIVE, PICK_ANY, 0), order, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
}

/* A page of each size: 2 MiB with a reference and without, 1 GiB without, and 4 KiB. */
static void pages_of_each_size(void)
{
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), 0x1200, 0, LEVEL2);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 9), 0x1300, 1024, LEVEL2 + UNOWNED);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 2), 0x2000, 4, LEVEL3 + UNOWNED + SHIFTED);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, 5), 0x1111, 0, 4 * 300);
}

static void large_pages(void)
{
  large_machine(9);
  pages_of_each_size();
  for (uint32_t k = 0; k < 16; k++) {
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, k % 8), k, 4095 * k, 1000 * k);
    add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), k, 17 * k, 1031 * k);
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), k, 5 * k, 0);
    add(OP_TABLE_QUERY, ANY, 0x1200 + 0x10F * k, 7, 0);
  }
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_MAP, MODE(PICK_NEAR, PICK_LIVE, 0), k, 0, LEVEL2);
  add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 5; k++)
    add(OP_TABLE_UNMAP, LIVE, 3 * k, 0, 0);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-pages-of-each-size");

  large_machine(10);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, k), 0x0F0F + 0x100 * k, 0,
        LEVEL2 + 4 * 512 * (k % 2));
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, 0), 0xFFFF, 0, 4 * 777);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 0), 0xFFEE, 0, LEVEL2);
  add(OP_TABLE_UNMAP, ANY, 0xFFFF, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 0), 0xFFFF, 0, LEVEL2);
  add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  add(OP_TABLE_UNMAP, LIVE, 1, 0, 0);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 0, 0, 0xFFFC);
  add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-large-pages-share-a-block");
}

/* Every size where every size is mapped, and addresses and levels that no page has. */
static void pages_in_the_way(void)
{
  static const uint32_t levels[4] = {0, LEVEL2, LEVEL3, NO_LEVEL};
  large_machine(9);
  pages_of_each_size();
  for (uint32_t kind = OP_TABLE_MAP; kind <= OP_TABLE_CLEAR; kind++)
    for (uint32_t level = 0; level < 4; level++) {
      for (uint32_t page = 0; page < 4; page++) {
        static const uint32_t pages[4] = {0x1234, 0x1111, 0x2222, 0x1300};
        uint32_t pick = kind == OP_TABLE_MAP ? PICK_LIVE : PICK_ANY;
        add((enum op_kind)kind, MODE(pick, PICK_RAW, 0), pages[page], 4 * page,
            levels[level] + UNOWNED + SHIFTED);
        add((enum op_kind)kind, MODE(PICK_RAW, PICK_RAW, 0), pages[page], page,
            levels[level] + UNOWNED + SHIFTED);
      }
      for (uint32_t k = 0; k < 4; k++)
        add((enum op_kind)kind, MODE(PICK_RAW, PICK_RAW, 0), 0x1234, k, levels[level] + UNOWNED);
      pages_of_each_size();
    }
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_ANY, 0), 0, 1, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_RAW, 0), 0, 3, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_ANY, 0), 1, 65, 0);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_ANY, 0), 2, 65, 0);
  save("pagetable-pages-in-the-way-of-others");
}

/* Frames that a page of 2 MiB or 1 GiB cannot own, in the order of what is wrong with them. */
static void blocks_too_small(void)
{
  machine(1536, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_FRAME_ALLOC, MODE(PICK_LIVE, PICK_ANY, 0), 8, k, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t frame = 0; frame < 2048; frame += 256) {
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1234, frame, LEVEL2);
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1234, frame, LEVEL2);
  }
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1234, 0, LEVEL3);
  add(OP_FRAME_PIN, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1234, 0, LEVEL2);
  add(OP_FRAMES_RESERVE, ANY, 512, 0, 1);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1234, 512, LEVEL2);
  save("pagetable-large-page-in-a-small-block");

  large_machine(9);
  add(OP_FRAME_PIN, LIVE, 0, 0, 1);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 0), 0x1230 + 0x10 * k, 0, LEVEL2);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 0), 0x2000, 0, LEVEL3);
  add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
  save("pagetable-large-page-pins-its-block");
}

/* Pages of each size with three, two, one and no frames left for tables. */
static void few_frames_for_large_pages(void)
{
  machine(4, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t left = 0; left < 4; left++) {
    static const uint32_t levels[3] = {0, LEVEL2, LEVEL3};
    for (uint32_t k = 0; k < 3; k++) {
      add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1234, 4, levels[k] + UNOWNED + SHIFTED);
      add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x3344, 4, levels[k] + UNOWNED + SHIFTED);
      add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
      add(OP_TABLE_UNMAP, LIVE, 0, 0, 0);
      flushed(0);
    }
    add(OP_FRAME_ALLOC, LIVE, 0, 0, 0);
  }
  save("pagetable-large-pages-with-few-frames");
}

static void corrupted_large_pages(void)
{
  large_machine(9);
  pages_of_each_size();
  for (uint32_t table = 0; table < 8; table++)
    for (uint32_t change = 0; change < 3; change++)
      for (uint32_t bit = 0; bit < 8; bit++)
        add(OP_CORRUPT_TABLE, LIVE, 5 + 6 * change, table, (bit % 2 ? 4 * 250 : 0) + 6 * bit + 1);
  for (uint32_t table = 0; table < 8; table++)
    for (uint32_t k = 0; k < 4; k++)
      add(OP_CORRUPT_TABLE, MODE(PICK_LIVE, 0, 15), 5, table, 4 * 170 * k);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-corruptions-of-large-pages-noticed");
}

/* --- Splitting and merging --- */

/* Where the smallest block that can be taken from 1536 frames begins. */
#define BLOCK 1024u
#define BLOCK_PAGE 0x1200u
#define LAST 511u

static void split(uint32_t mapping)
{
  add(OP_TABLE_SPLIT, LIVE, mapping, 0, 0);
}

/* The page that this mapping is a part of. */
static void merge(uint32_t mapping)
{
  add(OP_TABLE_MERGE, LIVE, mapping, 0, 0);
}

static void unmap(uint32_t mapping)
{
  add(OP_TABLE_UNMAP, LIVE, mapping, 0, 0);
}

/* A page of 4 KiB after a mapping, to a frame of the block, writable. */
static void map_after(uint32_t mapping, uint32_t frame)
{
  add(OP_TABLE_MAP, MODE(PICK_NEAR, PICK_NEAR, 1), mapping, 0, 4 * frame);
}

/* The only page is of 2 MiB, has all of a block with one reference more, is writable, and dirty. */
static void one_large_page(void)
{
  large_machine(9);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), BLOCK_PAGE, 0, LEVEL2);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 0, 0, 1000);
}

static void split_pages(void)
{
  large_machine(9);
  pages_of_each_size();
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, k % 2), k, 4095 * k, 1000 * k);
  for (uint32_t k = 0; k < 3; k++)
    split(1 + 512 * k);
  for (uint32_t k = 0; k < 32; k++) {
    add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), 49 * k, 17 * k, 1031 * k);
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, k % 8), 48 * k, 17 * k, 1031 * k);
  }
  for (uint32_t k = 0; k < 3; k++)
    merge(1 + k);
  for (uint32_t k = 0; k < 4; k++) {
    add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), k, 1, 997);
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), k, 4095, 997);
  }
  for (uint32_t k = 0; k < 4; k++)
    unmap(0);
  save("pagetable-split-and-merge-pages-of-each-size");

  one_large_page();
  split(0);
  unmap(77);
  add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), 200, 0, 0);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 200, 0, 0);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 201, 0, 0);
  add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < LAST; k++)
    unmap(7 * k);
  save("pagetable-split-then-piece-by-piece");

  /* Twice, for what a piece of a piece leaves behind; destroyed while it is in pieces of both sizes. */
  large_machine(9);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 2), 0x2000, 0, LEVEL3 + UNOWNED);
  for (uint32_t k = 0; k < 2; k++) {
    split(0);
    split(100);
    add(OP_TABLE_MERGE, LIVE, 50, 0, LEVEL3);
    unmap(99);
    merge(300);
    merge(98);
    add(OP_TABLE_MAP, MODE(PICK_NEAR, PICK_RAW, 2), 98, 512 * 99, LEVEL2 + UNOWNED);
    merge(98);
  }
  split(0);
  split(100);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-split-a-piece-again");
}

/* Pages that no page of 2 MiB can take the place of, each mended afterwards: then one can. */
static void pages_that_are_not_one(void)
{
  one_large_page();
  for (uint32_t k = 0; k < 3; k++) {
    static const uint32_t holes[3] = {300, 1, LAST};
    split(0);
    unmap(holes[k]);
    merge(0);
    map_after(holes[k] - 1, 7);
    merge(0);
    unmap(holes[k]);
    map_after(holes[k] - 1, holes[k]);
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), holes[k], k % 2 ? 5 : 0, 0);
    merge(0);
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), holes[k], 1, 0);
    merge(LAST);
    add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), 0, 0, 0);
  }
  save("pagetable-merge-refused-until-mended");

  one_large_page();
  split(0);
  unmap(0);
  merge(5);
  for (uint32_t k = 0; k < LAST; k++)
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), k, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 0), BLOCK_PAGE, 0, 0);
  merge(5); /* read-only: not dirty then, although its pages are */
  add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), 0, 0, 0);
  unmap(0);
  save("pagetable-merge-of-read-only-pages");
}

/* 512 pages of 4 KiB in a row, from this frame on, with these bits in c. */
static void map_row(uint32_t first, uint32_t bits)
{
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 1), BLOCK_PAGE, first, bits);
  for (uint32_t k = 1; k <= LAST; k++)
    add(OP_TABLE_MAP, MODE(PICK_NEAR, PICK_ANY, 1), k - 1, first + k, bits);
}

static void rows_of_pages(void)
{
  large_machine(9);
  map_row(BLOCK, 0);
  merge(3);
  split(0);
  merge(3);
  unmap(0);
  save("pagetable-merge-of-pages-mapped-one-by-one");

  large_machine(10);
  map_row(1, 0);
  merge(3);
  save("pagetable-merge-of-a-row-that-begins-in-the-middle");

  machine(1536, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 2; k++)
    add(OP_FRAME_ALLOC, MODE(PICK_LIVE, PICK_ANY, 0), 8, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  map_row(BLOCK, 0);
  merge(3);
  add(OP_TABLE_MERGE, MODE(PICK_LIVE, PICK_LIVE, 7), 3, 0, 0); /* the small block is named first */
  for (uint32_t k = 0; k < 2; k++)
    add(OP_FRAME_PIN, LIVE, k, 0, 0);
  merge(3);
  save("pagetable-merge-of-pages-in-two-blocks");

  machine(1536, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  map_row(512, UNOWNED);
  merge(3);
  split(0);
  unmap(3);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  save("pagetable-merge-of-pages-that-own-nothing");
}

/* The references of a block in pieces: dropped by others, more than can be counted, and none but the pieces'. */
static void references_of_pieces(void)
{
  one_large_page();
  split(0);
  for (uint32_t left = 0; left < LAST; left += 102)
    add(OP_TABLE_MERGE, MODE(PICK_LIVE, PICK_LIVE, 7), left, left, 0);
  add(OP_FRAME_PUT, LIVE, 0, 0, 0); /* 512 are left */
  merge(9);
  split(0);
  merge(9);
  unmap(0);
  save("pagetable-merge-with-references-dropped");

  one_large_page();
  add(OP_FRAME_PIN, LIVE, 0, 0, 3);
  split(0);
  for (uint32_t k = 3; k < LAST; k++)
    add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  split(0);
  add(OP_FRAME_PUT, LIVE, 0, 0, 0);
  split(0);
  merge(0);
  split(0);
  add(OP_FRAME_GET, LIVE, 0, 0, 0); /* the last one that is counted */
  merge(0);
  split(0);
  unmap(4);
  merge(0);
  save("pagetable-split-with-references-near-their-end");

  one_large_page();
  add(OP_FRAME_PIN, LIVE, 0, 0, 0);
  split(0);
  merge(0);
  unmap(0);
  save("pagetable-split-of-a-pinned-block");

  /* A table that others hold is not free when its flush is done. */
  one_large_page();
  split(0);
  for (uint32_t frame = 0; frame < 8; frame++)
    add(OP_FRAME_GET, ANY, frame, 0, 0);
  merge(0);
  flushed(0);
  split(0);
  merge(0);
  for (uint32_t frame = 0; frame < 8; frame++)
    add(OP_FRAME_PUT, ANY, frame, 0, 0);
  unmap(0);
  flushed(0);
  save("pagetable-merge-while-its-table-is-held");
}

/* The one free frame is taken by a split, given back by a merge once that is flushed. */
static void splits_with_few_frames(void)
{
  machine(8, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t page = 0x1200; page < 0x1400; page += 0x100)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 1), page, 0, LEVEL2 + UNOWNED);
  for (uint32_t k = 0; k < 8; k++)
    add(OP_FRAME_ALLOC, LIVE, 0, 0, 0);
  split(0);
  add(OP_FRAME_PUT, MODE(PICK_LIVE, 0, 0), LAST, 0, 0);
  for (uint32_t k = 0; k < 8; k++)
    add(OP_FRAME_PUT, ANY, k, 0, 0);
  for (uint32_t k = 0; k < 4; k++) {
    split(0);
    split(1);
    add(OP_FRAME_ALLOC, LIVE, 0, 0, 0);
    merge(0);
    split(1);
    flushed(0);
  }
  save("pagetable-split-with-few-frames");
}

/* Both calls wherever a page of another size is, or none, or no page can be. */
static void wrong_splits(void)
{
  static const uint32_t levels[4] = {0, LEVEL2, LEVEL3, NO_LEVEL};
  static const enum op_kind kinds[3] = {OP_TABLE_MERGE, OP_TABLE_SPLIT, OP_TABLE_MERGE};
  static const uint32_t pages[4] = {0x1234, 0x1111, 0x2033, 0x3333};
  large_machine(9);
  pages_of_each_size();
  for (uint32_t kind = 0; kind < 3; kind++)
    for (uint32_t level = 0; level < 4; level++)
      for (uint32_t k = 0; k < 8; k++) {
        add(kinds[kind], MODE(PICK_ANY, PICK_RAW, 0), pages[k % 4], k, levels[level]);
        add(kinds[kind], MODE(PICK_NEAR, PICK_RAW, 0), k, k, levels[level]);
        add(kinds[kind], MODE(PICK_RAW, PICK_RAW, 0), pages[k % 4], k, levels[level]);
        add(kinds[kind], MODE(PICK_LIVE, PICK_RAW, 0), 0, k, levels[level]);
      }
  for (uint32_t k = 0; k < 8; k++)
    add(OP_TABLE_SPLIT, MODE(PICK_LIVE, PICK_RAW, 0), 1 + k, 0, k % 2 ? LEVEL2 : LEVEL3);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_MERGE, MODE(PICK_LIVE, PICK_RAW, 0), LAST * k, 0, k % 2 ? LEVEL2 : LEVEL3);
  save("pagetable-every-wrong-split-and-merge");
}

/* Pages that are writable and executable at once: refused, allowed, and kept when that is no longer so. */
static void write_and_execute(void)
{
  const uint32_t both = PAGE_WRITE | PAGE_EXECUTE;
  large_machine(9);
  for (uint32_t allow = 0; allow < 3; allow++) {
    add(OP_TABLE_ALLOW, LIVE, 0, allow, 0);
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, both), BLOCK_PAGE, 0, LEVEL2);
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), 0x1111 + allow, 0, 0);
    add(OP_TABLE_PROTECT, MODE(PICK_ANY, PICK_ANY, 0), 0x1111 + allow, both, 0);
    for (uint32_t k = 0; k < 4; k++)
      for (uint32_t access = 0; access < 8; access++)
        add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, access), k, 0, 0);
  }
  split(2);
  add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, 1), 100, 0, 0);
  merge(100);
  add(OP_TABLE_QUERY, MODE(PICK_LIVE, 0, 0), 3, 0, 0);
  add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, both), BLOCK_PAGE, 0, 0);
  save("pagetable-write-and-execute-where-allowed");
}

static void splits(void)
{
  split_pages();
  pages_that_are_not_one();
  rows_of_pages();
  references_of_pieces();
  splits_with_few_frames();
  wrong_splits();
  write_and_execute();
}

/* --- Flushing --- */

/* Numbers that the caller writes into a flush before a call: the operation's extra, and b and c. */
#define GARBLED MODE(PICK_LIVE, PICK_LIVE, 5)
#define NAMES_TABLE(frame) (32 * (frame) + 16)
/* A flush that says it names no table, and one that names a frame. */
#define SAYS_NONE MODE(PICK_ANY, PICK_LIVE, 2)
#define NAMES(pick) MODE(pick, PICK_LIVE, 3)

/* A page of 4 KiB that owns nothing, by its number. */
static void map_small(uint32_t page)
{
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), page, 0, UNOWNED);
}

static void tables_that_went(void)
{
  static const uint32_t pages[4] = {0x1234, 0x1235, 0x1330, 0x9000};
  machine(16, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t round = 0; round < 4; round++) {
    for (uint32_t k = 0; k < 4; k++)
      map_small(pages[k]);
    for (uint32_t k = 0; k < 4; k++) {
      unmap(round + k);
      if (k == round)
        flushed(0);
      add(OP_TABLE_QUERY, ANY, pages[k], 0, 0);
    }
    flushed(0);
    flushed(0);
  }
  save("pagetable-tables-go-and-their-frames-are-used-again");

  machine(7, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t round = 0; round < 4; round++) {
    for (uint32_t k = 0; k < 4; k++) {
      map_small(0x1234 + 0x1110 * k);
      unmap(0);
    }
    flushed(0);
  }
  save("pagetable-out-of-memory-until-flushed");

  machine(40, MACHINE_FREE, 0);
  for (uint32_t space = 0; space < 3; space++)
    add(OP_TABLE_CREATE, LIVE, space, 0, 0);
  for (uint32_t k = 0; k < 6; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1111 * k, 0, UNOWNED + k % 3);
  for (uint32_t k = 0; k < 6; k++)
    unmap(0);
  flushed(1);
  for (uint32_t k = 0; k < 3; k++)
    map_small(0x1111 * k);
  add(OP_TABLE_DESTROY, LIVE, 2, 0, 0);
  flushed(0);
  add(OP_TABLE_CREATE, LIVE, 2, 0, 0);
  save("pagetable-each-space-has-its-own-flush");
}

/* Changes of each kind and size: in rising order, in falling order, at both ends of both halves. */
static void ranges(void)
{
  static const uint32_t ends[4] = {0x0000, 0x8FFF, 0x9000, 0xFFFF};
  large_machine(9);
  for (uint32_t round = 0; round < 2; round++) {
    pages_of_each_size();
    for (uint32_t k = 0; k < 4; k++)
      map_small(ends[k]);
    for (uint32_t k = 0; k < 8; k++) {
      uint32_t mapping = round == 0 ? k : 7 - k;
      add(OP_TABLE_PROTECT, LIVE, mapping, k % 2, 0);
      if (k % 3 == 2)
        flushed(0);
    }
    for (uint32_t k = 0; k < 8; k++)
      unmap(round == 0 ? 0 : 7 - k);
    flushed(0);
  }
  save("pagetable-changes-near-and-far-are-one-range");

  one_large_page();
  for (uint32_t k = 0; k < 3; k++) {
    split(0);
    merge(k);
  }
  flushed(0);
  split(0);
  add(OP_TABLE_PROTECT, LIVE, 300, 0, 0);
  add(OP_TABLE_PROTECT, LIVE, 300, 1, 0);
  merge(0);
  unmap(0);
  flushed(0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 2), 0x2000, 0, LEVEL3 + UNOWNED);
  split(0);
  split(LAST);
  merge(LAST);
  merge(0);
  save("pagetable-merges-wait-for-one-flush");
}

static void garbled_flushes(void)
{
  large_machine(9);
  for (uint32_t k = 0; k < 32; k++) {
    pages_of_each_size();
    add(OP_TABLE_PROTECT, GARBLED, k, 77 * k, k % 16);
    add(OP_TABLE_PROTECT, GARBLED, k, 4 * k, 0);
    add(OP_TABLE_UNMAP, GARBLED, k, 16 * k, k % 16);
    add(OP_TABLE_UNMAP, MODE(PICK_RAW, PICK_RAW, 5), k, 16 * k, k % 16);
    if (k % 8 == 7)
      flushed(0);
  }
  save("pagetable-garbled-range-to-flush");

  one_large_page();
  for (uint32_t k = 0; k < 16; k++) {
    split(0);
    add(OP_TABLE_MERGE, GARBLED, k, NAMES_TABLE(k) + k, k % 4);
    if (k % 4 == 3)
      flushed(0);
  }
  save("pagetable-garbled-flush-of-merges");

  for (uint32_t pinned = 0; pinned < 2; pinned++) {
    machine(64, MACHINE_FREE, 0);
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
    for (uint32_t round = 0; round < 6; round++) {
      map_small(0x1234);
      for (uint32_t frame = 0; pinned && frame < 4 * round + 4; frame++)
        add(OP_FRAME_PIN, ANY, frame, 0, 0);
      add(OP_TABLE_UNMAP, GARBLED, 0, NAMES_TABLE(3 * round + 1), 0);
      flushed(0);
    }
    save(pinned ? "pagetable-garbled-flush-goes-in-a-round" : "pagetable-garbled-flush-of-nothing");
  }
}

/* Two spaces with tables that went, and flushes that name any frame there is, or none. */
static void any_frame(void)
{
  for (uint32_t held = 0; held < 3; held++) {
    static const char *const names[3] = {"pagetable-flush-names-any-frame",
                                         "pagetable-flush-names-a-table-that-others-hold",
                                         "pagetable-flush-names-a-poisoned-table"};
    machine(24, MACHINE_FREE, 0);
    for (uint32_t space = 0; space < 2; space++)
      add(OP_TABLE_CREATE, LIVE, space, 0, 0);
    for (uint32_t round = 0; round < 8; round++) {
      for (uint32_t k = 0; k < 4; k++)
        add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1234 + 0x110 * k, 0, UNOWNED + k % 2);
      for (uint32_t frame = 2; held && frame < 20; frame += 5)
        add(held == 1 ? OP_FRAME_GET : OP_FRAME_POISON, ANY, frame + round % 4, 0, 0);
      for (uint32_t k = 0; k < 3; k++)
        unmap(0);
      add(OP_TABLE_FLUSHED, SAYS_NONE, round, 0, 0);
      for (uint32_t frame = 0; frame < 24; frame += 3)
        add(OP_TABLE_FLUSHED, NAMES(PICK_ANY), round, frame + round % 3, 0);
      add(OP_TABLE_FLUSHED, NAMES(PICK_RAW), round, round, round);
      add(OP_TABLE_FLUSHED, NAMES(PICK_RAW), round, round, 1); /* about the number of frames */
      add(OP_TABLE_FLUSHED, NAMES(PICK_LIVE), round, 5 * round, 0);
      for (uint32_t frame = 2; held == 1 && frame < 20; frame += 5)
        add(OP_FRAME_PUT, ANY, frame + round % 4, 0, 0);
      if (round % 3 == 2)
        flushed(round);
    }
    save(names[held]);
  }
}

static void corrupted_retired_tables(void)
{
  machine(16, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  map_small(0x1234);
  unmap(0);
  for (uint32_t what = 0; what < 5; what++)
    for (uint32_t frame = 0; frame < 8; frame++)
      add(OP_CORRUPT_FRAMES, ANY, what, frame, 2);
  flushed(0);
  save("pagetable-corruptions-of-tables-that-went-noticed");
}

/* An access, which the processor may have remembered the page for: the upper bit of the operation's extra. */
#define TOUCH(access) MODE(PICK_LIVE, 0, access)

static void clear(uint32_t mapping)
{
  add(OP_TABLE_CLEAR, LIVE, mapping, 0, 0);
}

/* Pages of each size, which the processor has not touched, has read, has written, touches again before the flush and
 * after it. Each clear is its own flush in the second round. */
static void accessed_and_dirty(void)
{
  static const uint32_t touches[5] = {0, WALK_WRITE, WALK_REMEMBERED, WALK_REMEMBERED + WALK_WRITE,
                                      WALK_WRITE};
  for (uint32_t each = 0; each < 2; each++) {
    large_machine(9);
    pages_of_each_size();
    for (uint32_t mapping = 0; mapping < 4; mapping++) {
      clear(mapping);
      for (uint32_t k = 0; k < 5; k++) {
        add(OP_TABLE_TOUCH, TOUCH(touches[k]), mapping, 0, 1000 * k);
        clear(mapping);
        if (each)
          flushed(0);
        clear(mapping);
        add(OP_TABLE_QUERY, LIVE, mapping, 0, 0);
      }
    }
    flushed(0);
    for (uint32_t mapping = 0; mapping < 4; mapping++)
      add(OP_TABLE_TOUCH, TOUCH(WALK_REMEMBERED + WALK_WRITE), mapping, 0, 0);
    unmap(0);
    save(each ? "pagetable-each-clear-is-flushed" : "pagetable-clears-wait-for-one-flush");
  }

  one_large_page();
  add(OP_TABLE_TOUCH, TOUCH(WALK_WRITE), 0, 0, 0);
  clear(0);
  split(0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_TOUCH, TOUCH(k % 2 * WALK_REMEMBERED + k / 2 * WALK_WRITE), 100 + k, 0, 0);
  for (uint32_t k = 0; k < 5; k++)
    clear(100 + k);
  flushed(0);
  add(OP_TABLE_TOUCH, TOUCH(WALK_WRITE), LAST, 0, 0);
  clear(LAST);
  merge(0);
  clear(0);
  clear(0);
  save("pagetable-pieces-are-cleared-one-by-one");
}

/* Where no such page is, at addresses and of sizes that there are not; then with a flush that the caller garbles. */
static void wrong_clears(void)
{
  static const uint32_t levels[4] = {0, LEVEL2, LEVEL3, NO_LEVEL};
  static const uint32_t pages[4] = {0x1234, 0x1111, 0x2222, 0x1300};
  large_machine(9);
  pages_of_each_size();
  for (uint32_t k = 0; k < 4; k++)
    add(OP_TABLE_TOUCH, TOUCH(WALK_WRITE * (k % 2)), k, 0, 0);
  for (uint32_t level = 0; level < 4; level++)
    for (uint32_t k = 0; k < 4; k++) {
      add(OP_TABLE_CLEAR, MODE(PICK_LIVE, 0, 0), k, k, levels[level]);
      add(OP_TABLE_CLEAR, MODE(PICK_ANY, 0, 0), pages[k], k, levels[level]);
      add(OP_TABLE_CLEAR, MODE(PICK_RAW, 0, 0), pages[k], k, levels[level]);
      add(OP_TABLE_TOUCH, TOUCH(WALK_WRITE * (k % 2)), k, 0, 0);
    }
  save("pagetable-every-wrong-clear");

  large_machine(9);
  pages_of_each_size();
  for (uint32_t k = 0; k < 32; k++) {
    add(OP_TABLE_TOUCH, TOUCH(k / 4 % 2 * WALK_WRITE), k, 0, 0);
    add(OP_TABLE_CLEAR, GARBLED, k, 77 * k, k % 16);
    add(OP_TABLE_CLEAR, GARBLED, k, 16 * k, k % 16);
    add(OP_TABLE_CLEAR, MODE(PICK_RAW, PICK_RAW, 5), k, 16 * k, k % 16);
    if (k % 8 == 7)
      flushed(0);
  }
  save("pagetable-garbled-flush-of-clears");

  /* A page that is dirty alone was cleared before, so that only a garbled flush does not have it yet. */
  large_machine(9);
  pages_of_each_size();
  for (uint32_t k = 0; k < 16; k++) {
    add(OP_TABLE_TOUCH, TOUCH(0), k, 0, 0);
    clear(k);
    add(OP_TABLE_TOUCH, TOUCH(WALK_REMEMBERED + WALK_WRITE), k, 0, 0);
    add(OP_TABLE_CLEAR, GARBLED, k, 77 * k, k % 16);
  }
  save("pagetable-garbled-flush-of-pages-that-are-dirty-alone");
}

static void flushes(void)
{
  tables_that_went();
  ranges();
  garbled_flushes();
  accessed_and_dirty();
  wrong_clears();
  any_frame();
  corrupted_retired_tables();
}

/* --- Ranges of pages --- */

/* How the beginning of a range lies near that of a mapping, and its end near that of another one: for c. */
#define SECOND_PAGE 0x0000u
#define PAGE_BEFORE 0x1000u
#define BEGIN_2M 0x2000u
#define BEGIN_1G 0x3000u
#define PAGE_FEWER 0x0000u
#define PAGE_MORE 0x4000u
#define END_2M 0x8000u
#define END_1G 0xC000u
/* A range of as many pages as a table of counts has there: the last three are one page fewer than to the end of the half,
 * just as many, and one more. */
#define COUNTED(pick) MODE(pick, PICK_ANY, 0)
#define COUNTS 16u
#define TO_THE_END 14u
/* To protect with: these four bits; also with all bits from 4 on. */
#define GIVES(bits) ((bits)*16u)
#define GIVES_ALL(permissions) ((permissions)*16u + 8u)
#define OTHER_OWNER 4u
#define EVERYTHING 5000u /* mappings */

static const enum op_kind changes[3] = {OP_RANGE_CLEAR, OP_RANGE_PROTECT, OP_RANGE_UNMAP};

/* From this mapping to the one so many further. */
static void range(enum op_kind kind, uint32_t mapping, uint32_t further, uint32_t c)
{
  add(kind, LIVE, mapping, further, c);
}

/* What a whole space looks like: the runs from the first page of each half on, and from each mapping. */
static void query_all(uint32_t mappings)
{
  add(OP_RANGE_QUERY, COUNTED(PICK_ANY), 0x0000, TO_THE_END, 0);
  add(OP_RANGE_QUERY, COUNTED(PICK_ANY), 0x9000, TO_THE_END, 0);
  for (uint32_t k = 0; k < mappings; k++) {
    range(OP_RANGE_QUERY, k, EVERYTHING, 0);
    add(OP_RANGE_QUERY, MODE(PICK_NEAR, PICK_LIVE, 0), k, EVERYTHING, SECOND_PAGE);
    add(OP_RANGE_QUERY, MODE(PICK_NEAR, PICK_LIVE, 0), k, 1, PAGE_BEFORE);
    add(OP_RANGE_QUERY, COUNTED(PICK_LIVE), k, k, 0);
  }
}

/* Some are read, some written, some neither. */
static void touch_some(uint32_t mappings)
{
  for (uint32_t k = 0; k < mappings; k++)
    if (k % 4 != 3)
      add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, k % 4 == 1 ? WALK_WRITE : 0), k, 0, 0);
}

/* Pages in seven tables of the lowest level, in three of the next one and in two of the one after that, with and without
 * holes between them: the last entries of tables of each level, and the first ones after them. */
static const uint32_t scattered[] = {0x1230, 0x1231, 0x1233, 0x1240, 0x12EF, 0x12F0,
                                     0x12FF, 0x1300, 0x1301, 0x1FFF, 0x2000, 0x2345};
#define SCATTERED ((uint32_t)(sizeof scattered / sizeof scattered[0]))

static void map_scattered(uint32_t bits)
{
  for (uint32_t k = 0; k < SCATTERED; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 1), scattered[k], k, bits);
}

static void ranges_of_small_pages(void)
{
  /* All of it, from each mapping on, and to each. */
  for (uint32_t kind = 0; kind < 3; kind++) {
    static const char *const names[3] = {"range-clear-pages-in-many-tables",
                                         "range-protect-pages-in-many-tables",
                                         "range-unmap-pages-in-many-tables"};
    machine(48, MACHINE_FREE, 0);
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
    for (uint32_t k = 0; k < SCATTERED; k++) {
      map_scattered(UNOWNED);
      touch_some(SCATTERED);
      range(changes[kind], k, k % 5, GIVES(k));
      range(changes[kind], 0, k, GIVES(k / 2));
      if (k % 3 == 2)
        flushed(0);
      range(changes[kind], k, EVERYTHING, GIVES(1));
      range(changes[kind], k / 2, EVERYTHING, GIVES(5));
      flushed(0);
    }
    query_all(SCATTERED);
    range(changes[kind], 0, EVERYTHING, 0);
    add(OP_TABLE_DESTROY, LIVE, 0, 0, 0);
    save(names[kind]);
  }

  /* A run of each length, each hole, each table: what is left after another part went. */
  machine(48, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < SCATTERED; k++) {
    map_scattered(UNOWNED);
    query_all(k);
    range(OP_RANGE_UNMAP, k, 2, 0);
    add(OP_RANGE_UNMAP, COUNTED(PICK_LIVE), k, k, 0);
    unmap(k);
    add(OP_RANGE_UNMAP, COUNTED(PICK_ANY), scattered[k], 6, 0);
    range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    if (k % 2)
      flushed(0);
  }
  save("range-unmap-what-others-have-left");
}

/* Both ends of both halves, and counts that are 0, about the rest of the half, and far too many. */
static void ranges_of_halves(void)
{
  /* With 5 levels the upper half begins at 0x8000, else at 0x9000. */
  static const uint32_t ends[7] = {0x0000, 0x7FFF, 0x8000, 0x8FFF, 0x9000, 0x9001, 0xFFFF};
  machine(40, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t mapped = 0; mapped < 2; mapped++)
    for (uint32_t kind = OP_RANGE_UNMAP; kind <= OP_RANGE_QUERY; kind++)
      for (uint32_t k = 0; k < 7; k++) {
        for (uint32_t end = 0; mapped && end < 7; end++)
          map_small(ends[end]);
        touch_some(2);
        for (uint32_t count = TO_THE_END - 1; count < COUNTS; count++)
          add((enum op_kind)kind, COUNTED(PICK_ANY), ends[k], count, GIVES(k) + 4 * (1 - mapped));
        flushed(0);
      }
  save("range-to-the-end-of-each-half");

  machine(40, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t end = 0; end < 7; end++)
    map_small(ends[end]);
  for (uint32_t kind = OP_RANGE_UNMAP; kind <= OP_RANGE_QUERY; kind++)
    for (uint32_t raw = 0; raw < 16; raw++)
      for (uint32_t k = 0; k < 2; k++)
        add((enum op_kind)kind, MODE(PICK_ANY, PICK_RAW, 0), ends[4 * k], raw, 0);
  add(OP_RANGE_UNMAP, COUNTED(PICK_ANY), 0x0000, TO_THE_END, 0);
  add(OP_RANGE_UNMAP, COUNTED(PICK_ANY), 0x9000, TO_THE_END, 0);
  save("range-of-no-pages-and-of-far-too-many");
}

static void ranges_of_large_pages(void)
{
  for (uint32_t kind = 0; kind < 3; kind++) {
    static const char *const names[3] = {"range-clear-pages-of-each-size",
                                         "range-protect-pages-of-each-size",
                                         "range-unmap-pages-of-each-size"};
    large_machine(9);
    for (uint32_t k = 0; k < 4; k++)
      for (uint32_t further = 0; further < 4; further++) {
        /* What is owned goes first: then the others may be protected together. */
        pages_of_each_size();
        touch_some(4);
        range(changes[kind], k, further, GIVES(k + further));
        range(OP_RANGE_UNMAP, 0, 1, 0);
        touch_some(2);
        range(changes[kind], 0, further, GIVES(k + further));
        if (further == k)
          flushed(0);
      }
    range(changes[kind], 0, EVERYTHING, GIVES(2));
    save(names[kind]);
  }

  /* Cut at the beginning and at the end, by a page and by all but a page; and not cut, but nearly. */
  large_machine(9);
  pages_of_each_size();
  for (uint32_t kind = OP_RANGE_UNMAP; kind <= OP_RANGE_QUERY; kind++)
    for (uint32_t k = 0; k < 4; k++)
      for (uint32_t where = 0; where < 16; where++) {
        uint32_t c = 0x1000 * where;
        add((enum op_kind)kind, MODE(PICK_NEAR, PICK_LIVE, 0), k, k % 2, c + GIVES(1));
        add((enum op_kind)kind, MODE(PICK_LIVE, PICK_NEAR, 0), k, k % 2, c + GIVES(2));
        add((enum op_kind)kind, MODE(PICK_NEAR, PICK_NEAR, 0), k, k % 3, c + GIVES(4));
        if (kind == OP_RANGE_UNMAP && where % 2)
          pages_of_each_size();
      }
  save("range-cut-by-a-larger-page");

  large_machine(9);
  for (uint32_t k = 0; k < 4; k++)
    for (uint32_t count = 0; count < COUNTS; count++) {
      pages_of_each_size();
      for (uint32_t kind = 0; kind < 3; kind++)
        add(changes[kind], COUNTED(PICK_LIVE), k, count, GIVES(1));
    }
  save("range-cut-where-its-count-says");

  /* Pieces of both sizes, most of them gone, in one range with what is beside them. */
  large_machine(9);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 2), 0x2000, 0, LEVEL3 + UNOWNED);
  split(0);
  split(100);
  touch_some(LAST);
  range(OP_RANGE_CLEAR, 90, 20, 0);
  range(OP_RANGE_PROTECT, 90, LAST + 20, GIVES(5));
  range(OP_RANGE_CLEAR, 0, EVERYTHING, 0);
  range(OP_RANGE_CLEAR, 0, EVERYTHING, 0);
  range(OP_RANGE_UNMAP, 600, 600, 0);
  range(OP_RANGE_UNMAP, 100, LAST, 0);
  range(OP_RANGE_UNMAP, 0, 50, 0);
  query_all(4);
  range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
  flushed(0);
  save("range-pieces-of-pieces");
}

/* One thing more is wrong each time, in the order of the statuses. */
static void wrong_ranges(void)
{
  static const enum op_kind kinds[4] = {OP_RANGE_QUERY, OP_RANGE_CLEAR, OP_RANGE_PROTECT,
                                        OP_RANGE_UNMAP};
  large_machine(9);
  for (uint32_t kind = 0; kind < 4; kind++)
    for (uint32_t k = 0; k < 4; k++)
      for (uint32_t bad = 0; bad < 2; bad++) {
        uint32_t c = bad ? GIVES_ALL(24 * k + 3) : GIVES(1);
        pages_of_each_size();
        add(kinds[kind], MODE(PICK_RAW, PICK_RAW, 0), scattered[k], 0, c);
        add(kinds[kind], MODE(PICK_RAW, PICK_LIVE, 0), scattered[k], k, c + 4);
        add(kinds[kind], MODE(PICK_RAW, PICK_RAW, 0), scattered[k], 2, c + 4 + 16 * k);
        add(kinds[kind], MODE(PICK_LIVE, PICK_RAW, 0), k, 0, c);
        add(kinds[kind], MODE(PICK_NEAR, PICK_RAW, 0), k, 3, c);
        add(kinds[kind], MODE(PICK_NEAR, PICK_LIVE, 0), k, 0, c + SECOND_PAGE);
        add(kinds[kind], MODE(PICK_NEAR, PICK_LIVE, 0), k, 0, c + OTHER_OWNER);
        add(kinds[kind], LIVE, k, 1, c);
      }
  save("range-every-wrong-call");

  /* Every permission there is and a few more, of one page. */
  machine(40, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t allow = 0; allow < 2; allow++) {
    add(OP_TABLE_ALLOW, LIVE, 0, allow, 0);
    for (uint32_t permissions = 0; permissions < 136; permissions++) {
      add(OP_TABLE_MAP, LIVE, 0x1230, 0, 0x8000 + 4 * permissions);
      unmap(0);
      flushed(0);
    }
  }
  save("pagetable-map-with-every-permission");

  /* And where all pages of a range own their frames, and where none does. */
  machine(40, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t unowned = 0; unowned < 2; unowned++) {
    for (uint32_t k = 0; k < 6; k++)
      add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), scattered[k], 0, unowned ? UNOWNED : 0);
    for (uint32_t allow = 0; allow < 2; allow++) {
      add(OP_TABLE_ALLOW, LIVE, 0, allow, 0);
      for (uint32_t permissions = 0; permissions < 136; permissions++)
        range(OP_RANGE_PROTECT, permissions % 4, 2, GIVES_ALL(permissions));
    }
    range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
  }
  save("range-protect-with-every-permission");
}

/* One page of another kind among others, first, last or in the middle: nothing of the range is changed then. */
static void owned_among_unowned(void)
{
  for (uint32_t unowned = 0; unowned < 2; unowned++) {
    machine(40, MACHINE_FREE, 0);
    add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
    for (uint32_t other = 0; other < 6; other++) {
      for (uint32_t k = 0; k < 6; k++)
        add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_LIVE, 1), scattered[k], 0,
            (k == other) != (unowned == 1) ? 0 : UNOWNED);
      for (uint32_t k = 0; k < 6; k++) {
        range(OP_RANGE_PROTECT, k, 2, GIVES(other));
        range(OP_RANGE_PROTECT, k, 2, GIVES(other) + OTHER_OWNER);
      }
      range(OP_RANGE_PROTECT, 0, EVERYTHING, GIVES(5));
      add(OP_RANGE_PROTECT, COUNTED(PICK_ANY), 0x1233, 1 + other, GIVES(4));
      query_all(6);
      range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    }
    save(unowned ? "range-one-unowned-page-among-owned" : "range-one-owned-page-among-unowned");
  }
}

/* Runs that end at a hole, at a gap between frames, at other permissions, with the range; and that go on over all that
 * is no end: tables, page sizes, accessed and dirty. */
static void runs_of_small_pages(void)
{
  large_machine(9);
  map_row(BLOCK, 0);
  query_all(2);
  for (uint32_t k = 100; k < LAST; k += 100) {
    add(OP_TABLE_TOUCH, MODE(PICK_LIVE, 0, WALK_WRITE), k, 0, 0);
    range(OP_RANGE_QUERY, 0, EVERYTHING, 0);
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), k, 5, 0);
    range(OP_RANGE_QUERY, 0, EVERYTHING, 0);
    range(OP_RANGE_QUERY, k - 1, EVERYTHING, 0);
    range(OP_RANGE_QUERY, k, EVERYTHING, 0);
    add(OP_TABLE_PROTECT, MODE(PICK_LIVE, PICK_LIVE, 0), k, 1, 0);
    range(OP_RANGE_QUERY, k - 1, k, 0);
    unmap(k);
    range(OP_RANGE_QUERY, 0, EVERYTHING, 0);
    add(OP_RANGE_QUERY, MODE(PICK_NEAR, PICK_LIVE, 0), k - 1, EVERYTHING, SECOND_PAGE);
    map_after(k - 1, k + 1);
    range(OP_RANGE_QUERY, k - 2, EVERYTHING, 0);
    range(OP_RANGE_QUERY, k, EVERYTHING, 0);
    unmap(k);
    map_after(k - 1, k);
    range(OP_RANGE_QUERY, k - 2, EVERYTHING, 0);
  }
  save("range-query-runs-of-small-pages");
}

static void runs_of_large_pages(void)
{
  /* 1 GiB, then 512 pages of 4 KiB, then 511 of 2 MiB, then 1 GiB: one run, of two tables. */
  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 2), 0x2000 + 0x100 * k, 4 * k,
        LEVEL3 + UNOWNED + SHIFTED);
  query_all(3);
  split(1);
  split(1);
  query_all(2);
  for (uint32_t k = 0; k < 4; k++) {
    static const uint32_t breaks[4] = {1, 300, LAST + 2, 1000};
    add(OP_RANGE_QUERY, MODE(PICK_LIVE, PICK_NEAR, 0), 0, breaks[k], PAGE_FEWER);
    add(OP_RANGE_QUERY, MODE(PICK_LIVE, PICK_NEAR, 0), 0, breaks[k], PAGE_MORE);
    add(OP_RANGE_QUERY, MODE(PICK_NEAR, PICK_NEAR, 0), breaks[k], 3, SECOND_PAGE + PAGE_FEWER);
    unmap(breaks[k]);
    range(OP_RANGE_QUERY, 0, EVERYTHING, 0);
    range(OP_RANGE_QUERY, breaks[k], EVERYTHING, 0);
  }
  range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
  save("range-query-runs-over-page-sizes");

  /* The last frame that has a number, and the first one after it that does not. */
  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1230, 1, 4 * 3 + UNOWNED);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1231, 0, 4 * 3 + UNOWNED);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x1232, 0, UNOWNED);
  query_all(3);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x2000, 65532, LEVEL3 + UNOWNED + SHIFTED);
  add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_RAW, 0), 0x2100, 0, LEVEL3 + UNOWNED + SHIFTED);
  query_all(5);
  save("range-query-runs-do-not-wrap");
}

static void runs_of_holes(void)
{
  /* Holes between tables of each level, and in spaces that share nothing. */
  machine(64, MACHINE_FREE, 0);
  for (uint32_t space = 0; space < 3; space++)
    add(OP_TABLE_CREATE, LIVE, space, 0, 0);
  for (uint32_t space = 0; space < 3; space++)
    for (uint32_t k = 0; k < 4; k++)
      add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_ANY, 0), 0x1111 * (space + 4 * k), k, UNOWNED + space);
  for (uint32_t page = 0; page < 0x10000; page += 0x0FFF)
    for (uint32_t space = 0; space < 3; space++) {
      add(OP_RANGE_QUERY, COUNTED(PICK_ANY), page, TO_THE_END, space);
      add(OP_RANGE_QUERY, MODE(PICK_ANY, PICK_LIVE, 0), page, 1, space);
    }
  for (uint32_t space = 0; space < 3; space++) {
    add(OP_RANGE_CLEAR, MODE(PICK_ANY, PICK_LIVE, 0), 0x1000, EVERYTHING, space);
    add(OP_RANGE_PROTECT, MODE(PICK_ANY, PICK_LIVE, 0), 0x1000, EVERYTHING, space + GIVES(5));
    add(OP_RANGE_UNMAP, MODE(PICK_ANY, PICK_LIVE, 0), 0x1000, EVERYTHING, space);
    flushed(space);
  }
  save("range-each-space-has-its-own-pages");
}

/* Accessed alone, dirty alone, both, neither; of one page among many, and of a page beside the range. */
static void ranges_touched(void)
{
  static const uint32_t touches[4] = {0, WALK_WRITE, WALK_REMEMBERED, WALK_REMEMBERED + WALK_WRITE};
  machine(40, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  map_scattered(UNOWNED);
  for (uint32_t k = 0; k < SCATTERED; k++) {
    for (uint32_t i = 0; i < 4; i++) {
      add(OP_TABLE_TOUCH, TOUCH(touches[i]), k, 0, 0);
      range(OP_RANGE_CLEAR, k + 1, 3, 0);
      range(OP_RANGE_CLEAR, k / 2, SCATTERED / 2 + i, 0); /* more than is owed already */
      if (k % 4 == i)
        flushed(0);
    }
    add(OP_TABLE_TOUCH, TOUCH(WALK_WRITE), k, 0, 0);
    range(OP_RANGE_PROTECT, k, 1, GIVES(1 + k % 2 * 4));
    add(OP_TABLE_QUERY, LIVE, k, 0, 0);
  }
  range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
  save("range-clear-one-page-touched-among-many");
}

/* References that pages of a range hold: the last ones of their blocks, those of a block that is pinned, and those that
 * others have, too. */
static void ranges_and_references(void)
{
  machine(64, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 3; k++)
    add(OP_FRAME_ALLOC, LIVE, k, k % 2, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t round = 0; round < 3; round++) {
    for (uint32_t k = 0; k < SCATTERED; k++)
      add(OP_TABLE_MAP, MODE(PICK_LIVE, PICK_NEAR, 1), scattered[k], k % 3, 4 * k);
    if (round == 0)
      range(OP_RANGE_UNMAP, 2, 4, 0);
    if (round == 1)
      add(OP_FRAME_PIN, LIVE, 0, 0, 0);
    for (uint32_t k = 0; round == 2 && k < 3; k++)
      add(OP_FRAME_PUT, LIVE, k, 0, 0);
    range(OP_RANGE_UNMAP, 1, 3, 0);
    range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    if (round != 1)
      flushed(0);
  }
  save("range-unmap-drops-references");
}

/* Tables that go one by one and in ranges are one chain; the caller writes numbers of its own into the flush. */
static void ranges_and_flushes(void)
{
  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 4; k++) {
    map_scattered(UNOWNED);
    unmap(3);
    range(OP_RANGE_UNMAP, 3, 2, 0);
    unmap(2 * k);
    add(OP_RANGE_UNMAP, COUNTED(PICK_ANY), 0x1000, TO_THE_END, 0);
    if (k % 2)
      flushed(0);
  }
  save("range-tables-that-go-are-one-chain");

  for (uint32_t kind = 0; kind < 3; kind++) {
    static const char *const names[3] = {"range-garbled-flush-of-clears",
                                         "range-garbled-flush-of-permissions",
                                         "range-garbled-flush-of-tables"};
    machine(64, MACHINE_FREE, 0);
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
    for (uint32_t k = 0; k < 24; k++) {
      map_scattered(UNOWNED);
      touch_some(SCATTERED);
      add(changes[kind], GARBLED, k, 5 * k, k % 16);
      add(changes[kind], GARBLED, k, 77 * k, k % 16 + OTHER_OWNER);
      add(changes[kind], MODE(PICK_RAW, PICK_LIVE, 5), k, k, k % 4);
      if (k % 8 == 7)
        flushed(0);
    }
    save(names[kind]);
  }
}

/* From the middle of a hole, under an entry of a table of each level, to a page that lies nearer to the beginning of its
 * own. */
static void ranges_from_holes(void)
{
  static const uint32_t holes[8] = {0x0222, 0x1222, 0x3222, 0x4222, 0x4022, 0x4002, 0x8222, 0xC222};
  static const uint32_t pages[4] = {0x4000, 0x4111, 0x5111, 0xD111};
  machine(40, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 4; k++) {
    map_small(pages[k]);
    for (uint32_t hole = 0; hole < 8; hole++) {
      add(OP_RANGE_QUERY, MODE(PICK_ANY, PICK_LIVE, 0), holes[hole], EVERYTHING, 0);
      add(OP_RANGE_CLEAR, MODE(PICK_ANY, PICK_LIVE, 0), holes[hole], EVERYTHING, 0);
      add(OP_RANGE_PROTECT, MODE(PICK_ANY, PICK_LIVE, 0), holes[hole], hole, GIVES(hole));
    }
  }
  for (uint32_t hole = 8; hole > 0; hole--)
    add(OP_RANGE_UNMAP, MODE(PICK_ANY, PICK_LIVE, 0), holes[hole - 1], EVERYTHING, 0);
  save("range-from-the-middle-of-a-hole");
}

static void ranges_of_nothing(void)
{
  machine(1, MACHINE_FREE, 0);
  for (uint32_t create = 0; create < 2; create++) {
    for (uint32_t kind = OP_RANGE_UNMAP; kind <= OP_RANGE_QUERY; kind++)
      for (uint32_t count = 0; count < COUNTS; count++) {
        add((enum op_kind)kind, COUNTED(PICK_LIVE), 0x1234, count, GIVES(1));
        add((enum op_kind)kind, COUNTED(PICK_NEAR), 0xF234, count, GIVES(1));
      }
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  }
  save("range-of-a-space-without-pages");
}

/* --- Ranges that are mapped --- */

/* How many pages: what is left of the frame's block, and one fewer and more; what is left of all frames, and one more; a few; pages
 * of each size; the rest of the half; one more than there are frames. */
#define BLOCK_FEWER 0u
#define BLOCK_REST 1u
#define BLOCK_MORE 2u
#define ALL_REST 3u
#define ALL_MORE 4u
#define ONE_PAGE 5u
#define FIVE_PAGES 7u
#define LARGE_PAGE 9u
#define THREE_LARGE 11u
#define HUGE_PAGE 12u
#define EACH_SIZE 13u
#define HALF_REST 14u
#define TOO_MANY 15u
/* Where: as numbered; from 2 MiB; from 1 GiB; so that large pages fit. */
#define AT_2M 0x1000u
#define AT_1G 0x2000u
#define AT_FRAME 0x3000u
/* The first frame: so many sixteenths into a block. */
#define INSIDE(sixteenths) ((sixteenths)*256u)

/* The number of the block or frame says how large pages may be: 4 KiB, 2 MiB, and two sizes that there are not. */
#define SIZED 0x8000u

/* From a page of this number on, to frames from the first of a block on. */
static void map_range(uint32_t page, uint32_t pages, uint32_t c)
{
  add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_NEAR, pages), page, 0, c);
}

/* To frames from this number on, be they whose they may. */
static void map_frames(uint32_t page, uint32_t frame, uint32_t pages, uint32_t c)
{
  add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_ANY, pages), page, frame, c);
}

static void unmap_all(void)
{
  range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
  flushed(0);
}

static void mapped_small_pages(void)
{
  /* Blocks of every order below a large page, from each place in them, over the ends of tables of each level. */
  machine(256, MACHINE_FREE, 0);
  for (uint32_t order = 0; order < 6; order++)
    add(OP_FRAME_ALLOC, LIVE, order, order % 2, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < SCATTERED; k++) {
    for (uint32_t block = 0; block < 6; block++)
      for (uint32_t pages = 0; pages < 3; pages++) {
        uint32_t c = GIVES(k + pages) + INSIDE(5 * pages);
        add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_NEAR, pages), scattered[k], block, c);
        add(OP_RANGE_MAP, MODE(PICK_NEAR, PICK_LIVE, pages), k, block, c);
      }
    query_all(3);
    unmap_all();
  }
  save("range-map-small-pages-over-the-ends-of-tables");

  /* More than a table holds, and the page before and after it there already. */
  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < SCATTERED; k += 2) {
    map_small(scattered[k]);
    map_frames(scattered[k] + 1, 7 * k + 1, THREE_LARGE, UNOWNED + GIVES(5));
    query_all(2);
    add(OP_RANGE_MAP, MODE(PICK_NEAR, PICK_ANY, LARGE_PAGE + 1), EVERYTHING, 5, UNOWNED);
    range(OP_RANGE_CLEAR, 300, 700, 0);
    range(OP_RANGE_UNMAP, 1, 400, 0);
    add(OP_RANGE_MAP, MODE(PICK_NEAR, PICK_ANY, LARGE_PAGE - 1), 0, 9, UNOWNED + GIVES(1));
    unmap_all();
  }
  save("range-map-more-pages-than-a-table-holds");
}

static void mapped_large_pages(void)
{
  /* A block of two large pages, from each place in it: small pages come first, last, both or not at all. */
  for (uint32_t where = 0; where < 4; where++) {
    static const char *const names[4] = {
        "range-map-large-block-anywhere", "range-map-large-block-from-a-large-page",
        "range-map-large-block-from-a-huge-page", "range-map-large-block-to-pages-that-fit"};
    large_machine(10);
    for (uint32_t sixteenths = 0; sixteenths < 16; sixteenths += where == 3 ? 1u : 5u) {
      for (uint32_t pages = 0; pages < 3; pages++) {
        map_range(0x1200, pages, GIVES(sixteenths) + INSIDE(sixteenths) + 0x1000 * where);
        query_all(2);
        unmap_all();
      }
      map_range(0x1300, LARGE_PAGE, INSIDE(sixteenths) + 0x1000 * where);
      map_range(0x1300, LARGE_PAGE + 1, UNOWNED + INSIDE(sixteenths) + 0x1000 * where);
      range(OP_RANGE_PROTECT, 0, EVERYTHING, GIVES(4));
      unmap_all();
    }
    save(names[where]);
  }

  /* Blocks too small for a large page, whatever is aligned. */
  machine(1536, MACHINE_FREE, 0);
  for (uint32_t order = 5; order < 9; order++)
    for (uint32_t k = 0; k < 2; k++)
      add(OP_FRAME_ALLOC, MODE(PICK_LIVE, PICK_ANY, 0), order, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t frame = 0; frame < 1536; frame += 256) {
    map_frames(0x1200, frame, LARGE_PAGE, AT_FRAME);
    map_frames(0x1200, frame, BLOCK_REST, AT_2M);
    map_frames(0x1200, frame, BLOCK_REST, AT_FRAME);
    map_frames(0x1200, frame, ALL_REST, AT_FRAME);
    unmap_all();
  }
  save("range-map-blocks-smaller-than-a-large-page");
}

static void mapped_huge_pages(void)
{
  /* 1 GiB, some of them, with what comes before and after in smaller pages; the last frames that have a number. */
  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 4; k++) {
    static const uint32_t frames[4] = {0, 4, 65532, 65535};
    for (uint32_t where = 0; where < 4; where++)
      for (uint32_t pages = LARGE_PAGE; pages <= TOO_MANY; pages++) {
        add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_RAW, pages), 0x2000 + k, frames[k],
            UNOWNED + 0x200 + 0x1000 * where + GIVES(k));
        add(OP_RANGE_QUERY, MODE(PICK_LIVE, PICK_LIVE, 0), 0, EVERYTHING, 0);
        add(OP_RANGE_MAP, MODE(PICK_NEAR, PICK_RAW, pages), EVERYTHING, 4, UNOWNED + 0x200);
        if (pages % 2)
          unmap_all();
      }
    unmap_all();
  }
  save("range-map-huge-pages-and-what-is-beside-them");

  /* No page larger than of each size, and of sizes that no page has: b, the frame, says which. */
  large_machine(10);
  for (uint32_t k = 0; k < 8; k++)
    for (uint32_t where = 0; where < 3; where++) {
      map_frames(0x2000, k, LARGE_PAGE, SIZED + UNOWNED + AT_FRAME);
      map_frames(0x2100, 512 + k, THREE_LARGE, SIZED + UNOWNED + 0x1000 * where);
      map_frames(0x2200, 512 * (k % 2) + k % 4, LARGE_PAGE, SIZED + 0x1000 * where);
      add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_RAW, EACH_SIZE), 0x2300, 4 * k + where,
          SIZED + UNOWNED + 0x200 + AT_1G);
      add(OP_RANGE_MAP, MODE(PICK_RAW, PICK_RAW, 0), 0x2300, k, SIZED);
      query_all(2);
      unmap_all();
    }
  save("range-map-no-larger-pages-than-asked");

  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 64; k += 3) {
    for (uint32_t pages = 0; pages < 16; pages += 3) {
      add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_RAW, pages), 0x1230, k, UNOWNED + 0x300);
      add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_RAW, pages), 0x1230, k, 0x100 * (k % 4));
      range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    }
  }
  save("range-map-to-the-last-frame-that-has-a-number");
}

/* Every size of page, and tables, in the way of each part of a range. */
static void mapped_in_the_way(void)
{
  large_machine(10);
  for (uint32_t k = 0; k < 4; k++) {
    pages_of_each_size();
    for (uint32_t pages = 0; pages < 16; pages += 3)
      for (uint32_t where = 0; where < 2; where++) {
        static const uint32_t begins[8] = {0x1111, 0x1110, 0x1200, 0x11FF,
                                           0x1300, 0x12F0, 0x2000, 0x1FFF};
        uint32_t begin = begins[2 * k + where];
        map_frames(begin, 511 * k, pages, UNOWNED + GIVES(1));
        map_frames(begin, 0, pages, UNOWNED + AT_2M);
        map_frames(begin, 0, pages, UNOWNED + AT_1G);
        map_range(begin, pages, AT_FRAME + INSIDE(k));
        add(OP_RANGE_MAP, MODE(PICK_RAW - 1, PICK_ANY, pages), k, 0, UNOWNED);
        unmap_all();
        pages_of_each_size();
      }
  }
  save("range-map-what-is-in-the-way");

  /* The last page of a range is there already, or one in the middle: of the same size, or smaller. */
  large_machine(10);
  for (uint32_t k = 0; k < 5; k++) {
    static const uint32_t pages[5] = {0x1230, 0x1243, 0x127F, 0x12FF, 0x1300};
    map_small(pages[k]);
    map_range(0x1200, BLOCK_REST, 0);
    map_range(0x1200, LARGE_PAGE, AT_2M);
    map_range(0x1200, BLOCK_REST, AT_FRAME + INSIDE(1));
    map_range(0x1200, LARGE_PAGE, INSIDE(1));
    map_frames(0x1200, 1, EACH_SIZE, UNOWNED);
    map_frames(0x1200, 0, EACH_SIZE, UNOWNED + AT_1G);
    query_all(1);
    unmap_all();
  }
  save("range-map-one-page-in-the-way");
}

/* One thing more is wrong each time, in the order of the statuses. */
static void wrong_mapped_ranges(void)
{
  large_machine(9);
  for (uint32_t k = 0; k < 8; k++)
    for (uint32_t bad = 0; bad < 2; bad++) {
      uint32_t c = bad ? GIVES_ALL(24 * k + 3) : GIVES(1);
      pages_of_each_size();
      for (uint32_t pages = 0; pages < 16; pages += 1 + 2 * (k % 2)) {
        add(OP_RANGE_MAP, MODE(PICK_RAW, PICK_RAW, pages), scattered[k], k, c);
        add(OP_RANGE_MAP, MODE(PICK_RAW, PICK_LIVE, pages), scattered[k], k, c + 4);
        add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_RAW, pages), scattered[k], k, c);
        add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_LIVE, pages), scattered[k], k, c);
        add(OP_RANGE_MAP, MODE(PICK_ANY, PICK_LIVE, pages), k, k, c);
      }
      range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    }
  save("range-map-every-wrong-call");

  /* Every permission there is and a few more. */
  machine(40, MACHINE_FREE, 0);
  add(OP_FRAME_ALLOC, LIVE, 2, 1, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t allow = 0; allow < 2; allow++) {
    add(OP_TABLE_ALLOW, LIVE, 0, allow, 0);
    for (uint32_t permissions = 0; permissions < 136; permissions++) {
      map_range(0x1230, BLOCK_REST, GIVES_ALL(permissions));
      unmap_all();
    }
  }
  save("range-map-with-every-permission");

  /* Frames that are free, reserved, poisoned, or tables: at the beginning, in the middle, at the end. */
  for (uint32_t map = 0; map < 2; map++) {
    machine(64, map ? MACHINE_HOLES : MACHINE_FREE, 5);
    for (uint32_t k = 0; k < 6; k++)
      add(OP_FRAME_ALLOC, LIVE, k % 3, k % 2, 0);
    add(OP_FRAME_POISON, LIVE, 3, 0, 0);
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
    for (uint32_t frame = 0; frame < 64; frame++) {
      map_frames(0x1230, frame, FIVE_PAGES, GIVES(frame));
      map_frames(0x1240, frame, ONE_PAGE, GIVES(frame));
      map_frames(0x1240, frame, ALL_REST, GIVES(frame));
      map_frames(0x1300, frame, ALL_MORE, GIVES(frame));
      if (frame % 4 == 3)
        range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    }
    save(map ? "range-map-any-frames-among-holes" : "range-map-any-frames");
  }

  /* Both ends of both halves. */
  machine(64, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 7; k++) {
    static const uint32_t ends[7] = {0x0000, 0x7FFF, 0x8000, 0x8FFF, 0x9000, 0x9001, 0xFFFF};
    for (uint32_t pages = ONE_PAGE; pages < 16; pages++) {
      map_frames(ends[k], 1, pages, UNOWNED + GIVES(1));
      map_frames(ends[k], 0, pages, UNOWNED + AT_2M);
      map_frames(ends[k], 0, pages, UNOWNED + AT_1G);
      add(OP_RANGE_MAP, MODE(PICK_NEAR, PICK_ANY, pages), EVERYTHING, 1, UNOWNED);
      unmap_all();
    }
  }
  save("range-map-at-the-ends-of-halves");
}

/* As many frames are free as tables are missing, or fewer: a range is mapped as a whole or not at all. */
static void few_frames_for_ranges(void)
{
  machine(12, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t taken = 0; taken < 11; taken++) {
    for (uint32_t k = 0; k < SCATTERED; k += 2) {
      map_frames(scattered[k], 0, FIVE_PAGES, UNOWNED + GIVES(1));
      range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
      map_frames(scattered[k], 0, THREE_LARGE, UNOWNED);
      range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
      map_frames(scattered[k], 3, THREE_LARGE, UNOWNED + AT_FRAME);
      if (k % 3)
        map_frames(scattered[k] + 0x100, 1, FIVE_PAGES, UNOWNED);
      unmap_all();
    }
    add(OP_FRAME_ALLOC, LIVE, 0, 1, 0);
  }
  save("range-map-with-few-frames-for-tables");

  /* Tables that wait for a flush are not free. */
  machine(9, MACHINE_FREE, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 8; k++) {
    map_frames(0x1FFE, k, FIVE_PAGES, UNOWNED);
    range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
    map_frames(0x3FFE, k, FIVE_PAGES, UNOWNED);
    if (k % 2)
      flushed(0);
    map_frames(0x5FFE, k, FIVE_PAGES, UNOWNED);
  }
  save("range-map-while-tables-wait-for-a-flush");
}

/* References that a block has room for, and one fewer and more; blocks with others beside them. */
static void mapped_ranges_and_references(void)
{
  machine(64, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_FRAME_ALLOC, LIVE, k, k % 2, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t left = 0; left < 4; left++)
    for (uint32_t k = 0; k < 4; k++) {
      add(OP_FRAME_PIN, LIVE, k, 0, left);
      for (uint32_t pages = 0; pages < 8; pages++) {
        add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_LIVE, pages), scattered[k], k, GIVES(1));
        add(OP_RANGE_MAP, MODE(PICK_LIVE, PICK_NEAR, pages), scattered[k], k, INSIDE(8));
        add(OP_FRAME_PIN, LIVE, k, 0, left);
        map_frames(0x1300, 0, pages, 0);
        range(OP_RANGE_UNMAP, 0, EVERYTHING, 0);
      }
    }
  save("range-map-as-many-references-as-there-is-room-for");

  machine(64, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < 4; k++)
    add(OP_FRAME_ALLOC, LIVE, 2 - k % 2, k % 2, 0);
  add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  for (uint32_t k = 0; k < 8; k++) {
    map_frames(0x1230, k, FIVE_PAGES, 0);
    map_frames(0x1240, 8 - k, FIVE_PAGES, GIVES(1));
    map_frames(0x12FF, 0, FIVE_PAGES, GIVES(2));
    add(OP_FRAME_PUT, LIVE, k, 0, 0);
    range(OP_RANGE_UNMAP, k, 3, 0);
    add(OP_FRAME_GET, LIVE, k, 0, 0);
  }
  unmap_all();
  save("range-map-blocks-that-others-hold");
}

static void mapped_ranges(void)
{
  mapped_small_pages();
  mapped_large_pages();
  mapped_huge_pages();
  mapped_in_the_way();
  wrong_mapped_ranges();
  few_frames_for_ranges();
  mapped_ranges_and_references();

  machine(1, MACHINE_FREE, 0);
  for (uint32_t create = 0; create < 2; create++) {
    for (uint32_t pages = 0; pages < 16; pages++)
      map_frames(0x1234, pages, pages, UNOWNED * (pages % 2));
    add(OP_TABLE_CREATE, LIVE, 0, 0, 0);
  }
  save("range-map-without-a-frame-for-tables");

  machine(200, MACHINE_FREE, 0);
  for (uint32_t space = 0; space < 3; space++)
    add(OP_TABLE_CREATE, LIVE, space, 0, 0);
  for (uint32_t k = 0; k < 24; k++) {
    map_frames(scattered[k % SCATTERED], k, ONE_PAGE + k % 4, UNOWNED + k % 3);
    add(OP_RANGE_QUERY, MODE(PICK_ANY, PICK_LIVE, 0), 0x1000, EVERYTHING, k % 3);
    if (k % 5 == 4)
      add(OP_RANGE_UNMAP, MODE(PICK_ANY, PICK_LIVE, 0), 0x1000, EVERYTHING, k % 3);
  }
  add(OP_TABLE_DESTROY, LIVE, 1, 0, 0);
  save("range-map-in-each-space");
}

static void page_ranges(void)
{
  ranges_of_small_pages();
  ranges_of_halves();
  ranges_of_large_pages();
  wrong_ranges();
  owned_among_unowned();
  runs_of_small_pages();
  runs_of_large_pages();
  runs_of_holes();
  ranges_touched();
  ranges_and_references();
  ranges_and_flushes();
  ranges_from_holes();
  ranges_of_nothing();
}

static void rest(void)
{
  machine(1, MACHINE_FREE, 0);
  used = 0;
  save("empty");

  machine(1, MACHINE_FREE, 0);
  for (uint32_t k = 0; k < STATUS_COUNT + 2; k++)
    add(OP_NAMES, 0, k, k, 0);
  save("names-of-statuses-and-owners");

  machine(1, MACHINE_FREE, 0);
  for (uint32_t kind = OP_BUDDY_ALLOC; kind <= OP_TABLE_DESTROY; kind++)
    for (uint32_t k = 0; k < 2; k++)
      add((enum op_kind)kind, k ? ANY : LIVE, 0, 0, 0);
  save("one-frame");

  for (uint32_t map = 0; map < MACHINE_MAPS; map++) {
    static const char *const names[MACHINE_MAPS] = {
        "all-calls-on-free-memory", "all-calls-on-holes", "all-calls-on-firmware-memory",
        "all-calls-on-reserved-memory"};
    machine(256, (enum machine_map)map, 11);
    for (uint32_t k = 0; k < 512; k++)
      add(ops_kind(k * 29), (k * 53) % 256, k * 40503, k * 30011, k * 20011);
    save(names[map]);
  }
}

int main(int argc, char **argv)
{
  if (argc != 2) {
    (void)fprintf(stderr, "usage: seeds DIRECTORY\n");
    return 2;
  }
  directory = argv[1];
  bitsets();
  maps();
  boots();
  blocks();
  wrong_frees();
  reservations_and_starts();
  frames();
  wrong_frame_calls();
  poison_and_saturation();
  addresses_and_starts();
  few_frames();
  tables();
  wrong_page_calls();
  shared_tables_and_blocks();
  unowned_pages_and_corruptions();
  large_pages();
  pages_in_the_way();
  blocks_too_small();
  few_frames_for_large_pages();
  corrupted_large_pages();
  splits();
  flushes();
  page_ranges();
  mapped_ranges();
  rest();
  return 0;
}

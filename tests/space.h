/* Address spaces over small machines, for the tests of page tables; their memory is taken from the host as it is written
 * to. A test file defines _DEFAULT_SOURCE before any header. */
#ifndef ASHLAR_SPACE_H
#define ASHLAR_SPACE_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "leaf.h"
#include "pagetable.h"

#define FRAMES 64u         /* of a small machine */
#define LARGE_FRAMES 2048u /* of one with room for pages of 2 MiB */
#define HUGE_FRAMES 524288u
#define BLOCK2 9u /* orders of a block that holds a page of 2 MiB, and of 1 GiB */
#define BLOCK3 18u
#define SIZE2 ((uint64_t)1 << 21) /* bytes of such pages */
#define SIZE3 ((uint64_t)1 << 30)
#define TABLES (PAGETABLE_LEVELS - 1u) /* below the root, for a page of 4 KiB */
#define HALF                                                                                       \
  ((uint64_t)1 << (11 + 9 * PAGETABLE_LEVELS)) /* the first address that is not canonical */
#define UPPER (0 - HALF)                       /* the first address of the upper half */
#define HALF_PAGES (HALF / PAGE_SIZE)          /* of 4 KiB, in each half */
#define LAST (0 - (uint64_t)PAGE_SIZE)         /* the last page */

static struct frames frames;
static struct frame *records;
static uint64_t *memory;
static size_t mapped_bytes;
static uint64_t *words;
static struct pagetable space;
static frame_t user; /* a frame in use, to be mapped */
static struct flush owed;

static inline void drop(void)
{
  free(words);
  free(records);
  if (memory)
    assert_int_equal(munmap(memory, mapped_bytes), 0);
}

/* A machine of nframes frames, of which count from frame 1 on are free; one address space and one user frame. */
static inline void make_machine(uint64_t nframes, uint64_t count)
{
  drop();
  words = malloc(8 * buddy_words(nframes));
  records = calloc(nframes, sizeof *records);
  mapped_bytes = FRAME_SIZE * nframes;
  memory = mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  assert_true(words && records && memory != MAP_FAILED);
  memset(memory, 0xEE, FRAME_SIZE * (nframes < LARGE_FRAMES ? nframes : LARGE_FRAMES));
  assert_int_equal(frames_init(&frames, nframes, words, buddy_words(nframes), records, nframes),
                   STATUS_OK);
  assert_int_equal(frames_release(&frames, 1, count), STATUS_OK);
  assert_int_equal(pagetable_create(&space, &frames, memory), STATUS_OK);
  assert_int_equal(frame_alloc(&frames, 0, OWNER_USER, 0, &user), STATUS_OK);
  owed = (struct flush){0};
}

static inline void make(uint64_t count)
{
  make_machine(FRAMES, count);
}

static inline frame_t take(uint32_t order)
{
  frame_t block;
  assert_int_equal(frame_alloc(&frames, order, OWNER_USER, 0, &block), STATUS_OK);
  return block;
}

/* Bytes of a page of a level. */
static inline uint64_t size_of(uint32_t level)
{
  return (uint64_t)PAGE_SIZE << (9 * (level - 1));
}

/* Pages of 4 KiB in one of a level. */
static inline uint64_t pages_of(uint32_t level)
{
  return size_of(level) / PAGE_SIZE;
}

static inline uint64_t free_frames(void)
{
  return buddy_free_frames(&frames.buddy);
}

static inline uint32_t references(frame_t frame)
{
  return records[frame].references;
}

/* The processor has forgotten all that it was to forget. */
static inline void flushed(void)
{
  pagetable_flushed(&space, &owed);
}

static inline void sound(void)
{
  assert_null(frames_check(&frames));
  assert_null(pagetable_check(&space));
}

/* A page of each size, not owned, in one table of level 3: 4 KiB at 0, 2 MiB after it, 1 GiB after that. */
static inline void make_each_size(void)
{
  make(40);
  assert_int_equal(pagetable_map(&space, 0, 0, 1, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_map(&space, SIZE2, 0, 2, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(pagetable_map(&space, SIZE3, 0, 3, PAGE_UNOWNED), STATUS_OK);
}

static inline size_t picture_bytes(void)
{
  return sizeof frames + frames.nframes * sizeof *records + mapped_bytes +
         8 * buddy_words(frames.nframes) + sizeof owed;
}

/* All that a call could change, one after the other in memory that assert_picture frees. */
static inline uint8_t *take_picture(void)
{
  const void *const parts[] = {&frames, records, memory, words, &owed};
  const size_t sizes[] = {sizeof frames, frames.nframes * sizeof *records, mapped_bytes,
                          8 * buddy_words(frames.nframes), sizeof owed};
  uint8_t *picture = malloc(picture_bytes());
  assert_non_null(picture);
  for (size_t i = 0, at = 0; i < 5; at += sizes[i], i++)
    memcpy(picture + at, parts[i], sizes[i]);
  return picture;
}

/* Asserts that all is as in this picture. */
static inline void assert_picture(uint8_t *before)
{
  uint8_t *now = take_picture();
  assert_memory_equal(before, now, picture_bytes());
  free(before);
  free(now);
}

static inline struct translation look(uint64_t address)
{
  struct translation found;
  assert_int_equal(pagetable_query(&space, address, &found), STATUS_OK);
  return found;
}

/* The table of a level on the way to an address; there is one. */
static inline frame_t table_at(uint64_t address, uint32_t level)
{
  frame_t table = space.root;
  for (uint32_t above = PAGETABLE_LEVELS; above > level; above--)
    table = pte_next(memory[table * TABLE_ENTRIES + address / size_of(above) % TABLE_ENTRIES]);
  assert_int_equal(records[table].owner, OWNER_TABLE1 + level - 1);
  return table;
}

/* What the processor does with a page that it reads (seen is 1), or writes to (3); bit 0 is accessed, bit 1 dirty. */
static inline void mark(uint64_t address, uint32_t level, uint32_t seen)
{
  const uint64_t index = address / size_of(level) % TABLE_ENTRIES;
  memory[table_at(address, level) * TABLE_ENTRIES + index] |=
      pte_page(0, 0, seen, level) - pte_page(0, 0, 0, level);
}

/* Which of these marks a translation has. */
static inline uint32_t seen_of(struct translation found)
{
  return (found.accessed ? 1 : 0) + (found.dirty ? 2 : 0);
}

static inline void assert_owed(uint64_t address, uint64_t pages, uint32_t level)
{
  assert_int_equal(owed.address, address);
  assert_int_equal(owed.pages, pages);
  assert_int_equal(owed.level, level);
}

/* A page of this level, not owned, whose change is then owed. */
static inline void owe_page(uint64_t address, uint32_t level)
{
  struct translation was;
  assert_int_equal(pagetable_map(&space, address, 0, level, PAGE_UNOWNED), STATUS_OK);
  assert_int_equal(
      pagetable_protect(&space, address, level, PAGE_UNOWNED | PAGE_WRITE, &was, &owed), STATUS_OK);
}

static inline void map(uint64_t address, frame_t frame, uint32_t level, uint32_t permissions)
{
  assert_int_equal(pagetable_map(&space, address, frame, level, permissions), STATUS_OK);
}

static inline void assert_unmapped(uint64_t address)
{
  struct translation found;
  assert_int_equal(pagetable_query(&space, address, &found), STATUS_NOT_MAPPED);
}

/* What a range begins with. */
static inline struct page_run run_at(uint64_t address, uint64_t pages)
{
  struct page_run run = {0};
  assert_int_equal(pagetable_query_range(&space, address, pages, &run), STATUS_OK);
  return run;
}

static inline void assert_run(uint64_t address, uint64_t pages, uint64_t length, frame_t frame,
                              uint32_t permissions)
{
  const struct page_run run = run_at(address, pages);
  assert_true(run.mapped);
  assert_int_equal(run.pages, length);
  assert_int_equal(run.frame, frame);
  assert_int_equal(run.permissions, permissions);
}

static inline void assert_hole(uint64_t address, uint64_t pages, uint64_t length)
{
  const struct page_run run = run_at(address, pages);
  assert_false(run.mapped);
  assert_int_equal(run.pages, length);
}

#endif

/* Tests of the memory that the kernel runs on: the core's answers, and what the processor makes
 * of them. Each leaves all frames as it found them. */
#include "memory.h"
#include "suite.h"
#include "trap.h"

/* The host clears memory when it is first written to, 2 MiB at a time and at up to 6 ms each. So all
 * frames below 128 MiB are written to, and one in each 64 MiB above. */
#define DENSE 32768u
#define SPARSE 16384u
#define MARK FRAME_SHARED /* on the frames that exhaustion_and_return has */

struct counts {
  uint64_t frames, blocks[BUDDY_ORDERS];
};

static struct counts count(void)
{
  struct counts c = {.frames = buddy_free_frames(&memory.frames.buddy)};
  for (uint32_t order = 0; order < BUDDY_ORDERS; order++) {
    c.blocks[order] = buddy_free_blocks(&memory.frames.buddy, order);
  }
  return c;
}

static bool same(struct counts a, struct counts b)
{
  bool result = a.frames == b.frames;
  for (uint32_t order = 0; order < BUDDY_ORDERS; order++) {
    result = result && a.blocks[order] == b.blocks[order];
  }
  return result;
}

static bool written(uint64_t frame)
{
  return frame < DENSE || frame % SPARSE == 0;
}

/* Takes every free frame and writes its number into it. */
static uint64_t take_all(enum status *last)
{
  uint64_t n = 0;
  frame_t f;
  while ((*last = frame_alloc(&memory.frames, 0, OWNER_KERNEL, MARK, &f)) == STATUS_OK) {
    if (written(f)) {
      *(volatile uint64_t *)frame_view(f) = f;
    }
    n++;
  }
  return n;
}

/* Gives the odd frames or the even ones back. Whether each still holds its number. */
static bool give_back(uint64_t odd, uint64_t *n)
{
  bool kept = true;
  for (uint64_t f = odd; f < memory.frames.nframes; f += 2) {
    if (memory.frames.records[f].owner != OWNER_KERNEL || memory.frames.records[f].flags != MARK) {
      continue;
    }
    kept = kept && (!written(f) || *(volatile uint64_t *)frame_view(f) == f);
    *n += frame_put(&memory.frames, (frame_t)f) == STATUS_OK;
  }
  return kept;
}

const char *exhaustion_and_return(void)
{
  struct counts before = count();
  enum status last;
  uint32_t order = 0;
  uint64_t taken = take_all(&last), given = 0;
  bool all = taken == before.frames && buddy_free_frames(&memory.frames.buddy) == 0 &&
             buddy_largest_order(&memory.frames.buddy, &order) == STATUS_OUT_OF_MEMORY;
  bool kept = give_back(1, &given);
  /* Without the even frames nothing can have merged. */
  bool single = buddy_free_blocks(&memory.frames.buddy, 0) == given;
  kept = give_back(0, &given) && kept;
  if (!all || last != STATUS_OUT_OF_MEMORY) {
    return "not every free frame was handed out";
  }
  if (!kept) {
    return "a frame lost what was written into it";
  }
  if (given != taken || !single) {
    return "a frame was not taken back";
  }
  return same(before, count()) ? 0 : "free blocks differ";
}

static const char *bad_frees_on(struct buddy *b)
{
  frame_t f;
  if (buddy_release(b, 16, 48) != STATUS_OK || buddy_alloc(b, 2, &f) != STATUS_OK) {
    return "no small arena";
  }
  if (buddy_free(b, f, BUDDY_MAX_ORDER + 1) != STATUS_BAD_ORDER) {
    return "bad order";
  }
  if (buddy_free(b, 64, 0) != STATUS_OUT_OF_RANGE) {
    return "out of range";
  }
  if (buddy_free(b, f + 1, 1) != STATUS_MISALIGNED) {
    return "misaligned";
  }
  if (buddy_free(b, 3, 0) != STATUS_RESERVED) {
    return "reserved";
  }
  if (buddy_free(b, f, 1) != STATUS_WRONG_ORDER || buddy_free(b, f + 1, 0) != STATUS_INTERIOR) {
    return "wrong order or interior";
  }
  if (buddy_free_frames(b) != 44) {
    return "a refused free changed the count";
  }
  if (buddy_free(b, f, 2) != STATUS_OK) {
    return "not taken back";
  }
  if (buddy_free(b, f, 2) != STATUS_DOUBLE_FREE || buddy_free_frames(b) != 48) {
    return "double free";
  }
  return buddy_check(b);
}

/* Wrong orders and interior frames only the buddy can be asked about: a small one of its own,
 * with its words in a block of the kernel's. */
const char *bad_frees_are_refused(void)
{
  struct buddy b;
  frame_t words;
  uint64_t n = buddy_words(64);
  uint32_t order = 0;
  while (((uint64_t)FRAME_SIZE << order) < 8 * n) {
    order++;
  }
  if (frame_alloc(&memory.frames, order, OWNER_KERNEL, 0, &words) != STATUS_OK ||
      buddy_init(&b, 64, frame_view(words), n) != STATUS_OK) {
    return "no small arena";
  }
  const char *result = bad_frees_on(&b);
  return frame_put(&memory.frames, words) == STATUS_OK ? result : "arena not taken back";
}

const char *bad_puts_are_refused(void)
{
  struct frames *db = &memory.frames;
  frame_t f, image = (frame_t)((uint64_t)image_start / FRAME_SIZE);
  if (frame_alloc(db, 0, OWNER_USER, 0, &f) != STATUS_OK || frame_get(db, f) != STATUS_OK ||
      frame_put(db, f) != STATUS_OK || db->records[f].references != 1 ||
      frame_put(db, f) != STATUS_OK) {
    return "a frame with two references";
  }
  struct counts before = count();
  if (frame_put(db, f) != STATUS_DOUBLE_FREE || frame_get(db, f) != STATUS_NOT_ALLOCATED) {
    return "double put";
  }
  if (frame_put(db, image) != STATUS_RESERVED || frame_put(db, 0) != STATUS_RESERVED ||
      frame_put(db, (frame_t)memory.records.first) != STATUS_RESERVED) {
    return "reserved";
  }
  if (frame_put(db, (frame_t)db->nframes) != STATUS_OUT_OF_RANGE ||
      frame_put(db, UINT32_MAX) != STATUS_OUT_OF_RANGE) {
    return "out of range";
  }
  if (frame_alloc(db, BUDDY_MAX_ORDER + 1, OWNER_USER, 0, &f) != STATUS_BAD_ORDER ||
      frame_alloc(db, 0, OWNER_FREE, 0, &f) != STATUS_BAD_OWNER ||
      frame_alloc(db, 0, OWNER_USER, FRAME_POISONED, &f) != STATUS_BAD_ARGUMENT) {
    return "bad order, owner or flag";
  }
  return same(before, count()) ? 0 : "a refused call changed the free blocks";
}

static const char *bad_mappings_of(frame_t f)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  frame_t image = (frame_t)((uint64_t)image_start / FRAME_SIZE);
  struct counts before = count();
  if (pagetable_map(s, PAGETABLE_HALF, f, 1, 0) != STATUS_NOT_CANONICAL ||
      pagetable_map(s, SCRATCH + 8, f, 1, 0) != STATUS_MISALIGNED) {
    return "bad address";
  }
  if (pagetable_map(s, SCRATCH, f, 1, PAGE_WRITE | PAGE_EXECUTE) != STATUS_BAD_PERMISSION) {
    return "writable and executable";
  }
  if (pagetable_map(s, SCRATCH, (frame_t)memory.frames.nframes, 1, 0) != STATUS_OUT_OF_RANGE ||
      pagetable_map(s, SCRATCH, image, 1, 0) != STATUS_RESERVED ||
      pagetable_map(s, SCRATCH, s->root, 1, 0) != STATUS_BAD_OWNER) {
    return "bad frame";
  }
  uint64_t shown = (uint64_t)frame_view(f);
  if (pagetable_query(s, shown, &was) != STATUS_OK ||
      pagetable_map(s, shown, f, 1, 0) !=
          (was.level > 1 ? STATUS_LARGER_PAGE : STATUS_ALREADY_MAPPED) ||
      pagetable_map(s, shown - f % page_span(was.level) * PAGE_SIZE,
                    (frame_t)(f - f % page_span(was.level)), was.level,
                    PAGE_UNOWNED) != STATUS_ALREADY_MAPPED) {
    return "already mapped";
  }
  if (pagetable_unmap(s, SCRATCH, 1, &was, &owed) != STATUS_NOT_MAPPED ||
      pagetable_protect(s, SCRATCH, 1, 0, &was, &owed) != STATUS_NOT_MAPPED ||
      pagetable_query(s, SCRATCH, &was) != STATUS_NOT_MAPPED) {
    return "not mapped";
  }
  bool refused = memory.frames.records[f].references == 1 && same(before, count()) &&
                 owed.pages == 0 && !owed.tables;
  return refused ? 0 : "a refused call changed something";
}

const char *bad_mappings_are_refused(void)
{
  frame_t f;
  if (frame_alloc(&memory.frames, 0, OWNER_KERNEL, 0, &f) != STATUS_OK) {
    return "no frame";
  }
  const char *result = bad_mappings_of(f);
  return frame_put(&memory.frames, f) == STATUS_OK ? result : "references";
}

/* Two pages on frame f; then the first of them on frame g. */
static const char *alias(frame_t f, frame_t g)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  volatile uint64_t *a = (uint64_t *)SCRATCH, *b = (uint64_t *)(SCRATCH + PAGE_SIZE);
  volatile uint64_t *direct = frame_view(f), *other = frame_view(g);
  *direct = 0;
  *other = 0x9ABC;
  if (pagetable_map(s, SCRATCH, f, 1, PAGE_WRITE) != STATUS_OK ||
      pagetable_map(s, SCRATCH + PAGE_SIZE, f, 1, PAGE_WRITE) != STATUS_OK) {
    return "no two pages";
  }
  *a = 0x1234;
  bool shared = *b == 0x1234 && *direct == 0x1234;
  *b = 0x5678;
  shared = shared && *a == 0x5678 && *direct == 0x5678;
  bool gone =
      pagetable_unmap(s, SCRATCH, 1, &was, &owed) == STATUS_OK && was.frame == f && was.dirty;
  settle(&owed);
  gone = gone && probe_read(SCRATCH) == 0 && *b == 0x5678;
  bool moved = pagetable_map(s, SCRATCH, g, 1, PAGE_WRITE) == STATUS_OK && *a == 0x9ABC;
  *a = 0xDEF0;
  moved = moved && *other == 0xDEF0 && *b == 0x5678;
  bool fixed =
      pagetable_protect(s, SCRATCH, 1, 0, &was, &owed) == STATUS_OK && was.frame == g && was.dirty;
  settle(&owed);
  fixed = fixed && probe_write(SCRATCH) == 3 && *a == 0xDEF0;
  gone = pagetable_unmap(s, SCRATCH, 1, &was, &owed) == STATUS_OK && gone;
  gone = pagetable_unmap(s, SCRATCH + PAGE_SIZE, 1, &was, &owed) == STATUS_OK && gone;
  settle(&owed);
  gone = gone && probe_write(SCRATCH) == 2 && probe_write(SCRATCH + PAGE_SIZE) == 2;
  if (!shared || !gone) {
    return shared ? "no fault after unmap" : "writes not shared";
  }
  if (!fixed) {
    return "a page is written to after protect";
  }
  return moved ? 0 : "remap does not show the other frame";
}

const char *aliases_share_a_frame(void)
{
  frame_t f, g;
  if (frame_alloc(&memory.frames, 0, OWNER_KERNEL, 0, &f) != STATUS_OK ||
      frame_alloc(&memory.frames, 0, OWNER_KERNEL, 0, &g) != STATUS_OK) {
    return "no two frames";
  }
  const char *result = alias(f, g);
  if (result == 0 &&
      (memory.frames.records[f].references != 1 || memory.frames.records[g].references != 1)) {
    result = "references";
  }
  bool back = frame_put(&memory.frames, f) == STATUS_OK;
  back = frame_put(&memory.frames, g) == STATUS_OK && back;
  return back ? result : "frames not taken back";
}

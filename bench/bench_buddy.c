/* The buddy allocator beside an array stack with a double-free bit. */
#include "bench.h"
#include "buddy.h"

#define WORST_OPERATIONS 20000u
#define WORST_ROUNDS 8u /* for each of the other figures' */

struct arena {
  struct buddy buddy;
  struct stack stack;
  uint64_t nframes;
  uint64_t *words;
  frame_t *stack_frames;
  uint64_t *stack_bits;
  frame_t *taken;  /* frames in the order they were handed out */
  uint32_t *visit; /* the order in which they are given back */
};

static void arena_fresh(struct arena *arena)
{
  must(buddy_init(&arena->buddy, arena->nframes, arena->words, buddy_words(arena->nframes)),
       "init");
  must(buddy_release(&arena->buddy, 0, arena->nframes), "release");
  stack_init(&arena->stack, arena->stack_frames, arena->stack_bits, arena->nframes);
}

static void arena_make(struct arena *arena, uint64_t nframes)
{
  arena->nframes = nframes;
  arena->words = arena_map(8 * buddy_words(nframes));
  arena->stack_frames = arena_map(4 * nframes);
  arena->stack_bits = arena_map(nframes / 8 + 8);
  arena->taken = arena_map(4 * nframes);
  arena->visit = arena_map(4 * nframes);
  arena_fresh(arena);
}

static void arena_drop(struct arena *arena)
{
  arena_unmap(arena->words, 8 * buddy_words(arena->nframes));
  arena_unmap(arena->stack_frames, 4 * arena->nframes);
  arena_unmap(arena->stack_bits, arena->nframes / 8 + 8);
  arena_unmap(arena->taken, 4 * arena->nframes);
  arena_unmap(arena->visit, 4 * arena->nframes);
}

/* Takes every frame, gives every frame back in the arena's visiting order; ns per operation. */
static void buddy_round(struct arena *arena, double *alloc, double *free)
{
  uint64_t n = arena->nframes;
  uint64_t start = now_ns();
  for (uint64_t i = 0; i < n; i++)
    must(buddy_alloc(&arena->buddy, 0, &arena->taken[i]), "alloc");
  uint64_t middle = now_ns();
  for (uint64_t i = 0; i < n; i++)
    must(buddy_free(&arena->buddy, arena->taken[arena->visit[i]], 0), "free");
  uint64_t end = now_ns();
  *alloc = (double)(middle - start) / (double)n;
  *free = (double)(end - middle) / (double)n;
}

static void stack_round(struct arena *arena, double *alloc, double *free)
{
  uint64_t n = arena->nframes;
  uint64_t start = now_ns();
  for (uint64_t i = 0; i < n; i++)
    must(stack_alloc(&arena->stack, &arena->taken[i]) ? STATUS_OK : STATUS_OUT_OF_MEMORY, "pop");
  uint64_t middle = now_ns();
  for (uint64_t i = 0; i < n; i++)
    must(stack_free(&arena->stack, arena->taken[arena->visit[i]]) ? STATUS_OK : STATUS_DOUBLE_FREE,
         "push");
  uint64_t end = now_ns();
  *alloc = (double)(middle - start) / (double)n;
  *free = (double)(end - middle) / (double)n;
}

static void bench_order0(struct arena *arena, enum pattern pattern, const char *how,
                         double alloc_goal, double free_goal, uint32_t rounds)
{
  double alloc[BENCH_ROUNDS_MAX];
  double free[BENCH_ROUNDS_MAX];
  double floor_alloc[BENCH_ROUNDS_MAX];
  double floor_free[BENCH_ROUNDS_MAX];
  visit_order(pattern, arena->visit, (uint32_t)arena->nframes);
  stack_round(arena, &floor_alloc[0], &floor_free[0]); /* warm-up, overwritten below */
  buddy_round(arena, &alloc[0], &free[0]);
  for (uint32_t r = 0; r < rounds; r++) {
    stack_round(arena, &floor_alloc[r], &floor_free[r]);
    buddy_round(arena, &alloc[r], &free[r]);
  }
  report("buddy alloc", how,
         (struct figure){.arena_frames = arena->nframes,
                         .value = median(alloc, rounds),
                         .floor = median(floor_alloc, rounds),
                         .goal = alloc_goal,
                         .unit = "ns"});
  report("buddy free", how,
         (struct figure){.arena_frames = arena->nframes,
                         .value = median(free, rounds),
                         .floor = median(floor_free, rounds),
                         .goal = free_goal,
                         .unit = "ns"});
}

/* A random order 0 .. 8, small ones more likely, as kernels ask for them. */
static uint32_t random_order(uint64_t *seed)
{
  uint32_t order = 0;
  for (uint64_t bits = random_next(seed); order < 8 && bits & 1; bits >>= 1)
    order++;
  return order;
}

struct churn {
  uint64_t live;
  uint64_t seed;
  frame_t *frames;
  uint8_t *orders;
};

/* Allocates until the share of used frames is reached. */
static void churn_fill(struct arena *arena, struct churn *churn, uint32_t percent)
{
  uint64_t floor_free = arena->nframes - arena->nframes * percent / 100;
  while (buddy_free_frames(&arena->buddy) > floor_free) {
    uint32_t order = random_order(&churn->seed);
    frame_t frame;
    if (buddy_alloc(&arena->buddy, order, &frame) != STATUS_OK)
      break;
    churn->frames[churn->live] = frame;
    churn->orders[churn->live++] = (uint8_t)order;
  }
}

/* One free of a random block and one alloc of a random order; ns for each of the two. */
static double churn_round(struct arena *arena, struct churn *churn, uint32_t pairs)
{
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < pairs; i++) {
    uint64_t victim = random_next(&churn->seed) % churn->live;
    must(buddy_free(&arena->buddy, churn->frames[victim], churn->orders[victim]), "churn free");
    churn->frames[victim] = churn->frames[--churn->live];
    churn->orders[victim] = churn->orders[churn->live];
    uint32_t order = random_order(&churn->seed);
    if (buddy_alloc(&arena->buddy, order, &churn->frames[churn->live]) == STATUS_OK)
      churn->orders[churn->live++] = (uint8_t)order;
  }
  return (double)(now_ns() - start) / (2.0 * pairs);
}

static void bench_churn(struct arena *arena, uint32_t percent, const char *how, uint32_t rounds)
{
  double time[BENCH_ROUNDS_MAX];
  struct churn churn = {.seed = percent, .frames = arena_map(4 * arena->nframes)};
  churn.orders = arena_map(arena->nframes);
  arena_fresh(arena);
  churn_fill(arena, &churn, percent);
  (void)churn_round(arena, &churn, 100000);
  for (uint32_t r = 0; r < rounds; r++)
    time[r] = churn_round(arena, &churn, 100000);
  report(
      "buddy mixed orders", how,
      (struct figure){.arena_frames = arena->nframes, .value = median(time, rounds), .unit = "ns"});
  arena_unmap(churn.frames, 4 * arena->nframes);
  arena_unmap(churn.orders, arena->nframes);
}

/* Lowers least to what this operation took, if that is less. */
static void keep_least(uint32_t *least, uint64_t start)
{
  uint64_t took = now_ns() - start;
  if (took < *least)
    *least = (uint32_t)took;
}

static double largest(const uint32_t *values, uint32_t count)
{
  uint32_t most = 0;
  for (uint32_t i = 0; i < count; i++)
    most = values[i] > most ? values[i] : most;
  return most;
}

/* Worst single operation: from one free block of the highest order, frames are taken and
 * given back one by one, so that full splits and full merges are among the operations. */
static void bench_worst(struct arena *arena, uint32_t rounds)
{
  static uint32_t alloc[WORST_OPERATIONS];
  static uint32_t free[WORST_OPERATIONS];
  uint32_t clock = UINT32_MAX;
  for (uint32_t i = 0; i < WORST_OPERATIONS; i++)
    alloc[i] = free[i] = UINT32_MAX;
  for (uint32_t r = 0; r < WORST_ROUNDS * rounds; r++) {
    uint64_t seed = 7;
    frame_t warm;
    arena_fresh(arena);
    must(buddy_alloc(&arena->buddy, 0, &warm), "warm-up");
    must(buddy_free(&arena->buddy, warm, 0), "warm-up");
    for (uint32_t i = 0; i < WORST_OPERATIONS; i++) {
      frame_t frame;
      uint32_t order = i % 2 ? random_order(&seed) : 0;
      uint64_t start = now_ns();
      must(buddy_alloc(&arena->buddy, order, &frame), "alloc");
      keep_least(&alloc[i], start);
      start = now_ns();
      must(buddy_free(&arena->buddy, frame, order), "free");
      keep_least(&free[i], start);
      keep_least(&clock, now_ns());
      must(buddy_alloc(&arena->buddy, 0, &frame), "alloc");
    }
  }
  double read = clock;
  report("buddy alloc", "worst single operation",
         (struct figure){.arena_frames = arena->nframes,
                         .value = largest(alloc, WORST_OPERATIONS) - read,
                         .goal = 150,
                         .unit = "ns"});
  report("buddy free", "worst single operation",
         (struct figure){.arena_frames = arena->nframes,
                         .value = largest(free, WORST_OPERATIONS) - read,
                         .goal = 150,
                         .unit = "ns"});
}

void bench_buddy(uint64_t nframes, uint32_t rounds)
{
  struct arena arena = {0};
  arena_make(&arena, nframes);
  report("buddy metadata", "per frame",
         (struct figure){.arena_frames = nframes,
                         .goal = 1,
                         .unit = "bytes",
                         .value = 8.0 * (double)buddy_words(nframes) / (double)nframes});
  bench_order0(&arena, PATTERN_LIFO, "order 0, LIFO", 4, 6, rounds);
  bench_order0(&arena, PATTERN_FIFO, "order 0, FIFO", 4, 6, rounds);
  bench_order0(&arena, PATTERN_RANDOM, "order 0, random", 8, 8, rounds);
  bench_churn(&arena, 50, "50 % used", rounds);
  bench_churn(&arena, 90, "90 % used", rounds);
  bench_worst(&arena, rounds);
  arena_drop(&arena);
}

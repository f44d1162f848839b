/* Benchmarks: each figure beside a floor measured in the same run.
 *
 * A figure is the median over rounds of (time of a batch / operations in it); one
 * warm-up round is not counted. "Worst" figures are the largest, over the operations
 * of a fixed sequence, of the smallest time that operation took in any round: the
 * minimum removes interrupts, which hit another operation each time. They take
 * WORST_ROUNDS times as many rounds, for one is short.
 */
#ifndef ASHLAR_BENCH_H
#define ASHLAR_BENCH_H

#include "status.h"
#include "types.h"

#define BENCH_ROUNDS_MAX 32u

/* The order in which blocks or pages are visited. */
enum pattern { PATTERN_LIFO, PATTERN_FIFO, PATTERN_RANDOM };

/* One line of the result. goal 0: nothing to reach. */
struct figure {
  char name[48];
  uint64_t arena_frames;
  double value; /* ns per operation, or bytes per frame */
  double floor; /* 0 when the figure has none */
  double goal;  /* the most value may be: absolute, or a multiple of floor */
  const char *unit;
};

/* timing.c */
uint64_t now_ns(void);
double median(double *values, uint32_t count); /* sorts values */
uint64_t random_next(uint64_t *state);         /* splitmix64 */
/* Fills order with 0 .. count-1 as the pattern visits them. */
void visit_order(enum pattern pattern, uint32_t *order, uint32_t count);
void *arena_map(uint64_t bytes); /* zeroed, touched only when used; exits when refused */
void arena_unmap(void *memory, uint64_t bytes);
/* Ends the run with a message when status is not STATUS_OK. */
void must(enum status status, const char *what);

/* report.c: "what, how" is the figure's name. */
void report(const char *what, const char *how, struct figure named);
int report_json(const char *path);

/* floor_stack.c: an array stack of frames with a bit per frame against double frees. */
struct stack {
  frame_t *frames;
  uint64_t *allocated;
  uint64_t count;
};
void stack_init(struct stack *stack, frame_t *frames, uint64_t *allocated, uint64_t nframes);
bool stack_alloc(struct stack *stack, frame_t *out);
bool stack_free(struct stack *stack, frame_t frame);

/* floor_walker.c: four loads and a store, no check at all; both return the entry as it was,
 * from which the caller, too, knows what to flush. */
uint64_t walker_map(uint64_t *memory, frame_t root, uint64_t address, frame_t frame);
uint64_t walker_unmap(uint64_t *memory, frame_t root, uint64_t address);
/* Fills a table with entries of pages in a row, and looks whether one is filled so. */
void walker_fill(uint64_t *memory, frame_t table, frame_t first);
bool walker_is_row(const uint64_t *memory, frame_t table, frame_t first);
/* The same walk to the table of level 1 that begins at address, which is then filled so. */
void walker_map_table(uint64_t *memory, frame_t root, uint64_t address, frame_t first);
/* The same walk, then the table's entries one after the other: taken away, given
 * these low bits, looked at. Whether all were present; of the last one, whether they are pages in a row. */
bool walker_unmap_table(uint64_t *memory, frame_t root, uint64_t address);
bool walker_protect_table(uint64_t *memory, frame_t root, uint64_t address, uint64_t bits);
bool walker_query_table(uint64_t *memory, frame_t root, uint64_t address);
/* The first two with an atomic exchange of each entry, so that no bit is lost which the processor sets meanwhile. */
bool walker_unmap_table_atomic(uint64_t *memory, frame_t root, uint64_t address);
bool walker_protect_table_atomic(uint64_t *memory, frame_t root, uint64_t address, uint64_t bits);

/* bench_buddy.c, bench_pagetable.c */
void bench_buddy(uint64_t nframes, uint32_t rounds);
void bench_pagetable(uint64_t nframes, uint32_t rounds);

#endif

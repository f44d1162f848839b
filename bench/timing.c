#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

uint64_t now_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

double median(double *values, uint32_t count)
{
  qsort(values, count, sizeof *values, by_value);
  return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

uint64_t random_next(uint64_t *state)
{
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void visit_order(enum pattern pattern, uint32_t *order, uint32_t count)
{
  uint64_t seed = 1;
  for (uint32_t i = 0; i < count; i++)
    order[i] = pattern == PATTERN_LIFO ? count - 1 - i : i;
  for (uint32_t i = count; pattern == PATTERN_RANDOM && i > 1; i--) {
    uint32_t j = (uint32_t)(random_next(&seed) % i);
    uint32_t swap = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swap;
  }
}

void *arena_map(uint64_t bytes)
{
  void *memory =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    perror("bench: mmap");
    exit(2);
  }
  return memory;
}

void arena_unmap(void *memory, uint64_t bytes)
{
  munmap(memory, bytes);
}

void must(enum status status, const char *what)
{
  if (status != STATUS_OK) {
    (void)fprintf(stderr, "bench: %s: %s\n", what, status_name(status));
    exit(2);
  }
}

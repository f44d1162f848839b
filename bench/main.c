/* bench [--rounds N] [--json FILE]: every figure on a 1 GiB and a 4 GiB arena. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(FILE *out, int code)
{
  (void)fprintf(out, "usage: bench [--rounds 1..%u] [--json FILE]\n", BENCH_ROUNDS_MAX);
  return code;
}

int main(int argc, char **argv)
{
  static const uint64_t arenas[] = {0x40000, 0x100000};
  const char *json = NULL;
  unsigned long rounds = 9;
  for (int i = 1; i < argc; i += 2) {
    if (strcmp(argv[i], "--help") == 0)
      return usage(stdout, 0);
    if (i + 1 == argc)
      return usage(stderr, 2);
    if (strcmp(argv[i], "--rounds") == 0)
      rounds = strtoul(argv[i + 1], NULL, 10);
    else if (strcmp(argv[i], "--json") == 0)
      json = argv[i + 1];
    else
      return usage(stderr, 2);
  }
  if (rounds < 1 || rounds > BENCH_ROUNDS_MAX)
    return usage(stderr, 2);
  for (size_t i = 0; i < sizeof arenas / sizeof *arenas; i++) {
    bench_buddy(arenas[i], (uint32_t)rounds);
    bench_pagetable(arenas[i], (uint32_t)rounds);
  }
  return json ? report_json(json) : 0;
}

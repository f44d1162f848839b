/* The command: replays inputs and prints what they do.
 *
 *     replay [-e N] [-j FILE] INPUT        every operation with its result, and the digest
 *     replay -q [-e N] INPUT...            one line an input
 *
 * -e N asks the core's check functions every N operations (default 16; 0: never); -j writes the result as
 * JSON. Exit status 1 when an operation did what the model does not allow, 2 when an input cannot be read. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

enum { INPUT_MAX = OPS_HEADER_BYTES + OPS_BYTES * OPS_MAX };

static struct replay r;
static uint8_t input[INPUT_MAX + 1];

/* Its size; more bytes than any input has a meaning for are not read. */
static size_t read_input(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (!file) {
    (void)fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    exit(2);
  }
  size_t size = fread(input, 1, sizeof input, file);
  bool failed = ferror(file) != 0;
  (void)fclose(file);
  if (failed) {
    (void)fprintf(stderr, "replay: %s: cannot be read\n", path);
    exit(2);
  }
  return size;
}

/* Sizes and addresses are easier to read in hexadecimal. */
static bool is_wide(const char *name)
{
  return !strcmp(name, "address") || !strcmp(name, "base") || !strcmp(name, "length");
}

static void print_values(int n, const char *const *names, const uint64_t *values)
{
  for (int i = 0; i < n && names[i]; i++) {
    if (!strcmp(names[i], "owner"))
      printf(" owner=%s", owner_name((enum owner)values[i]));
    else if (is_wide(names[i]) || values[i] > UINT32_MAX)
      printf(" %s=0x%" PRIx64, names[i], values[i]);
    else
      printf(" %s=%" PRIu64, names[i], values[i]);
  }
}

static void print_step(const struct replay_step *step, uint32_t index)
{
  const struct op_shape *shape = ops_shape(step->op.kind);
  printf("%4" PRIu32 "  %s", index, shape->name);
  if (!step->called) {
    printf(" (%s)\n", step->op.kind == OP_NOTHING ? "nothing" : "not possible now");
    return;
  }
  print_values(5, shape->args, step->args);
  printf(" -> %s", status_name(step->status));
  if (step->status == STATUS_OK)
    print_values(4, shape->outs, step->outs);
  if (step->level != 1)
    printf(" level=%" PRIu32, step->level);
  printf("\n");
}

static void print_machine(void)
{
  static const char *const maps[MACHINE_MAPS] = {"free", "holes", "firmware", "reserved"};
  printf("machine frames=%" PRIu32 " map=%s seed=%" PRIu32 " swarm=0x%04" PRIx32
         " largest_order=%u\n",
         r.machine.nframes, maps[r.machine.map], r.machine.seed, r.machine.swarm, BUDDY_MAX_ORDER);
  for (uint32_t i = 0; i < r.nstart; i++)
    printf("      free at the start: %" PRIu64 " .. %" PRIu64 "\n", r.start[i].first,
           r.start[i].end - 1);
}

static void print_broken(const char *path)
{
  if (r.index < r.count)
    printf("%s: broken by operation %" PRIu32 " (%s): %s\n", path, r.index,
           ops_shape(r.step.op.kind)->name, r.broken);
  else
    printf("%s: broken at the end: %s\n", path, r.broken);
  if (r.step.status != r.step.expected)
    printf("%s: the core says \"%s\", the model \"%s\"\n", path, status_name(r.step.status),
           status_name(r.step.expected));
}

/* Clauses are plain words: no character of theirs needs an escape. */
static void write_json(const char *path)
{
  FILE *file = fopen(path, "w");
  if (!file) {
    (void)fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    exit(2);
  }
  (void)fprintf(file,
                "{\"ops\": %" PRIu32 ", \"digest\": \"%016" PRIx64
                "\", \"largest_order\": %u, \"broken\": ",
                r.index, r.digest, BUDDY_MAX_ORDER);
  if (r.broken)
    (void)fprintf(file, "\"%s\"}\n", r.broken);
  else
    (void)fprintf(file, "null}\n");
  (void)fclose(file);
}

static bool show(const char *path, uint32_t check_every)
{
  size_t size = read_input(path);
  replay_begin(&r, input, size, check_every);
  print_machine();
  for (uint32_t index = 0; replay_next(&r); index++)
    print_step(&r.step, index);
  if (r.broken)
    print_broken(path);
  printf("replay: ops=%" PRIu32 " digest=%016" PRIx64 "%s\n", r.index, r.digest,
         r.broken ? " BROKEN" : "");
  return r.broken == NULL;
}

static bool show_line(const char *path, uint32_t check_every)
{
  size_t size = read_input(path);
  (void)replay_run(&r, input, size, check_every);
  if (r.broken)
    print_broken(path);
  else
    printf("%s: ops=%" PRIu32 " digest=%016" PRIx64 "\n", path, r.index, r.digest);
  return r.broken == NULL;
}

static int usage(void)
{
  (void)fprintf(stderr, "usage: replay [-e N] [-j FILE] INPUT\n       replay -q [-e N] INPUT...\n");
  return 2;
}

int main(int argc, char **argv)
{
  uint32_t check_every = 16;
  const char *json = NULL;
  bool quiet = false;
  bool good = true;
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (!strcmp(argv[i], "-q"))
      quiet = true;
    else if (!strcmp(argv[i], "-e") && i + 1 < argc)
      check_every = (uint32_t)strtoul(argv[++i], NULL, 10);
    else if (!strcmp(argv[i], "-j") && i + 1 < argc)
      json = argv[++i];
    else
      return usage();
  }
  if (i == argc || (!quiet && i + 1 < argc))
    return usage();
  replay_prepare(&r);
  for (; i < argc; i++)
    good = (quiet ? show_line(argv[i], check_every) : show(argv[i], check_every)) && good;
  if (json)
    write_json(json);
  return good ? 0 : 1;
}

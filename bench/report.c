#include "bench.h"

#include <stdio.h>
#include <unistd.h>

#define FIGURES_MAX 128u

static struct figure figures[FIGURES_MAX];
static uint32_t count;

/* The most a figure may be: goal, or goal times the floor. */
static double limit_of(const struct figure *figure)
{
  return figure->floor > 0 ? figure->goal * figure->floor : figure->goal;
}

void report(const char *what, const char *how, struct figure named)
{
  struct figure *figure = &named;
  (void)snprintf(named.name, sizeof named.name, "%s, %s", what, how);
  if (count < FIGURES_MAX)
    figures[count++] = named;
  printf("bench: %-34s %4llu MiB %8.2f %s", figure->name,
         (unsigned long long)(figure->arena_frames / 256), figure->value, figure->unit);
  if (figure->floor > 0)
    printf("  floor %5.2f  ratio %5.2f", figure->floor, figure->value / figure->floor);
  if (figure->goal > 0)
    printf("  goal %s%g  %s", figure->floor > 0 ? "ratio <= " : "<= ", figure->goal,
           figure->value <= limit_of(figure) ? "reached" : "not reached");
  putchar('\n');
  (void)fflush(stdout);
}

int report_json(const char *path)
{
  FILE *out = fopen(path, "w");
  if (!out) {
    perror(path);
    return 2;
  }
  (void)fprintf(out, "[\n");
  for (uint32_t i = 0; i < count; i++) {
    const struct figure *f = &figures[i];
    (void)fprintf(out,
                  "  {\"name\": \"%s\", \"arena_mib\": %llu, \"value\": %.3f, \"unit\": \"%s\", "
                  "\"floor\": %.3f, \"goal\": %g, \"reached\": %s}%s\n",
                  f->name, (unsigned long long)(f->arena_frames / 256), f->value, f->unit, f->floor,
                  f->goal, f->goal <= 0 || f->value <= limit_of(f) ? "true" : "false",
                  i + 1 < count ? "," : "");
  }
  (void)fprintf(out, "]\n");
  return fclose(out) == 0 ? 0 : 2;
}

/* The corpus as data, for a program that has no files: build/fuzz/embed-FORMAT.c, written by fuzz/embed.py. */
#ifndef ASHLAR_EMBED_H
#define ASHLAR_EMBED_H

#include <stddef.h>
#include <stdint.h>

struct embedded_input {
  const char *name;
  const uint8_t *bytes;
  size_t size;
  uint64_t digest; /* with BUDDY_MAX_ORDER 18, and the format's page tables */
};

extern const struct embedded_input embedded_inputs[];
extern const size_t embedded_count;

#endif

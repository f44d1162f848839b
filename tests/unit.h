/* What every unit test includes: cmocka needs these four headers before it. */
#ifndef ASHLAR_UNIT_H
#define ASHLAR_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A small deterministic generator (xorshift64*), for the same sequence on every run. */
static inline uint64_t unit_random(uint64_t *state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545F4914F6CDD1Du;
}

#endif

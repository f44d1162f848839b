/* The words of the core: frame, run. Freestanding C11; no other dependency.
 *
 * A *frame* is 4 KiB of physical memory, named by its number (address / 4096).
 * A *run* is a half-open range of frames, first .. end - 1.
 */
#ifndef ASHLAR_TYPES_H
#define ASHLAR_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes in a frame. */
#define FRAME_SIZE 4096u

/* The most frames the core manages: 2^32, that is 16 TiB. Counts of frames are
 * therefore 64 bits wide, frame numbers 32. */
#define FRAMES_MAX 0x100000000u

/* A frame number, 0 .. FRAMES_MAX - 1. */
typedef uint32_t frame_t;

/* The frames first .. end - 1; empty when first == end. Both may be FRAMES_MAX,
 * so they are wider than a frame number. */
struct run {
  uint64_t first;
  uint64_t end;
};

#endif

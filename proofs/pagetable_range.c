/* Proves core/range.h and core/pagetable_range.c for any predicate on the frame database that their functions keep. */
#define ASHLAR_FRAMES_OPAQUE
#include "../core/pagetable_range.c"

/* Proves core/pagetable_map_range.c for any predicate on the frame database that its functions keep. */
#define ASHLAR_FRAMES_OPAQUE
#include "../core/pagetable_map_range.c"

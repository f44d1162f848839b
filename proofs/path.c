/* Proves core/path.h for any predicate on the frame database that its functions keep. */
#define ASHLAR_FRAMES_OPAQUE
#include "../core/path.h"

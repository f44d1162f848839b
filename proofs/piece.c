/* Proves core/piece.h, and what is said of a range cut into pages, of which it sees the definition. */
#define ASHLAR_FRAMES_OPAQUE
#define ASHLAR_MISSING_DEFINED
#include "../core/piece.h"

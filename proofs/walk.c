/* Proves core/walk.h, and what annotations/walk.acsl says of the tables on the way to a page, from their definitions. */
#define ASHLAR_WALK_DEFINED
#include "../core/walk.h"

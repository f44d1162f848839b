/* Proves what annotations/same_buddy.acsl says to who uses a buddy, with the tree in view. */
#define ASHLAR_BUDDY_DEFINED
#include "../core/buddy.h"

#include "../annotations/same_buddy.acsl"

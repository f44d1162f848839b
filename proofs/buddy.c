/* Proves core/buddy.c, with the tree in view. */
#define ASHLAR_BUDDY_DEFINED
#include "../core/buddy.c"

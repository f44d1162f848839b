/* Proves core/bitset.c, with what the levels are in view. */
#define ASHLAR_BITSET_DEFINED
#include "../core/bitset.c"

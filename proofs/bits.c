/* Proves core/bits.h against the definition of Bit that its clients do not see. */
#define ASHLAR_BITS_DEFINED
#include "../core/bits.h"

/* Proves core/table.h from the contracts of the frame database: what its validity is made of is not in view. */
#define ASHLAR_HELD_OPAQUE
#define ASHLAR_COUNT_DEFINED
#include "../core/table.h"

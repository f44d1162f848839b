/* Proves arch/x86_64/pte.h against the layout of the entry that its clients do not see. */
#define ASHLAR_PTE_DEFINED
#include "../annotations/pte_x86_64.acsl"

#include "../arch/x86_64/pte.h"

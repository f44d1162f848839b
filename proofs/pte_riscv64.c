/* Proves arch/riscv64/pte.h against the layout of the entry that its clients do not see. */
#define ASHLAR_PTE_DEFINED
#include "../annotations/pte_riscv64.acsl"

#include "../arch/riscv64/pte.h"

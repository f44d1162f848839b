#include "memory_type.h"

#include "console.h"
#include "cpu.h"

#define WRITE_COMBINING_ENTRY 1u /* see pte.h */

bool has_memory_types(void)
{
  return (cpuid(1).d & 1u << 16) != 0;
}

uint32_t memory_type(uint32_t entry)
{
  return (uint32_t)(read_msr(MSR_PAT) >> (8 * entry)) & 0xFFu;
}

/* Intel SDM vol. 3, 11.12.4 "Programming the PAT", asks for the procedure of 11.11.8: no-fill mode, caches and TLB
 * emptied before and after. What it says of other processors and of the MTRRs, which stay, does not apply. */
void memory_types_start(void)
{
  if (!has_memory_types()) {
    print("# no page attribute table: write-combining pages are write-through\n");
    return;
  }
  uint64_t cr0 = read_cr0() & ~(uint64_t)(CR0_CD | CR0_NW), shift = 8 * WRITE_COMBINING_ENTRY;
  uint64_t others = read_msr(MSR_PAT) & ~((uint64_t)0xFF << shift);
  write_cr0(cr0 | CR0_CD);
  flush_caches();
  write_cr3(read_cr3()); /* empties the TLB: no page is global yet */
  write_msr(MSR_PAT, others | (uint64_t)TYPE_WRITE_COMBINING << shift);
  flush_caches();
  write_cr3(read_cr3());
  write_cr0(cr0);
}

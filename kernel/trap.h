/* Exceptions: a report and the end, unless a probe asked for the fault. */
#ifndef ASHLAR_TRAP_H
#define ASHLAR_TRAP_H

#include <stdint.h>

#define FIRST_INTERRUPT                                                                            \
  32u /* vectors of the interrupt controller's 8 lines, behind the exceptions */

/* GDT, TSS with a stack of its own for double faults, IDT. */
void trap_start(void);

/* Tries one access: PROBE_DONE; PROBE_REFUSED, when the address is not canonical: a general protection fault; or the
 * error code of the page fault it made. probe_execute is for canonical addresses, and the code there must be a
 * return instruction. */
#define PROBE_DONE UINT64_MAX
#define PROBE_REFUSED (UINT64_MAX - 2)
uint64_t probe_read(uint64_t address);
uint64_t probe_write(uint64_t address); /* writes a zero byte */
uint64_t probe_execute(uint64_t address);

/* Runs code of user mode with operand in rdi until it faults. The error code of its page fault; PROBE_DONE when
 * it got as far as a halt instruction, which user mode may not execute; or USER_LOST. */
#define USER_LOST (UINT64_MAX - 1)
uint64_t user_run(uint64_t operand, uint64_t code);

#endif

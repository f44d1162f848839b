#include "console.h"
#include "fault.h"
#include "memory.h"
#include "suite.h"
#include "trap.h"

_Noreturn void kernel_main(uint64_t start_info);

void kernel_main(uint64_t start_info)
{
  trap_start();
  memory_start(start_info);
  fault_if_asked(memory.command);
  leave(suite(memory.command));
}

#include "command.h"
#include "console.h"
#include "fault.h"
#include "memory.h"
#include "memory_type.h"
#include "prompt.h"
#include "suite.h"
#include "trap.h"

_Noreturn void kernel_main(uint64_t start_info);

void kernel_main(uint64_t start_info)
{
  trap_start();
  memory_types_start();
  memory_start(start_info);
  const char *kind = command_value(memory.command, "fault");
  if (kind != 0 && !fault(kind)) {
    print("Bail out! no such fault; the kinds are " FAULT_KINDS "\n");
    leave(0);
  }
  if (command_has(memory.command, "list")) {
    suite_list();
    leave(1);
  }
  if (command_has(memory.command, "prompt")) {
    console_start();
    prompt();
  }
  leave(suite(command_value(memory.command, "test")));
}

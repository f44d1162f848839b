#include "fault.h"

#include <stdint.h>

#include "command.h"
#include "memory.h"
#include "suite.h"

#define UNMAPPED (SCRATCH + 0x1238)

static void write_to(uint64_t address)
{
  *(volatile uint64_t *)address = 0;
}

static void call_data(void)
{
  static const uint8_t code = 0xC3; /* a return instruction */
  __asm__ volatile("call *%0" : : "r"(&code) : "memory");
}

static void overflow_stack(void)
{
  __asm__ volatile("1: push %rax; jmp 1b");
}

bool fault(const char *kind)
{
  if (word_is(kind, "page")) {
    write_to(UNMAPPED);
  } else if (word_is(kind, "text")) {
    write_to((uint64_t)text_start);
  } else if (word_is(kind, "fetch")) {
    call_data();
  } else if (word_is(kind, "double")) {
    overflow_stack();
  }
  return false;
}

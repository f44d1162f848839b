/* The serial console and the way out. */
#ifndef ASHLAR_CONSOLE_H
#define ASHLAR_CONSOLE_H

#include <stdint.h>

/* %s, %u (uint64_t, decimal), %x (uint64_t, hexadecimal with 0x); nothing else. */
void print(const char *format, ...);

/* Makes read_character usable; after trap_start. */
void console_start(void);

/* The next character that is typed; the processor sleeps until it comes. */
char read_character(void);

/* Ends the machine through isa-debug-exit: QEMU's status is 33 when ok, 35 when not. */
_Noreturn void leave(int ok);

#endif

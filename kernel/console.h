/* The serial console and the way out. */
#ifndef ASHLAR_CONSOLE_H
#define ASHLAR_CONSOLE_H

#include <stdint.h>

/* %s, %u (uint64_t, decimal), %x (uint64_t, hexadecimal with 0x); nothing else. */
void print(const char *format, ...);

/* The next character that is typed; waits for it. */
char read_character(void);

/* Ends the machine through isa-debug-exit: QEMU's status is 33 when ok, 35 when not. */
_Noreturn void leave(int ok);

#endif

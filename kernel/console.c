#include "console.h"

#include <stdarg.h>

#include "cpu.h"
#include "ports.h"
#include "trap.h"

#define PIC 0x20u         /* the first interrupt controller */
#define SERIAL_LINE 0x10u /* its line 4 */

static void put(char c)
{
  while ((in8(LINE_STATUS) & CAN_SEND) == 0) {
  }
  out8(SERIAL, (uint8_t)c);
}

/* Lets the serial line interrupt, and nothing else: the interrupt controller's lines are moved behind the
 * exceptions first. */
void console_start(void)
{
  out8(PIC, 0x11); /* initialise: vector, wiring and mode follow */
  out8(PIC + 1, FIRST_INTERRUPT);
  out8(PIC + 1, 4);
  out8(PIC + 1, 1);
  out8(PIC + 1, (uint8_t)~SERIAL_LINE);
  out8(MODEM_CONTROL, 0x0B); /* ready, and interrupts let through */
  out8(INTERRUPT_ENABLE, RECEIVED);
}

/* Interrupts are taken nowhere but at the halt, and say no more than that it is over. */
char read_character(void)
{
  while ((in8(LINE_STATUS) & RECEIVED) == 0) {
    __asm__ volatile("sti; hlt; cli" : : : "memory");
  }
  return (char)in8(SERIAL);
}

static void put_string(const char *text)
{
  for (; *text != 0; text++) {
    put(*text);
  }
}

static void put_number(uint64_t value, uint64_t base)
{
  char digits[21];
  unsigned n = 20;
  digits[n] = 0;
  do {
    digits[--n] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  put_string(digits + n);
}

void print(const char *format, ...)
{
  va_list list;
  va_start(list, format);
  for (; *format != 0; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    format++;
    if (*format == 's') {
      put_string(va_arg(list, const char *));
    } else if (*format == 'x') {
      put_string("0x");
      put_number(va_arg(list, uint64_t), 16);
    } else {
      put_number(va_arg(list, uint64_t), 10);
    }
  }
  va_end(list);
}

void leave(int ok)
{
  out8(DEBUG_EXIT, ok ? EXIT_PASSED : EXIT_FAILED);
  for (;;) {
    __asm__ volatile("cli; hlt");
  }
}

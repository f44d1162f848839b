/* The ports of the serial line and of the way out, and bits of what is there: for C and for the assembler. */
#ifndef ASHLAR_PORTS_H
#define ASHLAR_PORTS_H

#define SERIAL 0x3F8
#define INTERRUPT_ENABLE (SERIAL + 1)
#define MODEM_CONTROL (SERIAL + 4)
#define LINE_STATUS (SERIAL + 5)
#define RECEIVED 1
#define CAN_SEND 0x20
#define DEBUG_EXIT 0xF4
#define EXIT_PASSED 0x10 /* QEMU's status is 33 */
#define EXIT_FAILED 0x11 /* 35 */

#endif

/* Faults on purpose, to see that they are reported. */
#ifndef ASHLAR_FAULT_H
#define ASHLAR_FAULT_H

#include <stdbool.h>

/* Commits a fault, which ends the kernel; false when there is no such kind. kind is a word:
 * page   a write to a page that is not mapped
 * text   a write to the kernel's text
 * fetch  a call of something in data
 * double a stack that grows into its guard page: no page fault can be pushed there */
bool fault(const char *kind);

#define FAULT_KINDS "page, text, fetch, double"

#endif

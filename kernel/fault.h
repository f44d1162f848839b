/* Faults on purpose, to see that they are reported. */
#ifndef ASHLAR_FAULT_H
#define ASHLAR_FAULT_H

/* Commits the fault that the command line asks for, if any:
 * fault=page   a write to a page that is not mapped
 * fault=text   a write to the kernel's text
 * fault=fetch  a call of something in data
 * fault=double a stack that grows into its guard page: no page fault can be pushed there */
void fault_if_asked(const char *command);

#endif

/* The interactive prompt: memory, seen and used by a person at the console. */
#ifndef ASHLAR_PROMPT_H
#define ASHLAR_PROMPT_H

/* Reads commands and answers them until quit, or Ctrl-D. A command that cannot be carried out says why and
 * changes nothing. */
_Noreturn void prompt(void);

#endif

/* The command line: words with a space between them, some of the form name=value. */
#ifndef ASHLAR_COMMAND_H
#define ASHLAR_COMMAND_H

#include <stdbool.h>

/* Whether the word is on the command line. */
bool command_has(const char *command, const char *word);

/* Whether name=value is, for this value. */
bool command_says(const char *command, const char *name, const char *value);

/* Whether name=, whatever the value, is. */
bool command_names(const char *command, const char *name);

#endif

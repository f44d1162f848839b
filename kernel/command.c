#include "command.h"

/* Behind word where text starts with it, else null. */
static const char *after(const char *text, const char *word)
{
  while (*word != 0 && *text == *word) {
    text++;
    word++;
  }
  return *word == 0 ? text : 0;
}

/* Whether a word of the command line starts with word (and = and value, unless null); with whole,
 * whether it also ends there. */
static bool find(const char *command, const char *word, const char *value, bool whole)
{
  for (const char *c = command; *c != 0; c++) {
    const char *p = c == command || c[-1] == ' ' ? after(c, word) : 0;
    if (p != 0 && value != 0) {
      p = *p == '=' ? after(p + 1, value) : 0;
    }
    if (p != 0 && (!whole || *p == 0 || *p == ' ')) {
      return true;
    }
  }
  return false;
}

bool command_has(const char *command, const char *word)
{
  return find(command, word, 0, true);
}

bool command_says(const char *command, const char *name, const char *value)
{
  return find(command, name, value, true);
}

bool command_names(const char *command, const char *name)
{
  return find(command, name, "", false);
}

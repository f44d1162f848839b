#include "command.h"

static bool ends(char c)
{
  return c == 0 || c == ' ';
}

/* Behind that where word starts with it, else null. */
static const char *after(const char *word, const char *that)
{
  while (*that != 0 && *word == *that) {
    word++;
    that++;
  }
  return *that == 0 ? word : 0;
}

bool word_is(const char *word, const char *that)
{
  const char *end = after(word, that);
  return end != 0 && ends(*end);
}

/* What a digit is worth; 16 when it is none. */
static uint64_t digit(char c)
{
  if (c >= '0' && c <= '9') {
    return (uint64_t)(c - '0');
  }
  if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
    return (uint64_t)(c | 0x20) - 'a' + 10;
  }
  return 16;
}

bool word_number(const char *word, uint64_t *out)
{
  const char *hexadecimal = after(word, "0x");
  uint64_t base = hexadecimal != 0 ? 16 : 10, value = 0;
  word = hexadecimal != 0 ? hexadecimal : word;
  if (ends(*word)) {
    return false;
  }
  for (; !ends(*word); word++) {
    uint64_t d = digit(*word);
    if (d >= base || value > (UINT64_MAX - d) / base) {
      return false;
    }
    value = value * base + d;
  }
  *out = value;
  return true;
}

uint32_t words_of(char *text, const char *words[], uint32_t max)
{
  uint32_t n = 0;
  bool inside = false;
  for (; *text != 0; text++) {
    bool starts = !inside && *text != ' ';
    inside = *text != ' ';
    if (!inside) {
      *text = 0;
    } else if (starts && n == max) {
      return max + 1;
    } else if (starts) {
      words[n++] = text;
    }
  }
  return n;
}

bool command_has(const char *command, const char *word)
{
  for (const char *c = command; *c != 0; c++) {
    if ((c == command || c[-1] == ' ') && word_is(c, word)) {
      return true;
    }
  }
  return false;
}

const char *command_value(const char *command, const char *name)
{
  for (const char *c = command; *c != 0; c++) {
    const char *p = c == command || c[-1] == ' ' ? after(c, name) : 0;
    if (p != 0 && *p == '=') {
      return p + 1;
    }
  }
  return 0;
}

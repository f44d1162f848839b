#include "line.h"

#include "console.h"

#define CTRL(letter) ((letter) - 'A' + 1)
#define ESCAPE 0x1B
#define DELETE 0x7F

/* Leaves out the rest of what a key like an arrow sends: [ and up to a letter or ~. */
static void skip_sequence(void)
{
  char c = read_character();
  if (c == '[') {
    do {
      c = read_character();
    } while (c < '@' || c > '~');
  }
}

/* Takes n characters off the screen. */
static void rub_out(uint32_t n)
{
  for (; n > 0; n--) {
    print("\b \b");
  }
}

bool read_line(char *line, uint32_t size)
{
  uint32_t n = 0;
  for (;;) {
    char c = read_character();
    if (c == '\r' || c == '\n' || (c == CTRL('D') && n == 0)) {
      line[n] = 0;
      print("\n");
      return c != CTRL('D');
    }
    if (c == ESCAPE) {
      skip_sequence();
    } else if ((c == '\b' || c == DELETE) && n > 0) {
      n--;
      rub_out(1);
    } else if (c == CTRL('U')) {
      rub_out(n);
      n = 0;
    } else if (c >= ' ' && c <= '~' && n + 1 < size) {
      char shown[2] = {c, 0};
      line[n++] = c;
      print("%s", shown);
    }
  }
}

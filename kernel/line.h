/* A line typed on the console. */
#ifndef ASHLAR_LINE_H
#define ASHLAR_LINE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a line into line[0 .. size - 1], ended by 0, and shows what is typed. Backspace takes a character
 * back, Ctrl-U all of them; what does not fit is not taken. False: Ctrl-D on an empty line. */
bool read_line(char *line, uint32_t size);

#endif

/* Words with spaces between them: the command line, where some are of the form name=value, and what a person
 * types at the prompt. A word ends at a space or with the text. */
#ifndef ASHLAR_COMMAND_H
#define ASHLAR_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this word is that one. */
bool word_is(const char *word, const char *that);

/* Reads a word that is a number, in decimal or with 0x in hexadecimal. False, with nothing written: it is
 * none, or above 2^64 - 1. */
bool word_number(const char *word, uint64_t *out);

/* Cuts text into its words, at most max, each ended by 0 in place of a space. How many there are, or max + 1
 * when there are more. */
uint32_t words_of(char *text, const char *words[], uint32_t max);

/* Whether the word is on the command line. */
bool command_has(const char *command, const char *word);

/* The value in name=value (a word by itself), or null when there is none. */
const char *command_value(const char *command, const char *name);

#endif

/* The boot suite: KTAP on the console. */
#ifndef ASHLAR_SUITE_H
#define ASHLAR_SUITE_H

#include <stdbool.h>

/* Runs the tests the command line asks for (test=NAME, list; all without); whether all passed. */
bool suite(const char *command);

/* The test in corpus.c: null, or what went wrong. */
const char *corpus_replay(void);

#endif

#ifndef CTL_PRINT_TERM_H
#define CTL_PRINT_TERM_H

#include <stdbool.h>
#include <stdio.h>

/* Return whether f is a terminal that understands ECMA-48's sequences. */
bool term_is_screen(FILE *f);

/*
 * Return whether to print colours to f: on such a terminal, unless NO_COLOR is
 * set and not empty (no-color.org).
 */
bool term_has_colour(FILE *f);

/*
 * The sequence that starts the colour of a word for a state or an outcome
 * ("failed", "paused"), or NULL for one without; TERM_PLAIN ends it.
 */
const char *term_colour_of(const char *word);

#define TERM_PLAIN "\033[0m"

#endif

/*
 * What a terminal can show: whether to clear it, and colours of states.  Tested
 * in tests/ctl/usage.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/print/term.h"

#include "lib/base/ban.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"

static const struct {
	const char *word;
	const char *colour;
} words[] = {
	{ "succeeded", GREEN },
	{ "running", GREEN },
	{ "failed", RED },
	{ "dead", RED },
	{ "missed", RED },
	{ "unknown", RED },
	{ "refused", RED },
	{ "quarantined", RED },
	{ "expired", RED },
	{ "paused", YELLOW },
	{ "canceled", YELLOW },
	{ "overlap", YELLOW },
	{ "coalesced", YELLOW },
};

bool
term_is_screen(FILE *f)
{
	const char *term = getenv("TERM");

	return isatty(fileno(f)) == 1 && term != NULL && *term != '\0' &&
	    strcmp(term, "dumb") != 0;
}

bool
term_has_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR");

	return (no == NULL || *no == '\0') && term_is_screen(f);
}

const char *
term_colour_of(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].colour;
	return NULL;
}

/*
 * minutehand tick: the program ticker under another name, for hosts where
 * another package has a program of that name.  Tested in
 * tests/ticker/by_url.bats.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/sibling.h"

#include "lib/base/ban.h"

static const struct ctl_option options[] = {
	{ "once", NULL, "one pass, no window" },
	{ "window", "DURATION", "how long to stay" },
	{ "dry-run", NULL, "print what is due, change nothing" },
	{ .name = NULL },
};

/* The words for ticker: its options, and "simulate" before them. */
static char **
make_words(struct ctl *c, char **words)
{
	size_t n = 0, k = 0;
	char **v;

	while (words[n] != NULL)
		n++;
	if ((v = calloc(n + 4, sizeof(*v))) == NULL)
		return NULL;
	v[k++] = (char *)(uintptr_t) "ticker";
	if (n > 0 && strcmp(*words, "simulate") == 0)
		v[k++] = *words++;
	if (c->conf_path != NULL) {
		v[k++] = (char *)(uintptr_t) "-c";
		v[k++] = (char *)(uintptr_t)c->conf_path;
	}
	while (*words != NULL)
		v[k++] = *words++;
	return v;
}

static int
pass_tick(struct ctl *c, char **words)
{
	char *ticker = sibling_program(c->argv0, "ticker", "ticker");
	char **v = ticker == NULL ? NULL : make_words(c, words);
	int status;

	if (v == NULL) {
		free(ticker);
		return ctl_fail(CTL_BUG, "out of memory");
	}
	(void)execv(ticker, v);
	status = ctl_fail(CTL_DOWN, "%s: %s", ticker, strerror(errno));
	free(v);
	free(ticker);
	return status;
}

const struct ctl_command cmd_tick = {
	.name = "tick",
	.args = "[OPTIONS]  (or simulate …)",
	.help = "run the ticker: all that ticker(8) takes",
	.options = options,
	.max = 1,
	.pass = pass_tick,
};

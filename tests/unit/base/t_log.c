/* An event is one line, for all values (lib/base/log.h). */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* A file that stands in for standard error, and what was there before. */
struct capture {
	char path[64];
	int saved;
};

static void
capture_start(struct capture *c)
{
	int fd;

	(void)snprintf(c->path, sizeof(c->path), "/tmp/t_log.XXXXXX");
	fd = mkstemp(c->path);
	c->saved = dup(STDERR_FILENO);
	if (fd == -1 || c->saved == -1 || dup2(fd, STDERR_FILENO) == -1)
		abort();
	close(fd);
}

/* What was written since the start, into out. */
static void
capture_end(struct capture *c, char *out, size_t outlen)
{
	FILE *f = fopen(c->path, "r");
	size_t n = 0;

	if (f != NULL) {
		n = fread(out, 1, outlen - 1, f);
		fclose(f);
	}
	out[n] = '\0';
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	unlink(c->path);
}

/* The line that value makes. */
static const char *
line_of(const char *value, char *out, size_t outlen)
{
	struct capture c;

	capture_start(&c);
	log_event(LOG_LEVEL_ERR, "happened", LOG_KEY_ERROR, value, NULL);
	capture_end(&c, out, outlen);
	return out;
}

static void
test_values(void)
{
	static const struct {
		const char *value, *line;
	} cases[] = {
		{ "plain", "error=plain" },
		{ "two words", "error=\"two words\"" },
		{ NULL, "error=-" },
		{ "", "error=\"\"" },
		{ "a\nb", "error=\"a\\nb\"" },
		{ "say \"x\\y\"", "error=\"say \\\"x\\\\y\\\"\"" },
		{ "\033[31m", "error=\"\\x1b[31m\"" },
		{ "\302\23331m", "error=\"\\x9b31m\"" },
		{ "k=v", "error=\"k=v\"" },
		{ "\346\227\245", "error=\346\227\245" },
		{ "\302\261", "error=\302\261" },
		{ "a\342\200\256b", "error=\"a\\u202eb\"" },
		{ "a\342\201\246b", "error=\"a\\u2066b\"" },
		{ "a\233b", "error=\"a\\x9bb\"" },
		{ "\177", "error=\"\\x7f\"" },
	};
	char got[256], want[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(want, sizeof(want),
		    "t_log: level=err event=happened %s\n", cases[i].line);
		is_str(line_of(cases[i].value, got, sizeof(got)), want,
		    "value %zu", i);
	}
}

static void
test_levels(void)
{
	struct capture c;
	enum log_level level = LOG_LEVEL_ERR;
	char got[512];

	capture_start(&c);
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARN, "t_log");
	log_event(LOG_LEVEL_INFO, "quiet", NULL);
	log_event(LOG_LEVEL_WARN, "loud", LOG_KEY_JOB, "q/j", NULL);
	capture_end(&c, got, sizeof(got));
	is_str(got, "t_log: level=warn event=loud job=q/j\n",
	    "less important events are left out");
	is_int(log_level_parse("debug", &level), 0, "a level is read");
	is_int(level, LOG_LEVEL_DEBUG, "as itself");
	is_int(log_level_parse("loud", &level), -1, "no such level");
}

int
main(void)
{
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_INFO, "t_log");
	test_values();
	test_levels();
	return tap_done();
}

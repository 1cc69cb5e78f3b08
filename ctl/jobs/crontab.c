/*
 * Crontabs, of a user or the system's, as Debian's cron reads them: variables,
 * nicknames, "%".  A comment above a line describes it.  A line's command
 * becomes a message: {"command", "stdin", "env"}.  Tested in
 * tests/ctl/import.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/jobs/foreign.h"
#include "ctl/jobs/source.h"
#include "ctl/json_out.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/hash.h"
#include "lib/base/list.h"

#include "lib/base/ban.h"

#define ID_MAX 40 /* bytes of a job id that are of the command */
#define DESCRIPTION_MAX 1000

/* A variable of the crontab. */
struct variable {
	char *name, *value;
};

static void
variable_fini(struct variable *v)
{
	free(v->name);
	free(v->value);
}

LIST_DECL(variables, struct variable, variable_fini);

/* The state of reading a crontab. */
struct reading {
	struct importing *im;
	struct variables env;
	char zone[256];	    /* of CRON_TZ, or the import's */
	struct buf comment; /* above the next line */
};

/* The parts of a line that starts a command. */
struct entry {
	const char *line;
	char time[256];
	char user[64];
	const char *command;	  /* within line */
	struct buf shell, stdin_; /* of the command; stdin_ "": none */
	bool has_stdin;
};

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* Copy a word to out; what follows it, or NULL if it does not fit. */
static const char *
take_word(const char *s, char *out, size_t size)
{
	const size_t n = strcspn(s, " \t");

	if (n == 0 || n >= size)
		return NULL;
	(void)snprintf(out, size, "%.*s", (int)n, s);
	return skip_blanks(s + n);
}

/* Copy a value without the quotes around it, and blanks at its end. */
static char *
copy_value(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n > 1 && (*s == '"' || *s == '\'') && s[n - 1] == *s) {
		s++;
		n -= 2;
	}
	return strndup(s, n);
}

/* Set a variable; of one that is set again the new value counts. */
static int
set_variable(struct reading *r, const char *name, size_t n, const char *value)
{
	struct variable *v = NULL;

	for (size_t i = 0; i < r->env.n; i++)
		if (strlen(r->env.v[i].name) == n &&
		    strncmp(r->env.v[i].name, name, n) == 0)
			v = &r->env.v[i];
	if (v == NULL && (v = variables_add(&r->env)) == NULL)
		return -1;
	variable_fini(v);
	v->name = strndup(name, n);
	v->value = copy_value(value);
	return v->name == NULL || v->value == NULL ? -1 : 0;
}

/* Is the line NAME = VALUE?  If so, *rc is 0, or -1 without memory. */
static bool
read_variable(struct reading *r, const char *line, int *rc)
{
	const char *name = line, *end, *at;
	size_t n;

	if (*name == '"' || *name == '\'') {
		name++;
		if ((end = strchr(name, *line)) == NULL)
			return false;
		n = (size_t)(end - name);
		at = skip_blanks(end + 1);
	} else {
		n = strcspn(name, "= \t");
		at = skip_blanks(name + n);
	}
	if (n == 0 || *at != '=' || strchr("*@0123456789", *name) != NULL)
		return false;
	at = skip_blanks(at + 1);
	if (n == 7 && strncmp(name, "CRON_TZ", n) == 0) {
		char *zone = copy_value(at);

		*rc = zone == NULL ? -1 : 0;
		(void)snprintf(r->zone, sizeof(r->zone), "%s",
		    zone == NULL || *zone == '\0' ? r->im->zone : zone);
		free(zone);
		return true;
	}
	*rc = set_variable(r, name, n, at);
	return true;
}

/* Split the command at its first "%"; further ones are new lines. */
static void
split_command(struct entry *e)
{
	struct buf *out = &e->shell;

	for (const char *s = e->command; *s != '\0'; s++) {
		const bool is_literal = s[0] == '\\' && s[1] == '%';

		s += is_literal;
		if (*s != '%' || is_literal)
			buf_char(out, *s);
		else if (e->has_stdin)
			buf_char(out, '\n');
		else {
			e->has_stdin = true;
			out = &e->stdin_;
		}
	}
	/* As cron does: input that there is ends with a new line. */
	if (e->has_stdin && out->len > 0 && buf_cstr(out)[out->len - 1] != '\n')
		buf_char(out, '\n');
}

/* The parts of a line: 0, or -1 with the reason in why. */
static int
read_entry(const struct reading *r, const char *line, struct entry *e,
    struct err *why)
{
	const int words = *line == '@' ? 1 : 5;
	const char *at = line;
	char word[64];

	e->line = line;
	e->time[0] = '\0';
	for (int i = 0; i < words; i++) {
		const size_t have = strlen(e->time);

		if (have + 2 + strcspn(at, " \t") >= sizeof(e->time) ||
		    (at = take_word(at, e->time + have + (i > 0),
			 sizeof(e->time) - have - 1)) == NULL) {
			err_set(why, "it has no five fields and a command");
			return -1;
		}
		if (i > 0)
			e->time[have] = ' ';
	}
	if (r->im->user != NULL) {
		if ((at = take_word(at, word, sizeof(word))) == NULL) {
			err_set(why, "it names no user");
			return -1;
		}
		(void)snprintf(e->user, sizeof(e->user), "%s", word);
	}
	e->command = at;
	if (*at == '\0') {
		err_set(why, "it has no command");
		return -1;
	}
	split_command(e);
	return 0;
}

/* What no job can be, though cron takes it; NULL: nothing. */
static const char *
find_obstacle(const struct reading *r, const struct entry *e, struct buf *room)
{
	if (strcasecmp(e->time, "@reboot") == 0)
		return "a job fires at times, and the start of the host is "
		       "none: keep this line in the crontab";
	if (r->im->user != NULL && strcmp(e->user, r->im->user) != 0) {
		buf_printf(room,
		    "it runs as user %s, and here everything runs as %s: "
		    "import it there, or give --user",
		    e->user, r->im->user);
		return buf_cstr(room);
	}
	return NULL;
}

/* The name of the program that a command runs, for the job's id. */
static void
program_name(const char *command, char out[ID_MAX + 1])
{
	const char *at = command, *word, *slash;
	size_t n, k = 0;

	for (;;) {
		at = skip_blanks(at);
		n = strcspn(at, " \t;|&<>()");
		word = at;
		at += n + (n == 0 && *at != '\0');
		/* Past "X=1", "cd /x &&", "[ -x y ] &&" and brackets. */
		if (n == 2 && strncmp(word, "cd", 2) == 0) {
			at = skip_blanks(at);
			at += strcspn(at, ";&|");
			continue;
		}
		if (n == 1 && *word == '[') {
			at += strcspn(at, "]") + (strchr(at, ']') != NULL);
			continue;
		}
		if (*word == '\0' || (n > 0 && memchr(word, '=', n) == NULL))
			break;
	}
	slash = word;
	for (size_t i = 0; i < n; i++)
		if (word[i] == '/' && i + 1 < n)
			slash = word + i + 1;
	for (n -= (size_t)(slash - word); n > 0 && k < ID_MAX; n--, slash++)
		if (strchr(
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"0123456789._-",
			*slash) != NULL)
			out[k++] = *slash;
	out[k] = '\0';
}

/*
 * The id of a line's job: of its command, so that a line with another time
 * changes the job; a second line with that command gets "-2".
 */
static void
make_id(const struct reading *r, const struct entry *e, char *out, size_t size)
{
	char name[ID_MAX + 1];
	uint64_t h = hash_text(HASH_INIT, e->command);
	size_t twins = 0, n;

	program_name(e->command, name);
	(void)snprintf(out, size, "%s-%08" PRIx32,
	    name[0] == '\0' ? "job" : name, (uint32_t)(h ^ h >> 32));
	n = strlen(out);
	for (size_t i = 0; i < r->im->w->jobs.n; i++) {
		const char *id = r->im->w->jobs.v[i].job_id;

		twins +=
		    strncmp(id, out, n) == 0 && (id[n] == '\0' || id[n] == '-');
	}
	if (twins > 0)
		(void)snprintf(out + n, size - n, "-%zu", twins + 1);
}

static void
add_kwargs(const struct reading *r, const struct entry *e, struct buf *body)
{
	json_out_open(body, "kwargs", '{');
	json_out_str(body, "command", buf_cstr(&e->shell));
	if (e->has_stdin)
		json_out_str(body, "stdin", buf_cstr(&e->stdin_));
	if (r->env.n > 0) {
		json_out_open(body, "env", '{');
		for (size_t i = 0; i < r->env.n; i++)
			json_out_str(body, r->env.v[i].name, r->env.v[i].value);
		json_out_close(body, '}');
	}
	json_out_close(body, '}');
}

/* Add the job of a line. */
static int
add_entry(struct reading *r, struct entry *e, struct wanted_item *from)
{
	struct foreign f = { .is_either = false };
	struct err unused = { "" };
	struct buf body = BUF_INIT;
	char id[128];

	make_id(r, e, id, sizeof(id));
	json_out_open(&body, NULL, '{');
	source_names(r->im, NULL, id, &body);
	if (r->comment.len > 0)
		json_out_str(&body, "description", buf_cstr(&r->comment));
	json_out_str(&body, "trigger", "cron");
	json_out_str(&body, "crontab", e->time);
	json_out_str(&body, "timezone", r->zone);
	add_kwargs(r, e, &body);
	json_out_close(&body, '}');
	if (foreign_crontab_read(&f, e->time, &unused) == 0)
		source_fires(r->im, &f, r->zone, from);
	return source_add(r->im, &body, from);
}

/* Is a comment a line that was taken out, or the heading of the columns? */
static bool
is_no_description(const char *text)
{
	struct foreign f = { .is_either = false };
	struct err unused = { "" };
	char time[256];
	const char *at = text;
	size_t have = 0;

	if (*text == '@' || strncmp(text, "m h ", 4) == 0)
		return true;
	for (int i = 0; i < 5; i++) {
		const size_t n = strcspn(at, " \t");

		if (n == 0 || have + n + 2 >= sizeof(time))
			return false;
		have += (size_t)snprintf(time + have, sizeof(time) - have,
		    "%s%.*s", i > 0 ? " " : "", (int)n, at);
		at = skip_blanks(at + n);
	}
	return foreign_crontab_read(&f, time, &unused) == 0;
}

static void
read_comment(struct reading *r, const char *line)
{
	const char *text = skip_blanks(line + strspn(line, "#"));

	if (*text == '\0' || strspn(text, "-=*#~ ") == strlen(text) ||
	    is_no_description(text)) {
		buf_reset(&r->comment);
		return;
	}
	if (r->comment.len + strlen(text) > DESCRIPTION_MAX)
		return;
	if (r->comment.len > 0)
		buf_char(&r->comment, ' ');
	buf_str(&r->comment, text);
}

/* Read a line without its end; number counts from 1. */
static int
read_line(struct reading *r, char *line, size_t number)
{
	struct wanted_item from = { .text = line, .nfires = -1 };
	struct entry e = { .line = NULL };
	struct buf room = BUF_INIT;
	struct err why = { "" };
	const char *obstacle;
	int rc = 0, status = CTL_OK;

	line += strspn(line, " \t");
	from.text = line;
	if (*line == '#') {
		read_comment(r, line);
		return CTL_OK;
	}
	(void)snprintf(from.where, sizeof(from.where), "line %zu", number);
	if (*line == '\0')
		status = CTL_OK;
	else if (read_variable(r, line, &rc))
		status = rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
	else if (read_entry(r, line, &e, &why) != 0)
		status = wanted_refuse(r->im->w, &from, "%s", why.text);
	else if ((obstacle = find_obstacle(r, &e, &room)) != NULL)
		status = wanted_refuse(r->im->w, &from, "%s", obstacle);
	else
		status = add_entry(r, &e, &from);
	buf_reset(&r->comment);
	buf_fini(&e.shell);
	buf_fini(&e.stdin_);
	buf_fini(&room);
	return status;
}

static int
read_crontab(struct importing *im)
{
	struct reading r = { .im = im };
	char *text = strdup(im->text), *line, *next;
	int status = CTL_OK;
	size_t number = 0, n;

	if (text == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	(void)snprintf(r.zone, sizeof(r.zone), "%s", im->zone);
	for (line = text; line != NULL && status == CTL_OK; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		n = strlen(line);
		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = '\0';
		status = read_line(&r, line, ++number);
	}
	variables_fini(&r.env);
	buf_fini(&r.comment);
	free(text);
	return status;
}

const struct source source_crontab = { "crontab", "crontab", read_crontab };

/*
 * minutehand init: creates folder, configuration, store and first token.  The
 * settings that it prints are in ctl/init_text.c.  Tested in
 * tests/ctl/ctl.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/sibling.h"
#include "ctl/commands.h"
#include "ctl/init_text.h"
#include "ctl/json_out.h"
#include "ctl/probe/served.h"
#include "ctl/print/text.h"
#include "ctl/token_new.h"
#include "lib/store/token.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/trust.h"

#include "lib/base/ban.h"

enum { OPT_JSON, OPT_ANONYMOUS, OPT_URL };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_ANONYMOUS] = { "anonymous-loopback", NULL,
	    "allow programs on this host without a token" },
	[OPT_URL] = { "url", "URL",
	    "check whether this web server serves the folder" },
	{ .name = NULL },
};

/* What existed before, and what was created. */
struct setup {
	char *dir;  /* as given, or ~/.minutehand */
	char *conf; /* the configuration file in it */
	bool had_dir, had_conf, had_store;
	char token[TOKEN_TEXT_MAX]; /* "": there were tokens already */
	struct buf crontab, webserver;
	struct buf served; /* URL of a file that is served, or "" */
};

static int
name_dir(struct setup *s, const struct ctl_args *a)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;
	struct buf b = BUF_INIT;

	/* As conf_find does. */
	if ((home == NULL || *home == '\0') &&
	    (pw = getpwuid(geteuid())) != NULL)
		home = pw->pw_dir;

	if (a->noperands == 1)
		buf_str(&b, a->operand[0]);
	else if (home == NULL || *home == '\0')
		return ctl_fail(CTL_USAGE, "HOME is not set: name a folder");
	else
		buf_printf(&b, "%s/.minutehand", home);
	s->dir = buf_take(&b);
	buf_printf(&b, "%s/minutehand.conf", s->dir == NULL ? "" : s->dir);
	s->conf = buf_take(&b);
	if (s->dir != NULL && s->conf != NULL)
		return CTL_OK;
	(void)ctl_fail(CTL_BUG, "out of memory");
	return CTL_BUG;
}

static int
make_dir(struct setup *s)
{
	struct trust t = { .is_shared = false };
	struct stat sb;

	assert(s->dir != NULL);
	if (mkdir(s->dir, 0700) == 0)
		return CTL_OK;
	s->had_dir = true;
	if (errno != EEXIST)
		return ctl_fail(CTL_DOWN, "%s: %s", s->dir, strerror(errno));
	if (stat(s->dir, &sb) == -1 || !S_ISDIR(sb.st_mode))
		return ctl_fail(CTL_DOWN, "%s: not a folder", s->dir);
	/* Before a file is created that would then be refused. */
	if (access(s->conf, F_OK) == -1 &&
	    (trust_check(&t, TRUST_CONF, s->conf) == TRUST_REFUSED ||
		t.by_group))
		return ctl_fail(CTL_CONFIG, "%s", t.why);
	return CTL_OK;
}

/* Write b to fd, which is closed; 0, or -1 with errno. */
static int
write_all(int fd, const struct buf *b)
{
	size_t at = 0;
	ssize_t n = 0;

	while (at < b->len) {
		n = write(fd, b->data + at, b->len - at);
		if (n == -1 && errno != EINTR)
			break;
		at += n > 0 ? (size_t)n : 0;
	}
	if (n != -1 && fsync(fd) == -1)
		n = -1;
	if (close(fd) == -1)
		n = -1;
	return n == -1 ? -1 : 0;
}

static int
make_conf(struct setup *s, bool is_anonymous)
{
	struct buf b = BUF_INIT;
	int fd, status = CTL_OK;

	fd = open(s->conf, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1 && errno == EEXIST) {
		s->had_conf = true;
		return CTL_OK;
	}
	if (fd == -1)
		return ctl_fail(CTL_DOWN, "%s: %s", s->conf, strerror(errno));
	conf_print_example(&b);
	if (is_anonymous)
		buf_str(&b, "\nanonymous = loopback\n");
	if (write_all(fd, &b) == -1) {
		status = ctl_fail(CTL_DOWN, "%s: %s", s->conf, strerror(errno));
		/* The next run would take a partial file for a complete one. */
		(void)unlink(s->conf);
	}
	buf_fini(&b);
	return status;
}

static int
make_store(struct ctl *c, struct setup *s)
{
	struct store_opts o = {
		.path = c->conf->store,
		.busy_us = c->conf->busy_us,
		.is_create = true,
		.is_shared = c->conf->group_writable == CONF_ON,
	};
	enum store_rc rc;
	struct store *st;
	struct err why = { "" };

	s->had_store = access(o.path, F_OK) == 0;
	if ((st = store_open(&o, &rc, &why)) == NULL)
		return ctl_fail(ctl_exit_of(rc), "%s", why.text);
	store_close(st);
	return ctl_open(c);
}

/* Create the first token, unless there are tokens. */
static int
make_token(struct ctl *c, struct setup *s)
{
	struct token_list l = { NULL, 0, 0 };
	struct token t = { .scopes = TOKEN_ADMIN };
	enum store_rc rc;

	rc = store_token_list(c->sched.stores[JOB_DURABLE], &l);
	if (rc == STORE_OK && l.n == 0) {
		t.created_us = clock_now_us();
		t.name = strdup("first");
		t.queues = strdup("*");
		rc = STORE_ERROR;
		t.services = strdup("*");
		if (t.name != NULL && t.queues != NULL && t.services != NULL)
			rc = token_new(c, &t, s->token);
		if (rc != STORE_OK)
			s->token[0] = '\0';
		token_fini(&t);
	}
	token_list_fini(&l);
	return ctl_fail_rc(rc, "token");
}

static int
make_texts(const struct ctl *c, struct setup *s)
{
	char *ticker = sibling_program(c->argv0, "ticker", "ticker");
	char *fcgi = sibling_program(c->argv0, "fcgi", "minutehand.fcgi");

	if (ticker != NULL)
		init_crontab(ticker, c->conf->path, &s->crontab);
	if (fcgi != NULL)
		init_webserver(fcgi, c->conf, &s->webserver);
	free(ticker);
	free(fcgi);
	if (s->crontab.len > 0 && s->webserver.len > 0)
		return CTL_OK;
	return ctl_fail(CTL_BUG, "out of memory");
}

static int
print_json(const struct ctl *c, const struct setup *s)
{
	struct buf o = BUF_INIT;
	char *dir = strdup(c->conf->path), *slash;

	if (dir != NULL && (slash = strrchr(dir, '/')) != NULL)
		*(slash == dir ? slash + 1 : slash) = '\0';
	json_out_open(&o, NULL, '{');
	json_out_str(&o, "dir", dir);
	json_out_str(&o, "conf", c->conf->path);
	json_out_str(&o, "store", c->conf->store);
	json_out_str(&o, "token", s->token[0] == '\0' ? NULL : s->token);
	json_out_str(&o, "crontab", buf_cstr(&s->crontab));
	json_out_str(&o, "webserver", buf_cstr(&s->webserver));
	json_out_str(&o, "served",
	    s->served.len == 0 ? NULL : buf_cstr(&s->served));
	json_out_close(&o, '}');
	free(dir);
	return json_out_print(&o);
}

static const char *
made(bool had)
{
	return had ? "kept" : "made";
}

static int
print_text(const struct ctl *c, const struct setup *s)
{
	text_line("folder         %s (%s)", s->dir, made(s->had_dir));
	text_line("configuration  %s (%s)", c->conf->path, made(s->had_conf));
	text_line("store          %s (%s)", c->conf->store, made(s->had_store));
	if (s->token[0] == '\0')
		text_line("token          exists (kept); create more with: "
			  "minutehand token add");
	else {
		text_line("token          %s", s->token);
		text_line("               shown this once; it may do "
			  "everything");
	}
	text_block(stdout, "\nAdd to your crontab (crontab -e):\n\n");
	text_line("%s", buf_cstr(&s->crontab));
	text_block(stdout, "\nAdd to lighttpd.conf:\n\n");
	text_block(stdout, buf_cstr(&s->webserver));
	text_block(stdout,
	    "\nFor Apache, nginx and .htaccess see etc/ of the source or "
	    "minutehand.fcgi(8).\n");
	text_line("Then check: minutehand -c %s doctor", c->conf->path);
	return CTL_OK;
}

/* Before the store is opened: closing its files would drop SQLite's locks. */
static int
check_served(struct ctl *c, const struct ctl_args *a, struct setup *s)
{
	const struct served_at at = { .url = a->opt[OPT_URL] };
	int rc = served_find(c->conf, &at, &s->served);

	if (rc == 1)
		(void)ctl_fail(CTL_OK,
		    "warning: the web server serves this folder to everybody, "
		    "as %s: move it out of the web space, or deny it",
		    buf_cstr(&s->served));
	else if (rc == -1 && at.url != NULL)
		return ctl_fail(CTL_DOWN, "--url: %s", buf_cstr(&s->served));
	else if (served_is_likely(c->conf->path))
		(void)ctl_fail(CTL_OK,
		    "warning: %s looks like web space, where all may be read; "
		    "outside of it is better",
		    s->dir);
	if (rc != 1)
		buf_reset(&s->served);
	return CTL_OK;
}

static int
setup(struct ctl *c, const struct ctl_args *a, struct setup *s)
{
	int status;

	if ((status = name_dir(s, a)) != CTL_OK ||
	    (status = make_dir(s)) != CTL_OK ||
	    (status = make_conf(s, a->opt[OPT_ANONYMOUS] != NULL)) != CTL_OK)
		return status;
	c->conf_path = s->conf;
	if ((status = ctl_load(c)) != CTL_OK ||
	    (status = check_served(c, a, s)) != CTL_OK ||
	    (status = make_store(c, s)) != CTL_OK ||
	    (status = make_token(c, s)) != CTL_OK ||
	    (status = make_texts(c, s)) != CTL_OK)
		return status;
	if (a->opt[OPT_JSON] != NULL)
		return print_json(c, s);
	return print_text(c, s);
}

static int
run_init(struct ctl *c, const struct ctl_args *a)
{
	struct setup s = { .crontab = BUF_INIT,
		.webserver = BUF_INIT,
		.served = BUF_INIT };
	int status;

	if (c->conf_path != NULL)
		return ctl_fail(CTL_USAGE,
		    "init requires a folder, not -c FILE");
	(void)umask(077);
	status = setup(c, a, &s);
	c->conf_path = NULL;
	free(s.dir);
	free(s.conf);
	buf_fini(&s.crontab);
	buf_fini(&s.webserver);
	buf_fini(&s.served);
	return status;
}

const struct ctl_command cmd_init = {
	.name = "init",
	.args = "[--json] [--anonymous-loopback] [--url URL] [DIR]",
	.help = "create folder, configuration, store and first token",
	.options = options,
	.max = 1,
	.run = run_init,
};

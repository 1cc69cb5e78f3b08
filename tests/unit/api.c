/*
 * The HTTP API without a web server, for unit programs: requests go to
 * serve_one.
 */
#include "config.h"

#define _XOPEN_SOURCE 700 /* nftw(3) */

#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sqlite3.h>

#include "fcgi/serve.h"
#include "lib/store/token.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/json/json.h"
#include "lib/base/log.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define VARS_MAX 40

static void
give_up(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static void
path_of(const struct api *a, const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", a->dir, name);
}

void
api_conf(const struct api *a, const char *conf)
{
	char path[128];
	FILE *f;

	path_of(a, "minutehand.conf", path);
	if ((f = fopen(path, "w")) == NULL)
		give_up("the configuration cannot be written");
	if (conf == NULL)
		conf = "timezone = Asia/Shanghai\n";
	(void)fprintf(f,
	    "%s\nmemory_store = \"memory/store.db\"\nlog_level = err\n", conf);
	if (fclose(f) != 0)
		give_up("the configuration cannot be written");
}

void
api_open(struct api *a, const char *conf)
{
	struct store_opts o = { .busy_us = 1000000, .is_create = true };
	const char *tmp = getenv("TMPDIR");
	struct err why;
	char path[128];
	enum store_rc rc;
	struct store *st;

	memset(a, 0, sizeof(*a));
	/* Paths have room for a short one alone. */
	if (tmp == NULL || strlen(tmp) > 40)
		tmp = "/tmp";
	(void)snprintf(a->dir, sizeof(a->dir), "%s/api.XXXXXX", tmp);
	if (mkdtemp(a->dir) == NULL)
		give_up("no temporary folder");
	api_conf(a, conf);
	path_of(a, "store.db", path);
	o.path = path;
	if ((st = store_open(&o, &rc, &why)) == NULL)
		give_up(why.text);
	store_close(st);
	path_of(a, "minutehand.conf", path);
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "test");
	ctx_init(&a->ctx, strdup(path), "UTC");
	if (ctx_ready(&a->ctx) != 0)
		give_up("the store cannot be opened");
	api_grant(a, TOKEN_ADMIN, &(struct grant){ "*", "*" }, 0, a->admin);
	a->token = a->admin;
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *ftw)
{
	(void)sb;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
api_close(struct api *a)
{
	ctx_fini(&a->ctx);
	json_free(a->json);
	buf_fini(&a->head);
	buf_fini(&a->body);
	buf_fini(&a->value);
	(void)nftw(a->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void
api_grant(struct api *a, unsigned scopes, const struct grant *g,
    int64_t expires_us, char text[TOKEN_TEXT_MAX])
{
	struct store *st = a->ctx.sched.stores[JOB_DURABLE];
	struct token t = {
		.scopes = scopes,
		.name = strdup("test"),
		.queues = strdup(g->queues),
		.services = g->services == NULL ? NULL : strdup(g->services),
		.created_us = 1,
		.expires_us = expires_us,
	};

	token_make(&t, text);
	if (store_begin(st) != STORE_OK ||
	    store_token_insert(st, &t) != STORE_OK ||
	    store_commit(st) != STORE_OK)
		give_up("no token");
	token_fini(&t);
}

void
api_token(struct api *a, unsigned scopes, const char *queues,
    int64_t expires_us, char text[TOKEN_TEXT_MAX])
{
	const struct grant g = { queues, "" };

	api_grant(a, scopes, &g, expires_us, text);
}

static sqlite3 *
open_db(const struct api *a)
{
	char path[128];
	sqlite3 *db;

	path_of(a, "store.db", path);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		give_up("the store cannot be opened");
	(void)sqlite3_busy_timeout(db, 5000);
	return db;
}

void
api_sql(const struct api *a, const char *sql)
{
	sqlite3 *db = open_db(a);

	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		give_up(sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

const char *
api_sql_text(struct api *a, const char *sql)
{
	sqlite3 *db = open_db(a);
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		give_up(sqlite3_errmsg(db));
	buf_reset(&a->value);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) != NULL)
		buf_str(&a->value, (const char *)sqlite3_column_text(s, 0));
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	return buf_cstr(&a->value);
}

/* The body on its way to the program. */
struct source {
	const char *p;
	size_t left;
	int looks; /* until the client has gone; 0: it stays */
};

static enum client_read
read_source(void *self, char *p, size_t *n, int64_t wait_us)
{
	struct source *s = self;

	(void)wait_us;
	if (s->left == 0)
		return CLIENT_END;
	if (*n > s->left)
		*n = s->left;
	memcpy(p, s->p, *n);
	s->p += *n;
	s->left -= *n;
	return CLIENT_DATA;
}

static bool
wait_source(void *self, int64_t us)
{
	struct source *s = self;

	clock_sleep_us(us);
	if (s->looks > 1) {
		s->looks--;
		return true;
	}
	return s->looks == 0;
}

/* The variables under construction, each a string of its own. */
struct vars {
	char *v[VARS_MAX + 1];
	size_t n;
};

static void
add_var(struct vars *e, const char *name, const char *value)
{
	struct buf b = BUF_INIT;

	if (value == NULL)
		return;
	buf_printf(&b, "%s=%s", name, value);
	if (e->n == VARS_MAX || (e->v[e->n++] = buf_take(&b)) == NULL)
		give_up("too many variables");
}

static void
add_vars(const struct api *a, const struct api_request *r, size_t len,
    struct vars *e)
{
	size_t n = strcspn(r->path, "?");
	char *path = strndup(r->path, n);
	struct buf b = BUF_INIT;

	add_var(e, "REQUEST_METHOD", r->method == NULL ? "GET" : r->method);
	add_var(e, "SCRIPT_NAME", "/cgi-bin/minutehand.fcgi");
	add_var(e, "PATH_INFO", path);
	add_var(e, "QUERY_STRING", r->path[n] == '?' ? r->path + n + 1 : "");
	add_var(e, "REMOTE_ADDR", "192.0.2.7");
	add_var(e, "HTTP_HOST", "jobs.example.org");
	add_var(e, "HTTP_ACCEPT_LANGUAGE", r->lang);
	if (len > 0) {
		buf_printf(&b, "%zu", len);
		add_var(e, "CONTENT_LENGTH", buf_cstr(&b));
		add_var(e, "CONTENT_TYPE",
		    r->type == NULL ? "application/json" : r->type);
	}
	if (a->token != NULL) {
		buf_reset(&b);
		buf_printf(&b, "Bearer %s", a->token);
		add_var(e, "HTTP_AUTHORIZATION", buf_cstr(&b));
	}
	for (size_t i = 0; r->vars != NULL && r->vars[i] != NULL; i++)
		if ((e->v[e->n++] = strdup(r->vars[i])) == NULL)
			give_up("out of memory");
	buf_fini(&b);
	free(path);
}

/* Take the answer apart. */
static void
keep_answer(struct api *a)
{
	const char *out = buf_cstr(&a->ctx.out);
	const char *end = strstr(out, "\r\n\r\n");

	if (end == NULL)
		give_up("an answer without an end of its headers");
	buf_reset(&a->head);
	for (const char *s = out; s < end + 2; s++)
		if (*s != '\r')
			buf_char(&a->head, *s);
	buf_reset(&a->body);
	buf_add(&a->body, end + 4, a->ctx.out.len - (size_t)(end + 4 - out));
	json_free(a->json);
	a->json = NULL;
	if (a->body.len > 0)
		a->json = json_parse(a->body.data, a->body.len, NULL);
	a->status = strncmp(out, "Status: ", 8) == 0 ?
	    (int)strtol(out + 8, NULL, 10) :
	    -1;
}

int
api_call(struct api *a, const struct api_request *r)
{
	static const struct client_ops ops = { read_source, wait_source, NULL };
	struct source s = { r->body, r->len, a->gone_after };
	struct client c = { .ops = &ops, .self = &s };
	struct vars e = { .n = 0 };

	if (r->body != NULL && r->len == 0)
		s.left = strlen(r->body);
	add_vars(a, r, s.left, &e);
	serve_one(&a->ctx, e.v, &c);
	for (size_t i = 0; i < e.n; i++)
		free(e.v[i]);
	keep_answer(a);
	return a->status;
}

const char *
api_header(struct api *a, const char *name)
{
	const char *s = buf_cstr(&a->head);
	size_t n = strlen(name);

	buf_reset(&a->value);
	while (*s != '\0' && (strncasecmp(s, name, n) != 0 || s[n] != ':')) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	if (*s != '\0')
		buf_add(&a->value, s + n + 2, strcspn(s + n + 2, "\n"));
	return buf_cstr(&a->value);
}

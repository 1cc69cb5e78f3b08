#ifndef TESTS_UNIT_API_H
#define TESTS_UNIT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/api/ctx.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/secret/token.h"
#include "tests/unit/tap.h"

/*
 * The HTTP API without a server: requests are handed to serve_one, with a
 * configuration and a store of their own in a temporary folder.
 */

struct json_object;

struct api {
	char dir[64];
	struct ctx ctx;
	char admin[TOKEN_TEXT_MAX]; /* a token that may do everything */
	const char *token;	    /* sent with requests; NULL: none */
	int status;		    /* of the last answer, as the rest is */
	struct buf head;	    /* its headers, "Name: value\n" each */
	struct buf body;
	struct json_object *json; /* the body, NULL when there is none */
	struct buf value;	  /* what api_value gave last */
	int gone_after; /* looks until the client has gone; 0: never */
	char kept[256]; /* what a case kept for the next ones */
};

/* One request; what is NULL or 0 is left out or has its usual value. */
struct api_request {
	const char *method; /* NULL: GET */
	const char *path;   /* decoded, then perhaps "?" and a query */
	const char *body;
	size_t len;	  /* of the body; 0: strlen */
	const char *type; /* NULL: application/json, if there is a body */
	const char *lang; /* Accept-Language */
	const char *const *vars; /* more variables, ended by NULL */
};

/*
 * Make folder, configuration and store.  conf is the configuration's text,
 * NULL: a zone alone.  Gives up the program when that fails.
 */
void api_open(struct api *a, const char *conf);

/* Close it all, remove the folder. */
void api_close(struct api *a);

/* Write the configuration anew. */
void api_conf(const struct api *a, const char *conf);

/* Add a token with these scopes, queues and end (0: none), and no services. */
void api_token(struct api *a, unsigned scopes, const char *queues,
    int64_t expires_us, char text[TOKEN_TEXT_MAX]);

/* The same with services; NULL: as a token of before. */
void api_grant(struct api *a, unsigned scopes, const struct grant *g,
    int64_t expires_us, char text[TOKEN_TEXT_MAX]);

/* Run SQL on the store, past the program; gives up when it fails. */
void api_sql(const struct api *a, const char *sql);

/* The first column of the first row as text, in a->value; "" for none. */
const char *api_sql_text(struct api *a, const char *sql);

/* One request and its answer; the status, too. */
int api_call(struct api *a, const struct api_request *r);

/* A header of the last answer, in a->value; "" when absent. */
const char *api_header(struct api *a, const char *name);

/*
 * A part of the last answer as text, in a->value: a string bare, the rest as
 * JSON; "null" also when it is absent.  The path has names with dots between
 * ("data.jobs[0].job_id"), in single quotes where a name has a dot, and "#"
 * at its end for how many there are.
 */
const char *api_value(struct api *a, const char *path);

/*
 * What is wrong with the form that every answer has (status line, headers,
 * envelope), or NULL.
 */
const char *api_flaw(struct api *a);

/*
 * One line of a table.  want: parts of the answer, " | " between: "path=text"
 * is so, "path~text" contains it, "path?" is there, "path!" is null or not.
 * keep is a path whose value takes the place of "{kept}" in later paths and
 * bodies.
 */
struct api_case {
	const char *what;
	const char *method;
	const char *path;
	const char *body;
	int status;
	const char *want;
	const char *keep;
};

/* Do it; false with a line in why unless all is as wanted. */
bool api_judge(struct api *a, const struct api_case *c, struct err *why);

/* All of want holds for the last answer; false with a line in why. */
bool api_holds(struct api *a, const char *want, struct err *why);

static inline void
api_run(struct api *a, const struct api_case *c, size_t n)
{
	struct err why;

	for (size_t i = 0; i < n; i++, c++) {
		bool is_good = api_judge(a, c, &why);

		ok(is_good, "%.99s", c->what);
		if (!is_good)
			printf("# %s %s %s\n# %s\n# %s\n", c->method, c->path,
			    c->body == NULL ? "" : c->body, why.text,
			    buf_cstr(&a->body));
	}
}

#define API_RUN(a, cases) \
	api_run((a), (cases), sizeof(cases) / sizeof((cases)[0]))

/* Long texts for names and their limits: as many letters as it says. */
#define X5 "xxxxx"
#define X25 X5 X5 X5 X5 X5
#define X50 X25 X25
#define X250 X50 X50 X50 X50 X50
#define X255 X250 X5
#define X256 X255 "x"
#define X1024 X256 X256 X256 X256

#endif

/*
 * Parameters of a query, a form or a JSON body, decoded into the request.
 * Tested in t_request.
 */
#include "config.h"

#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/base/utf8.h"

#include "fcgi/api/params.h"

#include "lib/base/ban.h"

static struct http_param *
new_param(struct request *req, const char *name, struct faults *fs)
{
	struct http_param *p;

	if (req->nparams == HTTP_PARAMS_MAX) {
		fault_add(fs, "parameters", "are more than %d",
		    HTTP_PARAMS_MAX);
		return NULL;
	}
	p = &req->params[req->nparams++];
	p->name = name;
	p->value = NULL;
	p->why = NULL;
	return p;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Decode application/x-www-form-urlencoded in place: '+' and %XX.  NULL, or the
 * reason of an error, with the text cut there.
 */
static const char *
decode(char *s)
{
	const char *why = NULL;
	char *start = s, *to = s;

	for (; *s != '\0' && why == NULL; s++) {
		int hi, lo;

		if (*s != '%') {
			*to++ = *s == '+' ? ' ' : *s;
			continue;
		}
		hi = hex_value(s[1]);
		lo = hi < 0 ? -1 : hex_value(s[2]);
		if (lo < 0)
			why = "has a % without two hex digits after it";
		else if (hi == 0 && lo == 0)
			why = "must not contain a NUL character";
		else {
			*to++ = (char)(hi * 16 + lo);
			s += 2;
		}
	}
	*to = '\0';
	if (why == NULL && !utf8_is_text(start, (size_t)(to - start)))
		why = "must be UTF-8 without control characters";
	return why;
}

int
params_add_form(struct request *req, char *text, struct faults *fs)
{
	const char *why;
	char *next;

	for (; text != NULL; text = next) {
		struct http_param *p;
		char *value;

		next = strchr(text, '&');
		if (next != NULL)
			*next++ = '\0';
		if (*text == '\0')
			continue;
		value = strchr(text, '=');
		if (value != NULL)
			*value++ = '\0';
		/*
		 * If it were ignored, a filter would be lost and all would
		 * match.
		 */
		why = decode(text);
		if (why != NULL)
			return fault_add(fs, "parameters", "the name of one %s",
			    why);
		p = new_param(req, text, fs);
		if (p == NULL)
			return -1;
		p->value = value != NULL ? value : "";
		if (value != NULL)
			p->why = decode(value);
	}
	return 0;
}

/* What add_member works on. */
struct members {
	struct request *req;
	struct faults *fs;
};

static int
add_member(void *cookie, const char *name, struct json_object *value)
{
	const struct members *m = cookie;
	struct request *req = m->req;
	struct faults unused = { .n = 0 };
	struct http_param *p = new_param(req, name, m->fs);

	if (p == NULL)
		return -1;
	if (value == NULL)
		return 0;
	if (json_get_text(req->json, name, p->digits, &p->value, &unused) != 0)
		p->why = "must be a string or a whole number";
	return 0;
}

int
params_add_json(struct request *req, struct faults *fs)
{
	struct members m = { req, fs };

	return json_each(req->json, add_member, &m);
}

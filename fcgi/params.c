#include "config.h"

#include <string.h>

#include "lib/fault.h"
#include "lib/json.h"
#include "lib/utf8.h"

#include "fcgi/params.h"

#include "lib/ban.h"

static struct http_param *
new_param(struct request *req, const char *name)
{
	struct http_param *p;

	if (req->nparams == HTTP_PARAMS_MAX)
		return NULL;
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
 * Decode application/x-www-form-urlencoded in place: '+' and %XX.  NULL, or
 * what is wrong; the text is then cut there.
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

void
params_add_form(struct request *req, char *text)
{
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
		/* A name that cannot be read is nobody's parameter. */
		if (decode(text) != NULL)
			continue;
		p = new_param(req, text);
		if (p == NULL)
			return;
		p->value = value != NULL ? value : "";
		if (value != NULL)
			p->why = decode(value);
	}
}

static int
add_member(void *cookie, const char *name, struct json_object *value)
{
	struct request *req = cookie;
	struct faults unused = { .n = 0 };
	struct http_param *p;

	if (value == NULL)
		return 0;
	p = new_param(req, name);
	if (p == NULL)
		return 1;
	if (json_get_text(req->json, name, p->digits, &p->value, &unused) != 0)
		p->why = "must be a string or a whole number";
	return 0;
}

void
params_add_json(struct request *req)
{
	json_each(req->json, add_member, req);
}

/*
 * Compares an answer of the API with what a row of a test table expects of it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/base/err.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define NAME_MAX_LEN 256

/* The name at *path, which moves behind it; quotes are taken off. */
static void
take_name(const char **path, char name[NAME_MAX_LEN])
{
	size_t n;

	if (**path == '.')
		++*path;
	if (**path == '\'') {
		n = strcspn(++*path, "'");
		(void)snprintf(name, NAME_MAX_LEN, "%.*s", (int)n, *path);
		*path += n + 1;
		return;
	}
	n = strcspn(*path, ".[#");
	(void)snprintf(name, NAME_MAX_LEN, "%.*s", (int)n, *path);
	*path += n;
}

/* What stands at path up to a "#", NULL for nothing. */
static struct json_object *
walk(struct json_object *o, const char *path)
{
	char name[NAME_MAX_LEN], *end;

	while (*path != '\0' && *path != '#' && o != NULL) {
		if (*path == '[') {
			o = json_item(o, strtoul(path + 1, &end, 10));
			path = end + 1;
			continue;
		}
		take_name(&path, name);
		o = json_member(o, name);
	}
	return o;
}

const char *
api_value(struct api *a, const char *path)
{
	struct json_object *o = walk(a->json, path);

	buf_reset(&a->value);
	if (path[0] != '\0' && path[strlen(path) - 1] == '#')
		buf_printf(&a->value, "%zu", json_count(o));
	else if (o == NULL)
		buf_str(&a->value, "null");
	else if (json_object_is_type(o, json_type_string))
		buf_add(&a->value, json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
	else
		buf_str(&a->value, json_text(o));
	return buf_cstr(&a->value);
}

/* The members that must be there, in this order, and no others. */
static const char *
check_members(struct json_object *o, const char *const *names, size_t n)
{
	struct json_object_iterator it = json_object_iter_begin(o);
	struct json_object_iterator end = json_object_iter_end(o);

	if (json_count(o) != n)
		return "another number of members";
	for (size_t i = 0; !json_object_iter_equal(&it, &end); i++) {
		if (strcmp(json_object_iter_peek_name(&it), names[i]) != 0)
			return "another member, or another order";
		json_object_iter_next(&it);
	}
	return NULL;
}

static const char *
check_envelope(struct api *a)
{
	static const char *const names[] = { "succ", "msg", "data",
		"error_data", "code", "error", "traceback", "trace_id" };
	bool is_good = a->status == 200;
	const char *flaw = check_members(a->json, names, 8);

	if (flaw != NULL)
		return flaw;
	if (strcmp(api_value(a, "succ"), is_good ? "true" : "false") != 0)
		return "succ is not what the status says";
	if (json_object_get_int(walk(a->json, "code")) != a->status)
		return "code is not the status";
	if (strcmp(api_value(a, "traceback"), "null") != 0)
		return "there is a traceback";
	if (api_value(a, "msg")[0] == '\0')
		return "no msg";
	if ((strcmp(api_value(a, "error"), "null") == 0) != is_good)
		return "error is not what the status says";
	if (!is_good && strcmp(api_value(a, "data"), "null") != 0)
		return "data in an error";
	if (is_good && strcmp(api_value(a, "error_data"), "null") != 0)
		return "error_data without an error";
	if (a->status == 400 && json_count(walk(a->json, "error_data")) == 0)
		return "a 400 that names no field";
	return NULL;
}

static const char *
check_native(struct api *a)
{
	static const char *const names[] = { "message", "error_data" };

	if (a->status == 200 || json_has(a->json, "status"))
		return NULL;
	/* Render's API says no more than this. */
	if (json_count(a->json) == 1 && api_value(a, "message")[0] != '\0')
		return NULL;
	if (a->status == 400 && json_count(walk(a->json, "error_data")) == 0)
		return "a 400 that names no field";
	return check_members(a->json, names, 2);
}

const char *
api_flaw(struct api *a)
{
	size_t length;

	if (strcmp(api_header(a, "Cache-Control"), "no-store") != 0)
		return "Cache-Control is not no-store";
	if (a->status == 204)
		return a->body.len == 0 ? NULL : "a body on a 204";
	length = strtoul(api_header(a, "Content-Length"), NULL, 10);
	if (strcmp(api_header(a, "Content-Type"), "application/json") != 0)
		return "Content-Type is not application/json";
	if (a->body.len == 0)
		return length > 0 ? NULL : "HEAD without the length";
	if (length != a->body.len)
		return "Content-Length is not the body's";
	if (!json_is_object(a->json))
		return "the body is no JSON object";
	return json_has(a->json, "succ") ? check_envelope(a) : check_native(a);
}

/* One expectation of n bytes, "path=text" and so on. */
static bool
holds(struct api *a, const char *text, size_t n)
{
	size_t at = 0;
	bool is_quoted = false, is_met = false;
	char *path = strndup(text, n);
	const char *got;
	char op;

	while (
	    path[at] != '\0' && (is_quoted || strchr("=~?!", path[at]) == NULL))
		is_quoted ^= path[at++] == '\'';
	op = path[at];
	path[at] = '\0';
	got = api_value(a, path);
	if (op == '=')
		is_met = strcmp(got, path + at + 1) == 0;
	else if (op == '~')
		is_met = strstr(got, path + at + 1) != NULL;
	else if (op == '?')
		is_met = strcmp(got, "null") != 0;
	else if (op == '!')
		is_met = strcmp(got, "null") == 0;
	free(path);
	return is_met;
}

bool
api_holds(struct api *a, const char *want, struct err *why)
{
	const char *end;

	for (; want != NULL; want = end == NULL ? NULL : end + 3) {
		int n;

		end = strstr(want, " | ");
		n = end == NULL ? (int)strlen(want) : (int)(end - want);
		if (holds(a, want, (size_t)n))
			continue;
		err_set(why, "not so: %.*s; there is: %s", n, want,
		    buf_cstr(&a->value));
		return false;
	}
	return true;
}

/* text with what was kept put in, or NULL; to be freed. */
static char *
fill_in(const struct api *a, const char *text)
{
	struct buf b = BUF_INIT;
	const char *mark;

	if (text == NULL)
		return NULL;
	for (; (mark = strstr(text, "{kept}")) != NULL; text = mark + 6) {
		buf_add(&b, text, (size_t)(mark - text));
		buf_str(&b, a->kept);
	}
	buf_str(&b, text);
	/* Also of "", which leaves the buffer without a string. */
	buf_char(&b, '\0');
	return buf_take(&b);
}

bool
api_judge(struct api *a, const struct api_case *c, struct err *why)
{
	char *path = fill_in(a, c->path), *body = fill_in(a, c->body);
	struct api_request r = {
		.method = c->method,
		.path = path,
		.body = body,
		.lang = "en",
	};
	const char *flaw;
	int status = api_call(a, &r);

	free(path);
	free(body);
	if ((flaw = api_flaw(a)) != NULL) {
		err_set(why, "%s", flaw);
		return false;
	}
	if (status != c->status) {
		err_set(why, "status %d, not %d", status, c->status);
		return false;
	}
	if (c->keep != NULL)
		(void)snprintf(a->kept, sizeof(a->kept), "%s",
		    api_value(a, c->keep));
	return api_holds(a, c->want, why);
}

/*
 * Parameters that nothing asks for: on the routes below /funboost, whose server
 * ignored them with others, and below /v1, where one that is misspelt must not
 * widen what is meant.
 */

#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/trigger/warn.h"

#include "fcgi/api/input.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"
#include "fcgi/api/unknown.h"

#include "lib/base/ban.h"

#define FUNBOOST "/funboost/"
#define NATIVE "/v1/"

int
unknown_ignore(void *cookie, const char *name, struct json_object *value)
{
	(void)value;
	warns_ignored(cookie, name);
	return 0;
}

/* How many parameters the route has. */
static size_t
count(const struct route *route)
{
	size_t n = 0;

	while (route->params != NULL && route->params[n] != NULL)
		n++;
	return n;
}

static bool
is_known(const struct route *route, const char *name)
{
	for (size_t i = 0, n = count(route); i < n; i++)
		if (strcmp(name, route->params[i]) == 0)
			return true;
	return false;
}

/* The parameter that the name resembles, or NULL. */
static const char *
suggest(const struct route *route, const char *name)
{
	return json_suggest(name, route->params, count(route));
}

static void
check_compat(const struct request *req, struct response *res)
{
	for (size_t i = 0; i < req->nparams; i++) {
		const char *name = req->params[i].name, *near_name;

		if (is_known(req->route, name))
			continue;
		near_name = suggest(req->route, name);
		if (near_name != NULL)
			fault_add(&res->faults, name,
			    "unknown parameter; did you mean %s?", near_name);
		else
			(void)unknown_ignore(&res->warns, name, NULL);
	}
}

static int
check_native(const struct request *req, struct response *res)
{
	for (size_t i = 0; i < req->nparams; i++) {
		const char *name = req->params[i].name;
		const char *near_name = input_near_name(req, name);

		if (is_known(req->route, name) ||
		    (near_name != NULL && strcmp(near_name, name) == 0))
			continue;
		if (near_name == NULL)
			near_name = suggest(req->route, name);
		if (near_name != NULL)
			fault_add(&res->faults, name,
			    "is unknown; did you mean %s?", near_name);
		else if (req->route->is_strict)
			fault_add(&res->faults,
			    name[0] != '\0' ? name : "parameters",
			    "is unknown");
	}
	input_same_names(req, &res->faults);
	if (res->faults.n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

int
unknown_check(const struct request *req, struct response *res)
{
	const char *path = req->route->pattern;

	if (strncmp(path, NATIVE, strlen(NATIVE)) == 0)
		return check_native(req, res);
	if (req->route->input == ROUTE_INPUT_PARAMS &&
	    strncmp(path, FUNBOOST, strlen(FUNBOOST)) == 0)
		check_compat(req, res);
	return 0;
}

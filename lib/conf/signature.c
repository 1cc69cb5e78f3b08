/*
 * What a funboost worker registers in Redis about itself and its parameters.
 * Fetching it is net/redis/'s.  Tested in t_signature.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/conf/signature.h"
#include "lib/base/ban.h"

#define PRIORITY_MAX 255

static void
list_fini(struct conf_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct conf_list){ NULL, 0 };
}

void
signature_fini(struct signature *s)
{
	free(s->func_name);
	free(s->broker_kind);
	list_fini(&s->all);
	list_fini(&s->must);
	list_fini(&s->optional);
	memset(s, 0, sizeof(*s));
}

/*
 * Copy the strings of a list; a member that is not a list yields an empty one.
 */
static int
read_list(struct json_object *o, const char *name, struct conf_list *out)
{
	struct faults fs = { .n = 0 };
	const char **v = NULL;
	size_t n = 0;
	int rc = 0;

	if (json_get_strings(o, name, &v, &n, &fs) != 0 || n == 0) {
		free(v);
		return 0;
	}
	if ((out->v = calloc(n, sizeof(*out->v))) == NULL)
		rc = -1;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if ((out->v[i] = strdup(v[i])) == NULL)
			rc = -1;
		else
			out->n++;
	}
	free(v);
	return rc;
}

static int
read_word(struct json_object *o, const char *name, char **out)
{
	struct faults fs = { .n = 0 };
	const char *s = NULL;

	if (json_get_str(o, name, &s, &fs) != 0 || s == NULL)
		return 0;
	*out = strdup(s);
	return *out == NULL ? -1 : 0;
}

static int
read_all(struct json_object *root, struct signature *s)
{
	static const struct json_range priority = { 0, PRIORITY_MAX };
	struct faults fs = { .n = 0 };
	struct json_object *broker =
	    json_member(root, "broker_exclusive_config");
	struct json_object *info =
	    json_member(json_member(root, "auto_generate_info"),
		"final_func_input_params_info");

	s->is_known = true;
	(void)json_get_bool(root, "should_check_publish_func_params",
	    &s->is_checked, &fs);
	(void)json_get_int(broker, "x-max-priority", &priority,
	    &s->max_priority, &fs);
	if (read_word(root, "broker_kind", &s->broker_kind) == -1 ||
	    read_word(info, "func_name", &s->func_name) == -1 ||
	    read_list(info, "all_arg_name_list", &s->all) == -1 ||
	    read_list(info, "must_arg_name_list", &s->must) == -1 ||
	    read_list(info, "optional_arg_name_list", &s->optional) == -1)
		return -1;
	return 0;
}

int
signature_parse(const char *text, size_t len, struct signature *out,
    struct err *why)
{
	struct json_object *root;
	struct err reason;
	int rc = 0;

	if ((root = json_parse(text, len, &reason)) == NULL)
		return err_set(why, "its registration cannot be read: %s",
		    reason.text);
	if (read_all(root, out) == -1) {
		err_set(why, "out of memory");
		rc = -1;
	}
	json_free(root);
	return rc;
}

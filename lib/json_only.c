#include <stdio.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/json.h"
#include "lib/ban.h"

#define NAME_MAX_LEN 40 /* longer names are not worth a suggestion */
#define NEAR 2

/* What json_only knows while it visits the members. */
struct only {
	const char *prefix;
	const char *const *known;
	size_t n;
	struct faults *fs;
	int rc;
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, by rows. */
static size_t
distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	size_t row[NAME_MAX_LEN + 1];

	if (la > NAME_MAX_LEN || lb > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = least(change, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[lb];
}

/* The known name nearest to name, or NULL when none is near. */
static const char *
nearest(const struct only *only, const char *name)
{
	const char *best = NULL;
	size_t best_d = NEAR + 1;

	for (size_t i = 0; i < only->n; i++) {
		size_t d = distance(name, only->known[i]);

		/* Two letters of a short word are most of it. */
		if (d < best_d && d < strlen(only->known[i])) {
			best_d = d;
			best = only->known[i];
		}
	}
	return best;
}

static int
visit(void *cookie, const char *name, struct json_object *value)
{
	struct only *only = cookie;
	const char *near_name;
	char field[128];

	(void)value;
	for (size_t i = 0; i < only->n; i++)
		if (strcmp(name, only->known[i]) == 0)
			return 0;
	only->rc = -1;
	snprintf(field, sizeof(field), "%s%s", only->prefix, name);
	near_name = nearest(only, name);
	if (near_name != NULL)
		fault_add(only->fs, field, "unknown field; did you mean %s?",
		    near_name);
	else
		fault_add(only->fs, field, "unknown field");
	return 0;
}

int
json_only(struct json_object *o, const char *prefix, const char *const *known,
    size_t n, struct faults *fs)
{
	struct only only = { prefix, known, n, fs, 0 };

	json_each(o, visit, &only);
	return only.rc;
}

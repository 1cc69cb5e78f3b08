/*
 * Unknown members of an object, and the names they were probably meant to be.
 * Tested in t_json_get.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/base/ban.h"

#define NAME_LEN_MAX 40 /* bytes; longer names get no suggestion */
#define DISTANCE_MAX 2	/* letters by which a misspelling differs */
#define SHORT_MAX 3	/* letters of a name for which it is 1 */

/* The state of json_only while it visits the members. */
struct only {
	const char *prefix;
	const char *const *known;
	size_t n;
	const struct json_others *others; /* NULL: unknown is a fault */
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
	size_t row[NAME_LEN_MAX + 1];

	if (la > NAME_LEN_MAX || lb > NAME_LEN_MAX)
		return NAME_LEN_MAX;
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

/* Do both have the same letters and digits, "_" and "-" left out? */
static bool
is_same_word(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "_-");
		b += strspn(b, "_-");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (*a == '\0')
			return true;
	}
}

const char *
json_suggest(const char *name, const char *const *known, size_t n)
{
	/* In a short name two letters are most of it: allow one. */
	size_t best_d = strlen(name) <= SHORT_MAX ? 2 : DISTANCE_MAX + 1;
	const char *best = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d =
		    is_same_word(name, known[i]) ? 0 : distance(name, known[i]);

		if (d < best_d && d < strlen(known[i])) {
			best_d = d;
			best = known[i];
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

	for (size_t i = 0; i < only->n; i++)
		if (strcmp(name, only->known[i]) == 0)
			return 0;
	near_name = json_suggest(name, only->known, only->n);
	if (near_name == NULL && only->others != NULL)
		return only->others->other(only->others->cookie, name, value);
	only->rc = -1;
	snprintf(field, sizeof(field), "%s%s", only->prefix, name);
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
	struct only only = { prefix, known, n, NULL, fs, 0 };

	json_each(o, visit, &only);
	return only.rc;
}

int
json_only_or(struct json_object *o, const char *const *known, size_t n,
    const struct json_others *others, struct faults *fs)
{
	struct only only = { "", known, n, others, fs, 0 };

	json_each(o, visit, &only);
	return only.rc;
}

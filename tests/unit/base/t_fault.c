/* Complaints about input: order, limit, cutting (lib/base/fault.h). */
#include "config.h"

#include <string.h>

#include "lib/base/fault.h"
#include "lib/base/utf8.h"
#include "tests/unit/tap.h"

/* Complaints about input (lib/base/fault.h). */

static void
check_order(void)
{
	struct faults fs = { .n = 0 };

	is_int(fault_add(&fs, "b", "first"), -1, "an addition gives -1");
	is_int(fault_add(&fs, "a", "second %d%s", 2, "!"), -1, "each");
	is_int(fault_add(&fs, "b", "third"), -1, "a dropped one as well");
	is_int((long long)fs.n, 2, "one for each field");
	ok(strcmp(fs.v[0].field, "b") == 0 &&
		strcmp(fs.v[0].text, "first") == 0 &&
		strcmp(fs.v[1].text, "second 2!") == 0,
	    "in the order they came, the first of a field");
}

/* The first FAULT_MAX are kept: n - 1, n and n + 1. */
static void
check_limit(void)
{
	struct faults fs = { .n = 0 };
	char field[16];

	for (int i = 0; i <= FAULT_MAX; i++) {
		(void)snprintf(field, sizeof(field), "f%d", i);
		is_int(fault_add(&fs, field, "%d", i), -1, "number %d", i);
		is_int((long long)fs.n, i < FAULT_MAX ? i + 1 : FAULT_MAX,
		    "so many are kept");
	}
	is_str(fs.v[FAULT_MAX - 1].text, "15", "the last that fitted");
}

/* Cut fields and texts are UTF-8 still: they become JSON. */
static void
check_cut(void)
{
	static const char *const letters[] = { "x", "\xc3\xa9", "\xe6\x8a\xa5",
		"\xf0\x9f\x95\x90" };
	struct faults fs = { .n = 0 };
	char long_text[2 * sizeof(fs.v[0].text)];
	int bad;

	for (size_t k = 0; k < 4; k++) {
		bad = 0;
		/* Shifted by a letter each, so that every cut is met. */
		for (size_t shift = 0; shift < 4; shift++) {
			size_t n = shift;

			memset(long_text, 'a', shift);
			while (n + strlen(letters[k]) < sizeof(long_text)) {
				memcpy(long_text + n, letters[k],
				    strlen(letters[k]));
				n += strlen(letters[k]);
			}
			long_text[n] = '\0';
			fs.n = 0;
			(void)fault_add(&fs, long_text, "%s", long_text);
			bad +=
			    !utf8_is_text(fs.v[0].field, strlen(fs.v[0].field));
			bad +=
			    !utf8_is_text(fs.v[0].text, strlen(fs.v[0].text));
			bad += strlen(fs.v[0].field) + strlen(letters[k]) <
			    sizeof(fs.v[0].field);
			bad += strlen(fs.v[0].text) + strlen(letters[k]) <
			    sizeof(fs.v[0].text);
			/* The cut field is the same field again. */
			(void)fault_add(&fs, long_text, "again");
			bad += fs.n != 1;
		}
		is_int(bad, 0,
		    "letters of %zu bytes: cut between two, no sooner",
		    strlen(letters[k]));
	}
}

static void
check_never(void)
{
	struct faults fs = { .n = 0 };

	ok(!fault_is_never(&fs), "nothing is wrong");
	is_int(fault_add_never(&fs, "day", "no such day"), -1, "never: -1");
	is_str(fs.v[0].text, "the trigger can never fire: no such day",
	    "its text");
	ok(fault_is_never(&fs), "that is all there is");
	(void)fault_add_never(&fs, "day", "another reason");
	ok(fs.n == 1 && fault_is_never(&fs), "a second of the field is none");
	(void)fault_add(&fs, "hour", "bad");
	ok(!fault_is_never(&fs), "something else is wrong, too");
	fs.n = 0;
	(void)fault_add(&fs, "day", "bad");
	(void)fault_add_never(&fs, "day", "no such day");
	ok(!fault_is_never(&fs), "a field that is bad was so first");
	fs.n = 0;
	memset(&fs, 0, sizeof(fs));
	(void)fault_add_never(&fs, "a", "x");
	(void)fault_add_never(&fs, "b", "y");
	ok(!fault_is_never(&fs), "two are more than that");
}

int
main(void)
{
	check_order();
	check_limit();
	check_cut();
	check_never();
	return tap_done();
}

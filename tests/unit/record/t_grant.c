/* What globs grant, and which are refused (lib/record/grant.h). */
#include "config.h"

#include "lib/record/grant.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* What globs grant, and which are refused (lib/record/grant.h). */

static const struct {
	const char *globs, *name; /* NULL: everything */
	bool may;
} names[] = {
	{ "mail-*,reports", "mail-1", true },
	{ "mail-*,reports", "reports", true },
	{ "mail-*,reports", "reports2", false },
	{ "mail-*,reports", "", false },
	{ "mail-*,reports", NULL, false },
	{ "*", "a/b", true },
	{ "*", NULL, true },
	{ "a,*", NULL, true },
	{ "**", NULL, false },
	{ "?*", NULL, false },
	{ "", "x", false },
	{ "", "", false },
	{ "", NULL, false },
	{ NULL, "x", false },
	{ NULL, NULL, false },
	{ "s*", "srv-1", true },
	{ "[ab]", "b", true },
	{ "a\\*", "a*", true },
	{ "a\\*", "ab", false },
};

/* A word of the complaint; NULL: none. */
static const struct {
	const char *globs, *why;
} written[] = {
	{ "*", NULL },
	{ "a", NULL },
	{ "a,b*,c?", NULL },
	{ "a b", NULL },
	{ "[a-c]x", NULL },
	{ "a\\,b", "backslash" },
	{ "", "empty" },
	{ ",", "empty" },
	{ "a,", "empty" },
	{ ",a", "empty" },
	{ "a,,b", "empty" },
	{ "!a", "!" },
	{ "*,!secret", "!" },
	{ "[!a]*", "!" },
	{ "a!", "!" },
	{ "a, b", "blanks" },
	{ " a", "blanks" },
	{ "a ,b", "blanks" },
	{ "a\t", "blanks" },
	{ " ", "blanks" },
	{ "a\\", "backslash" },
};

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
check_names(void)
{
	for (size_t i = 0; i < N(names); i++) {
		const char *globs = names[i].globs, *name = names[i].name;
		struct grant as_queues = { globs, NULL };
		struct grant apart = { "*", globs };

		ok(grant_queue(&as_queues, name) == names[i].may,
		    "queue %s by \"%s\"", name == NULL ? "(all)" : name,
		    globs == NULL ? "(null)" : globs);
		ok(grant_service(&as_queues, name) == names[i].may,
		    "a service of a token of before");
		ok(globs == NULL || grant_service(&apart, name) == names[i].may,
		    "a service of its own globs");
	}
	ok(grant_queue(NULL, "x") && grant_queue(NULL, NULL) &&
		grant_service(NULL, NULL),
	    "the owner may everything");
}

int
main(void)
{
	const char *why;

	check_names();
	for (size_t i = 0; i < N(written); i++) {
		why = grant_bad_globs(written[i].globs);
		ok(why == NULL ? written[i].why == NULL :
				 written[i].why != NULL &&
			    strstr(why, written[i].why) != NULL,
		    "\"%s\": %s", written[i].globs,
		    why == NULL ? "taken" : why);
	}
	return tap_done();
}

/*
 * Fuzz target: a cron field (lib/trigger/cron_field.c); the first byte says
 * which, the second the zone and the rule for clock changes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/trigger/cron_field.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "tests/fuzz/fuzz.h"

/*
 * A cron field: the first byte says which, the second the zone and the rule
 * for changes, the rest is its text.
 */

#define NOW_US INT64_C(1790000000000000)

static void
check_same_set(const struct cron *a, const struct cron *b)
{
	must(memcmp(a->bits, b->bits, sizeof(a->bits)) == 0);
	must(a->nth == b->nth);
	must((a->years == NULL) == (b->years == NULL));
	must(a->years == NULL ||
	    memcmp(a->years, b->years, CRON_YEAR_WORDS * sizeof(a->years[0])) ==
		0);
}

/* The normal form is its own, and means the same. */
static void
check_normal_form(enum cron_field f, const char *text)
{
	struct cron a = { .nth = 0 }, b = { .nth = 0 };
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct faults fs = { .n = 0 };

	if (cron_field_parse(f, text, &a, &once, &fs) == 0) {
		must(fs.n == 0);
		must(
		    cron_field_parse(f, buf_cstr(&once), &b, &twice, &fs) == 0);
		must(strcmp(buf_cstr(&once), buf_cstr(&twice)) == 0);
		check_same_set(&a, &b);
	} else {
		must(fs.n == 1);
		must(strcmp(fs.v[0].field, cron_field_name(f)) == 0);
		must(fs.v[0].text[0] != '\0');
	}
	cron_fini(&a);
	cron_fini(&b);
	buf_fini(&once);
	buf_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const rules[] = { "auto", "wall", "skip", "once" };
	struct trigger_env env = { fuzz_zones(), NULL, NOW_US, false };
	struct trigger_field f[2] = { { "dst", NULL } };
	struct faults fs = { .n = 0 };
	enum cron_field which;
	struct trigger *t;
	char *text;

	if (size < 2)
		return 0;
	which = (enum cron_field)(data[0] % CRON__MAX);
	env.default_zone = fuzz_zone_name(data[1]);
	f[0].value = rules[data[1] / 8 % 4];
	text = fuzz_text(data + 2, size - 2);
	f[1].name = cron_field_name(which);
	f[1].value = text;
	check_normal_form(which, text);
	t = trigger_new("cron", f, 2, &env, &fs);
	must((t == NULL) == (fs.n > 0));
	if (t != NULL)
		fuzz_check_trigger(t);
	trigger_free(t);
	free(text);
	return 0;
}

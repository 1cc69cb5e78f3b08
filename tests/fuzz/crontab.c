/*
 * Fuzz target: a crontab line (lib/trigger/crontab.c); the first byte is the
 * zone and the rule for clock changes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/trigger/cron_cal.h"
#include "lib/trigger/crontab.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "tests/fuzz/fuzz.h"

/* A crontab line; the first byte is the zone and the rule for changes. */

#define NOW_US INT64_C(1790000000000000)

/* The normal form is its own, and means the same. */
static void
check_normal_form(const char *text)
{
	struct cron a = { .nth = 0 }, b = { .nth = 0 };
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct crontab first = { &a, &once, 42, 0 };
	struct crontab second = { &b, &twice, 0, 0 };
	struct faults fs = { .n = 0 };

	if (crontab_parse(text, &first, &fs) == 0) {
		must(crontab_parse(buf_cstr(&once), &second, &fs) == 0);
		must(fs.n == 0);
		must(strcmp(buf_cstr(&once), buf_cstr(&twice)) == 0);
		must(strpbrk(buf_cstr(&once), ";\n") == NULL);
		/* Nothing is left to choose. */
		must((second.notes & CRONTAB_CHOICE) == 0);
		must(memcmp(a.bits, b.bits, sizeof(a.bits)) == 0);
		must(a.nth == 0 && a.dow_nth == b.dow_nth);
		must(a.from_end == b.from_end && a.nearest == b.nearest);
		must(a.end_nearest == b.end_nearest);
		must((a.years == NULL) == (b.years == NULL));
		must(a.years == NULL ||
		    memcmp(a.years, b.years,
			CRON_YEAR_WORDS * sizeof(*a.years)) == 0);
		must(a.is_day_or_dow == b.is_day_or_dow);
		must(a.is_hour_wide == b.is_hour_wide);
	} else {
		must(fs.n == 1);
		must(strcmp(fs.v[0].field, "crontab") == 0);
		must(once.len == 0);
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
	struct trigger_field f[2] = { { "dst", NULL }, { "crontab", NULL } };
	struct faults fs = { .n = 0 };
	struct trigger *t;
	char *text;

	if (size < 1)
		return 0;
	env.default_zone = fuzz_zone_name(data[0]);
	f[0].value = rules[data[0] / 8 % 4];
	text = fuzz_text(data + 1, size - 1);
	f[1].value = text;
	check_normal_form(text);
	t = trigger_new("cron", f, 2, &env, &fs);
	must((t == NULL) == (fs.n > 0));
	if (t != NULL)
		fuzz_check_trigger(t);
	trigger_free(t);
	free(text);
	return 0;
}

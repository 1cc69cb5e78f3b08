/* Fuzz target: the bytes of a zone file (lib/time/tz_file.c). */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger_int.h"
#include "lib/time/tz.h"
#include "lib/time/tz_int.h"
#include "tests/fuzz/fuzz.h"

/* The bytes of a zone file. */

/* As far as tz_format may go: the years 1 to 9999. */
#define FIRST_S (-INT64_C(62135510400))
#define LAST_S INT64_C(253402214400)

/* The period of t_s holds it, and its neighbors begin where it ends. */
static void
check_at(const struct tz *tz, int64_t t_s)
{
	struct tz_period p, q;
	int64_t back_s;

	tz_at(tz, t_s, &p);
	must(p.from_s <= t_s);
	must(t_s < p.until_s || p.until_s == INT64_MAX);
	must(memchr(p.abbr, '\0', sizeof(p.abbr)) != NULL);
	must(p.offset_s >= -26 * 3600 && p.offset_s <= 26 * 3600);
	if (p.from_s != INT64_MIN) {
		tz_at(tz, p.from_s - 1, &q);
		must(q.until_s == p.from_s);
	}
	if (t_s < FIRST_S || t_s > LAST_S)
		return;
	back_s = tz_instant(tz, t_s + p.offset_s);
	must(back_s <= t_s);
	tz_at(tz, back_s, &q);
	must(back_s + q.offset_s == t_s + p.offset_s);
}

static void
check_print(const struct tz *tz, int64_t t_s)
{
	struct buf b = BUF_INIT;

	if (t_s >= FIRST_S + 86400 * 2 && t_s <= LAST_S - 86400 * 2) {
		tz_format(tz, t_s * US_PER_S + 5, &b);
		must(b.len >= strlen("2025-12-03 15:00:00.000005+08:00"));
	}
	buf_fini(&b);
}

static void
check_zone(const struct tz *tz)
{
	static const int64_t some_s[] = { INT64_MIN, INT64_MIN + 1,
		-(INT64_C(1) << 59), FIRST_S, -1, 0, 1, INT32_MAX,
		INT64_C(4102444800), LAST_S, INT64_C(1) << 59,
		INT64_MAX - 86400 * 2 };
	size_t i;

	must(tz->ntypes > 0);
	for (i = 0; i < sizeof(some_s) / sizeof(some_s[0]); i++) {
		check_at(tz, some_s[i]);
		check_print(tz, some_s[i]);
	}
	for (i = 0; i < tz->n; i += 1 + tz->n / 64) {
		must(i == 0 || tz->at[i - 1] < tz->at[i]);
		must(tz->kind[i] < tz->ntypes);
		check_at(tz, tz->at[i]);
		check_at(tz, tz->at[i] - 1);
		check_print(tz, tz->at[i]);
	}
}

/* Triggers live in whatever zone there is. */
static void
check_triggers(const struct tz *tz)
{
	static const char *const hours[] = { "*", "0-3", "2" };
	struct trigger_env env = { fuzz_zones(), "UTC", 0, false };
	struct trigger_field f[] = { { "hour", NULL }, { "minute", "*/10" } };
	struct faults fs = { .n = 0 };
	struct trigger *t;
	size_t i;
	int dst;

	for (i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		f[0].value = hours[i];
		t = trigger_new("cron", f, 2, &env, &fs);
		must(t != NULL);
		t->tz = tz;
		for (dst = 0; dst < DST__MAX; dst++) {
			t->dst = (enum trigger_dst)dst;
			fuzz_check_slots(t, 0);
			fuzz_check_slots(t, INT64_C(4102444800) * US_PER_S);
			if (tz->n > 0 && tz->at[0] > 0 && tz->at[0] < LAST_S)
				fuzz_check_slots(t,
				    (tz->at[0] - 7200) * US_PER_S);
		}
		trigger_free(t);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tz *tz = tz_alloc("fuzz");
	const char *why = NULL;

	must(tz != NULL);
	if (tz_decode(tz, data, size, &why) == 0) {
		check_zone(tz);
		check_triggers(tz);
	} else {
		must(why != NULL && *why != '\0');
	}
	tz_free(tz);
	return 0;
}

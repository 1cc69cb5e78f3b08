/*
 * What must hold of every trigger that a fuzz target makes: slots in order,
 * counts that agree, a text that reads back as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/fuzz/fuzz.h"

#define US_PER_S INT64_C(1000000)
#define SLOTS 6
#define JOB 42

void
fuzz_must(int cond, const char *what, const char *file, int line)
{
	if (cond)
		return;
	(void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

struct tz_cache *
fuzz_zones(void)
{
	static struct tz_cache *zones;

	if (zones == NULL)
		zones = tz_cache_new(NULL);
	must(zones != NULL);
	return zones;
}

const char *
fuzz_zone_name(uint8_t pick)
{
	static const char *const names[] = { "UTC", "America/New_York",
		"Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
		"Asia/Kathmandu", "Europe/Dublin", "-03:30" };

	return names[pick % (sizeof(names) / sizeof(names[0]))];
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
	size_t len = end == NULL ? size : (size_t)(end - data);
	char *text = malloc(len + 1);

	must(text != NULL);
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

void
fuzz_check_slots(const struct trigger *t, int64_t at_us)
{
	int64_t after = at_us, slot, delay, delayed = INT64_MIN;
	int i;

	for (i = 0; i < SLOTS; i++, after = slot) {
		slot = trigger_next(t, after);
		if (slot == TRIGGER_NONE)
			return;
		must(slot > after);
		must(trigger_next(t, slot - 1) == slot);
		must(trigger_next(t, after + (slot - after) / 2) == slot ||
		    slot - after == 1);
		delay = trigger_delay_us(t, JOB, slot);
		must(delay >= 0 && delay <= trigger_jitter_us(t));
		must(slot + delay > delayed);
		must(delay == trigger_delay_us(t, JOB, slot));
		delayed = slot + delay;
	}
}

static void
check_again(const struct trigger *t, const struct trigger *u)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	trigger_print(t, &a);
	trigger_print(u, &b);
	must(strcmp(buf_cstr(&a), buf_cstr(&b)) == 0);
	buf_reset(&a);
	buf_reset(&b);
	trigger_spec(t, &a);
	trigger_spec(u, &b);
	must(strcmp(buf_cstr(&a), buf_cstr(&b)) == 0);
	must(strchr(buf_cstr(&a), '\n') == NULL);
	must(trigger_zone(t) == trigger_zone(u));
	must(trigger_kind(t) == trigger_kind(u));
	must(trigger_jitter_us(t) == trigger_jitter_us(u));
	buf_fini(&a);
	buf_fini(&b);
}

void
fuzz_check_trigger(const struct trigger *t)
{
	/* 1970 and before, a fold in New York, today, far, the last year. */
	static const int64_t at_s[] = { -INT64_C(62135596800), -1, 1636263000,
		1790000000, INT64_C(4102444800), INT64_C(253370764800) };
	struct faults fs = { .n = 0 };
	struct buf spec = BUF_INIT;
	struct trigger *u;
	size_t i;

	trigger_spec(t, &spec);
	u = trigger_from_spec(buf_cstr(&spec), fuzz_zones(), &fs);
	must(u != NULL && fs.n == 0);
	check_again(t, u);
	for (i = 0; i < sizeof(at_s) / sizeof(at_s[0]); i++) {
		fuzz_check_slots(t, at_s[i] * US_PER_S);
		must(trigger_next(t, at_s[i] * US_PER_S) ==
		    trigger_next(u, at_s[i] * US_PER_S));
		must(trigger_first(t, at_s[i] * US_PER_S) ==
		    trigger_first(u, at_s[i] * US_PER_S));
	}
	trigger_free(u);
	buf_fini(&spec);
}

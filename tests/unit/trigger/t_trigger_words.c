/* Triggers in sentences, in both languages (lib/trigger/describe.h). */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/describe.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"
#include "tests/unit/words.h"

#define FIELDS_MAX 16
#define NOW_US INT64_C(1764745200000000)

/* Make the trigger "kind;field=value;…"; text is taken apart. */
static struct trigger *
make(struct tz_cache *zones, char *text)
{
	const struct trigger_env env = { zones, "America/New_York", NOW_US,
		false };
	struct trigger_field f[FIELDS_MAX];
	struct faults fs = { .n = 0 };
	char *name = strchr(text, ';'), *value;
	size_t n = 0;

	while (name != NULL && n < FIELDS_MAX) {
		*name++ = '\0';
		value = strchr(name, '=');
		*value++ = '\0';
		f[n].name = name;
		f[n++].value = value;
		name = strchr(value, ';');
	}
	return trigger_new(text, f, n, &env, &fs);
}

/* The sentence of the trigger, and of the same read from its spec. */
static void
check(struct tz_cache *zones, const char *text, enum describe_lang lang,
    const char *want)
{
	struct buf copy = BUF_INIT, spec = BUF_INIT, got = BUF_INIT;
	struct faults fs = { .n = 0 };
	struct trigger *t, *again;

	buf_str(&copy, text);
	t = make(zones, copy.data);
	ok(t != NULL, "%s is a trigger", text);
	if (t != NULL) {
		trigger_spec(t, &spec);
		again = trigger_from_spec(buf_cstr(&spec), zones, &fs);
		trigger_describe(again, lang, &got);
		is_str(buf_cstr(&got), want, "%s", text);
		trigger_free(again);
	}
	trigger_free(t);
	buf_fini(&copy);
	buf_fini(&spec);
	buf_fini(&got);
}

int
main(void)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(describe_rows) / sizeof(describe_rows[0]); i++) {
		check(zones, describe_rows[i].trigger, DESCRIBE_EN,
		    describe_rows[i].en);
		check(zones, describe_rows[i].trigger, DESCRIBE_ZH,
		    describe_rows[i].zh);
	}
	is_str(describe_lang_name(DESCRIBE_EN), "en", "English");
	is_str(describe_lang_name(DESCRIBE_ZH), "zh", "Chinese");
	tz_cache_free(zones);
	return tap_done();
}

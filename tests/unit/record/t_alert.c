/* Alerts: names, delays between attempts (lib/record/alert.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/record/alert.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/secret/secret.h"
#include "lib/secret/webhook.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)

static void
test_words(void)
{
	enum alert_kind k = ALERT_FAILED;

	for (int i = 0; i < ALERT_KIND__MAX; i++)
		ok(alert_kind_parse(alert_kind_name((enum alert_kind)i), &k) ==
			    0 &&
			(int)k == i,
		    "%s is read back", alert_kind_name((enum alert_kind)i));
	is_int(alert_kind_parse("late", &k), -1, "late is none");
}

/* From half of the longest to the longest, which doubles up to an hour. */
static void
test_delays(void)
{
	static const struct {
		int64_t attempt, most_us;
	} cases[] = {
		{ 1, 10 * S },
		{ 2, 20 * S },
		{ 3, 40 * S },
		{ 9, 2560 * S },
		{ 10, 3600 * S },
		{ 31, 3600 * S },
	};
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t n = cases[i].attempt, most = cases[i].most_us;
		bool is_within = true;

		is_int(alert_delay_us(n, 0), most, "attempt %lld at most",
		    (long long)n);
		for (uint64_t c = 1; c < 1000; c++) {
			int64_t us = alert_delay_us(n, c * 7919 * 1000003);

			is_within = is_within && us >= most / 2 && us <= most;
		}
		ok(is_within, "and at least half of that");
	}
	is_int(alert_delay_us(32, 0), -1, "the 32nd was the last");
	for (int64_t n = 1; n < 32; n++)
		sum += alert_delay_us(n, 0);
	ok(sum > 20 * 3600 * S && sum < 30 * 3600 * S,
	    "all in all about a day: %lld s", (long long)(sum / S));
}

/* What is sent to whom: kinds as bits, failures in a row. */
static void
test_wanted(void)
{
#define B(k) (1U << (k))
	/* clang-format off */
	static const struct {
		struct alert a;
		struct alert_wish w;
		bool is_wanted;
	} cases[] = {
		{ { .kind = ALERT_FAILED, .streak = 1 }, { B(ALERT_FAILED), 1 }, true },
		{ { .kind = ALERT_FAILED, .streak = 1 }, { B(ALERT_DEAD), 1 }, false },
		{ { .kind = ALERT_FAILED, .streak = 2 }, { B(ALERT_FAILED), 3 }, false },
		{ { .kind = ALERT_FAILED, .streak = 3 }, { B(ALERT_FAILED), 3 }, true },
		{ { .kind = ALERT_DEAD, .streak = 4 }, { B(ALERT_DEAD), 3 }, true },
		/* Of no job that goes on, or no failure of one. */
		{ { .kind = ALERT_FAILED }, { B(ALERT_FAILED), 3 }, true },
		{ { .kind = ALERT_MISSED }, { B(ALERT_MISSED), 3 }, true },
		{ { .kind = ALERT_NO_TICK }, { B(ALERT_NO_TICK), 3 }, true },
		{ { .kind = ALERT_SUCCEEDED }, { B(ALERT_SUCCEEDED), 3 }, true },
		/* All is well again, if a word was lost before. */
		{ { .kind = ALERT_RECOVERED, .streak = 1, .kinds = (char *)",failed," }, { B(ALERT_RECOVERED) | B(ALERT_FAILED), 1 }, true },
		{ { .kind = ALERT_RECOVERED, .streak = 2, .kinds = (char *)",failed," }, { B(ALERT_RECOVERED) | B(ALERT_FAILED), 3 }, false },
		{ { .kind = ALERT_RECOVERED, .streak = 3, .kinds = (char *)",failed," }, { B(ALERT_RECOVERED) | B(ALERT_FAILED), 3 }, true },
		{ { .kind = ALERT_RECOVERED, .streak = 3, .kinds = (char *)",failed," }, { B(ALERT_RECOVERED) | B(ALERT_DEAD), 3 }, false },
		{ { .kind = ALERT_RECOVERED, .streak = 3, .kinds = (char *)",failed,dead," }, { B(ALERT_RECOVERED) | B(ALERT_DEAD), 3 }, true },
		{ { .kind = ALERT_RECOVERED, .streak = 3, .kinds = (char *)",failed," }, { B(ALERT_FAILED), 3 }, false },
		{ { .kind = ALERT_RECOVERED, .kinds = (char *)",overdue," }, { B(ALERT_RECOVERED) | B(ALERT_OVERDUE), 3 }, true },
		{ { .kind = ALERT_RECOVERED, .kinds = (char *)",overdue," }, { B(ALERT_RECOVERED) | B(ALERT_FAILED), 1 }, false },
		{ { .kind = ALERT_RECOVERED }, { B(ALERT_RECOVERED) | B(ALERT_FAILED), 1 }, false },
	};
	/* clang-format on */
#undef B

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(alert_is_wanted(&cases[i].a, &cases[i].w),
		    cases[i].is_wanted, "case %zu: %s", i,
		    alert_kind_name(cases[i].a.kind));
	ok(!alert_is_failure(ALERT_OVERDUE) &&
		!alert_is_failure(ALERT_MISSED) &&
		!alert_is_failure(ALERT_RECOVERED),
	    "what is no failure of a run");
}

/* The example of the reference implementations. */
static void
test_signature(void)
{
	static const char text[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	const struct webhook w = {
		.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
		.timestamp_s = 1614265330,
		.body = "{\"test\": 2432232314}",
	};
	struct secret *secret = secret_new(text, strlen(text));
	struct buf out = BUF_INIT;

	is_int(webhook_sign(&w, secret, &out, NULL), 0, "signed");
	is_str(buf_cstr(&out),
	    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
	    "as everybody signs it");
	secret_free(secret);
	buf_fini(&out);
}

static void
test_secrets(void)
{
	static const char *const bad[] = {
		"whsec_",
		"whsec_c2hvcnQ=",			  /* 5 bytes */
		"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY=", /* 23 bytes */
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!",
		/* 66 bytes */
		"whsec_"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};
	const struct webhook w = { "msg_1", 1, "{}" };
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct secret *s = secret_new(bad[i], strlen(bad[i]));
		struct err why = { "" };

		is_int(webhook_sign(&w, s, &out, &why), -1, "no secret: %zu",
		    i);
		ok(strstr(why.text, "whsec_ and 24 to 64 bytes") != NULL &&
			strstr(why.text, "MfKQ") == NULL,
		    "says so, and does not show it");
		secret_free(s);
	}
	is_int((long long)out.len, 0, "nothing was written");
	buf_fini(&out);
}

int
main(void)
{
	test_words();
	test_delays();
	test_wanted();
	test_signature();
	test_secrets();
	return tap_done();
}

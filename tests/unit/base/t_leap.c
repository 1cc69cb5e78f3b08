/* Clocks that went ahead: which are believed, and when. */
#include "config.h"

#include <stddef.h>

#include "lib/base/leap.h"
#include "tests/unit/tap.h"

#define S INT64_C(1000000)
#define H (3600 * S)
#define D (24 * H)
#define T0 (INT64_C(1893456000) * S)

/* Hours since T0, hours since the start, number of the start. */
struct sight {
	double now_h, boot_h;
	int64_t boot;
};

static const struct {
	const char *what;
	struct sight was, doubted, is;
	double usual_h; /* doubted.now_h 0: none */
	bool want;
} cases[] = {
	{ "a minute later", { 0, 5, 1 }, { 0, 0, 0 }, { 0.02, 5.02, 1 }, 0.05,
	    false },
	{ "an hour, and it went by", { 0, 5, 1 }, { 0, 0, 0 }, { 2, 7, 1 },
	    0.05, false },
	{ "a week asleep", { 0, 5, 1 }, { 0, 0, 0 }, { 168, 173, 1 }, 0.05,
	    false },
	{ "a day ahead", { 0, 5, 1 }, { 0, 0, 0 }, { 24, 5.02, 1 }, 0.05,
	    true },
	{ "30 days ahead", { 0, 5, 1 }, { 0, 0, 0 }, { 720, 5.02, 1 }, 0.05,
	    true },
	{ "not quite an hour", { 0, 5, 1 }, { 0, 0, 0 }, { 1, 5.02, 1 }, 0.05,
	    false },
	{ "a bit more", { 0, 5, 1 }, { 0, 0, 0 }, { 1.1, 5.02, 1 }, 0.05,
	    true },
	{ "and it stays there", { 0, 5, 1 }, { 24, 5.02, 1 },
	    { 24.02, 5.04, 1 }, 0.05, false },
	{ "or goes on leaping", { 0, 5, 1 }, { 24, 5.02, 1 }, { 48, 5.04, 1 },
	    0.05, true },
	{ "or back a bit", { 0, 5, 1 }, { 24, 5.02, 1 }, { 20, 5.04, 1 }, 0.05,
	    true },
	{ "or to where it was", { 0, 5, 1 }, { 24, 5.02, 1 }, { 0.04, 5.04, 1 },
	    0.05, false },
	{ "set back", { 0, 5, 1 }, { 0, 0, 0 }, { -24, 5.02, 1 }, 0.05, false },
	{ "another start, soon", { 0, 5, 1 }, { 0, 0, 0 }, { 0.5, 0.1, 2 },
	    0.05, false },
	{ "another start, later", { 0, 5, 1 }, { 0, 0, 0 }, { 24, 0.1, 2 },
	    0.05, true },
	{ "which the next agrees with", { 0, 5, 1 }, { 24, 0.1, 2 },
	    { 24.02, 0.12, 2 }, 0.05, false },
	{ "a start for each tick", { 0, 5, 1 }, { 24, 0.1, 2 }, { 48, 0.1, 3 },
	    0.05, false },
	{ "as is usual there", { 0, 5, 1 }, { 0, 0, 0 }, { 24, 0.1, 2 }, 48,
	    false },
	{ "starts without a name", { 0, 5, 0 }, { 0, 0, 0 }, { 24, 5.02, 0 },
	    0.05, true },
	{ "time that went by there", { 0, 5, 0 }, { 0, 0, 0 }, { 24, 29, 0 },
	    0.05, false },
	{ "a tick that noted none", { 0, -1, 0 }, { 0, 0, 0 }, { 24, 5, 1 },
	    0.05, true },
};

static struct clock_reading
sign(const struct sight *s)
{
	return (struct clock_reading){
		.now_us = T0 + (int64_t)(s->now_h * (double)H),
		.boot_us =
		    s->boot_h < 0 ? -1 : (int64_t)(s->boot_h * (double)H),
		.boot = s->boot,
	};
}

int
main(void)
{
	struct clock_reading was, doubted, is;
	struct leap_limits l = { H, 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		was = sign(&cases[i].was);
		doubted = sign(&cases[i].doubted);
		is = sign(&cases[i].is);
		l.usual_us = (int64_t)(cases[i].usual_h * (double)H);
		ok(leap_is_doubtful(&was,
		       cases[i].doubted.now_h == 0 ? NULL : &doubted, &is,
		       &l) == cases[i].want,
		    "%s", cases[i].what);
		l.leap_us = 0;
		ok(!leap_is_doubtful(&was, NULL, &is, &l), "believed anyway");
		l.leap_us = H;
		ok(!leap_is_doubtful(NULL, NULL, &is, &l), "the first of all");
	}
	return tap_done();
}

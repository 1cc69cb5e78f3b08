/* The delays between attempts: growth, cap, jitter (lib/base/backoff.h). */
#include "config.h"

#include "lib/base/backoff.h"
#include "tests/unit/tap.h"

static const struct {
	int64_t base, cap, attempt, most;
} cases[] = {
	{ 1, 300, 1, 1 },
	{ 1, 300, 2, 2 },
	{ 1, 300, 9, 256 },
	{ 1, 300, 10, 300 },
	{ 1, 300, 1000000, 300 },
	{ 7, 5, 1, 5 },
	{ 0, 300, INT64_MAX, 0 },
	{ -3, 300, 4, 0 },
	{ 5, 0, 3, 0 },
	{ 1, INT64_MAX / 4, 62, INT64_MAX / 4 },
};

int
main(void)
{
	uint32_t state = 0, first;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(backoff_max_us(cases[i].base, cases[i].cap,
			   cases[i].attempt),
		    cases[i].most, "case %zu", i);
		is_int(backoff_us(cases[i].base, cases[i].cap, cases[i].attempt,
			   0),
		    0, "with no random32 at all");
	}
	is_int(backoff_us(1000, 8000, 4, UINT32_MAX), 8000, "all of it");
	ok(backoff_us(1000, 8000, 4, UINT32_MAX / 2) < 4001 &&
		backoff_us(1000, 8000, 4, UINT32_MAX / 2) > 3998,
	    "half of it");
	first = backoff_rand32(&state);
	ok(first != backoff_rand32(&state), "numbers differ");
	return tap_done();
}

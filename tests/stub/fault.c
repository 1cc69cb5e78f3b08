/* Faults of the stand-in: chosen per request, from a seed or as set. */
#include "config.h"

#include <string.h>

#include "tests/stub/stub.h"

#include "lib/base/ban.h"

static const char *const names[FAULT__MAX] = {
	[FAULT_NONE] = "none",
	[FAULT_400] = "400",
	[FAULT_401] = "401",
	[FAULT_403] = "403",
	[FAULT_404] = "404",
	[FAULT_429] = "429",
	[FAULT_500] = "500",
	[FAULT_503] = "503",
	[FAULT_REDIRECT] = "redirect",
	[FAULT_LOST_BEFORE] = "lost_before",
	[FAULT_CUT_BEFORE] = "cut_before",
	[FAULT_OTHER_BEFORE] = "other_before",
	[FAULT_500_AFTER] = "500_after",
	[FAULT_503_AFTER] = "503_after",
	[FAULT_LOST] = "lost",
	[FAULT_CUT_AFTER] = "cut_after",
	[FAULT_CUT_WITHIN] = "cut_within",
	[FAULT_GARBAGE] = "garbage",
	[FAULT_HUGE] = "huge",
	[FAULT_EMPTY] = "empty",
	[FAULT_OTHER_AFTER] = "other_after",
};

int
fault_find(const char *name)
{
	for (int i = 0; i < FAULT__MAX; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

const char *
fault_name(enum mishap f)
{
	return names[f];
}

/* splitmix64: the same faults again for the same seed. */
double
fault_random(struct stub *s)
{
	uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

enum mishap
fault_pick(struct stub *s, enum kind kind)
{
	enum mishap f = FAULT_NONE;
	double dice;

	if (s->set.nnext > 0) {
		f = s->set.next[0];
		memmove(s->set.next, s->set.next + 1,
		    --s->set.nnext * sizeof(s->set.next[0]));
		return f;
	}
	dice = fault_random(s);
	for (int i = 0; i < FAULT__MAX; i++) {
		if (dice < s->set.faults[kind][i])
			return (enum mishap)i;
		dice -= s->set.faults[kind][i];
	}
	return FAULT_NONE;
}

/* The three headers, each with its name in the given case. */
static void
add_headers(const char *const names3[3], int64_t limit, int64_t left,
    int64_t reset, struct buf *out)
{
	buf_printf(out, "%s: %lld\r\n%s: %lld\r\n%s: %lld\r\n", names3[0],
	    (long long)limit, names3[1], (long long)left, names3[2],
	    (long long)reset);
}

bool
fault_rate(struct stub *s, enum kind kind, struct reply *out)
{
	static const char *const proper[] = { "Ratelimit-Limit",
		"Ratelimit-Remaining", "Ratelimit-Reset" };
	static const char *const lower[] = { "ratelimit-limit",
		"ratelimit-remaining", "ratelimit-reset" };
	const double limits[KIND__MAX] = { s->set.limit_read,
		s->set.limit_create, s->set.limit_write };
	int64_t limit = (int64_t)limits[kind], now = stub_now(s), left, reset;
	int64_t window_us = (int64_t)(s->set.window_s * 1e6);
	struct window *w = &s->windows[kind];
	bool is_fine;

	if (limit == 0)
		limit = 1000000000;
	if (now - w->start_us >= window_us || now < w->start_us) {
		w->start_us = now;
		w->used = 0;
	}
	is_fine = w->used < limit;
	w->used += is_fine;
	left = limit - w->used;
	reset = w->start_us + window_us - (s->set.rate_epoch != 0 ? 0 : now);
	reset = (reset + 999999) / 1000000;
	if (s->set.rate_none != 0)
		return is_fine;
	if (s->set.rate_twice != 0)
		add_headers(lower, limit + 5, left + 5,
		    reset > 0 ? reset - 1 : 0, &out->headers);
	add_headers(proper, limit, left, reset, &out->headers);
	return is_fine;
}

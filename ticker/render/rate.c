/* How fast a key may ask, learned from the headers of answers. Pure. */
#include "config.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "net/http/field.h"
#include "ticker/render/rate.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define EPOCH_S INT64_C(1000000000) /* a larger Reset is a time */
#define RESET_MAX_US (3600 * S)	    /* maximum window: an hour */
/* tolerance between two answers about a window's end */
#define SLACK_US (2 * S)
#define PAUSE_US S /* after a 429 without a delay */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The lesser of two values that may be RATE_NONE. */
static int64_t
stricter(int64_t a, int64_t b)
{
	return a == RATE_NONE ? b : least(a, b);
}

static int64_t
reset_instant(int64_t v, int64_t now_us)
{
	int64_t us = v > EPOCH_S ? v * S : now_us + v * S;

	return most(now_us, least(us, now_us + RESET_MAX_US));
}

/* Read a header line of n bytes. */
static void
read_line(const char *line, size_t n, int64_t now_us, struct rate_report *out)
{
	static const struct {
		const char *name;
		enum { LIMIT, REMAINING, RESET } what;
	} names[] = {
		{ "ratelimit-limit:", LIMIT },
		{ "ratelimit-remaining:", REMAINING },
		{ "ratelimit-reset:", RESET },
	};
	size_t len, i;
	int64_t v;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i].name);
		if (n > len && strncasecmp(line, names[i].name, len) == 0)
			break;
	}
	if (i == sizeof(names) / sizeof(names[0]) ||
	    (v = http_field_number(line + len, n - len)) == RATE_NONE)
		return;
	switch (names[i].what) {
	case LIMIT:
		out->limit = stricter(out->limit, v);
		break;
	case REMAINING:
		out->remaining = stricter(out->remaining, v);
		break;
	case RESET:
		out->reset_us = most(out->reset_us, reset_instant(v, now_us));
		break;
	}
}

void
rate_read(const char *headers, int status, int64_t now_us,
    struct rate_report *out)
{
	size_t n;

	*out = (struct rate_report){ RATE_NONE, RATE_NONE, RATE_NONE,
		http_field_retry_us(headers, now_us), status == 429 };
	for (; *headers != '\0'; headers += n + (headers[n] == '\n')) {
		n = strcspn(headers, "\n");
		read_line(headers, n, now_us, out);
	}
}

/* Return whether two kinds share a limit. */
static bool
is_shared(const struct rate *r, int a, int b)
{
	return a == b ||
	    (r->of[a].limit > 0 && r->of[a].limit == r->of[b].limit);
}

static int64_t
under_way(const struct rate *r, enum rate_kind kind)
{
	int64_t n = 0;

	for (int i = 0; i < RATE__MAX; i++) {
		if (is_shared(r, (int)kind, i))
			n += r->of[i].under_way;
	}
	return n;
}

int64_t
rate_left(const struct rate *r, enum rate_kind kind, int64_t now_us)
{
	const struct rate_state *k = &r->of[kind];
	int64_t left;

	if (now_us < k->until_us)
		return 0;
	if (k->limit == 0)
		return RATE_FREE;
	left = now_us < k->reset_us ? k->remaining : k->limit;
	return most(0, left - under_way(r, kind));
}

int64_t
rate_ready(const struct rate *r, enum rate_kind kind, int64_t now_us)
{
	const struct rate_state *k = &r->of[kind];

	if (rate_left(r, kind, now_us) > 0)
		return now_us;
	if (now_us < k->until_us)
		return k->limit > 0 && k->remaining == 0 ?
		    most(k->until_us, k->reset_us) :
		    k->until_us;
	if (under_way(r, kind) > 0)
		return RATE_WAIT;
	return k->reset_us;
}

void
rate_start(struct rate *r, enum rate_kind kind)
{
	r->of[kind].under_way++;
}

/* Update the limit from an answer. */
static void
learn(struct rate_state *k, const struct rate_report *rep, int64_t now_us)
{
	bool is_same_window = k->limit > 0 && now_us < k->reset_us &&
	    rep->reset_us <= k->reset_us + SLACK_US;

	if (rep->limit > 0)
		k->limit = rep->limit;
	if (rep->remaining == RATE_NONE)
		return;
	if (k->limit == 0)
		k->limit = most(1, rep->remaining);
	/*
	 * Answers may arrive out of order: within a window the lesser is newer.
	 */
	k->remaining = is_same_window ? least(k->remaining, rep->remaining) :
					rep->remaining;
	if (rep->reset_us != RATE_NONE)
		k->reset_us = is_same_window ?
		    most(k->reset_us, rep->reset_us) :
		    rep->reset_us;
	else if (!is_same_window)
		k->reset_us = now_us + PAUSE_US;
}

static void
apply_refusal(struct rate_state *k, const struct rate_report *rep,
    int64_t now_us)
{
	int64_t us = rep->retry_us;

	if (us == RATE_NONE && rep->remaining == RATE_NONE)
		us = PAUSE_US;
	if (us != RATE_NONE)
		k->until_us = most(k->until_us, now_us + us);
}

void
rate_end(struct rate *r, enum rate_kind kind, const struct rate_report *rep,
    int64_t now_us)
{
	struct rate_state *k = &r->of[kind];

	k->under_way--;
	if (rep == NULL) {
		/* The server may have counted it. */
		if (k->remaining > 0)
			k->remaining--;
	} else {
		learn(k, rep, now_us);
		if (rep->is_refused)
			apply_refusal(k, rep, now_us);
	}
	for (int i = 0; i < RATE__MAX; i++) {
		struct rate_state *other = &r->of[i];
		int64_t n = other->under_way;

		if (other == k || !is_shared(r, (int)kind, i))
			continue;
		*other = *k;
		other->under_way = n;
	}
}

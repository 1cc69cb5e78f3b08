/* Quiet hours of receivers of alerts, by the wall clock of a zone; pure. */
#include <string.h>

#include "lib/record/quiet.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define US INT64_C(1000000)
#define DAY_S 86400

/* Two digits from 0 to max; -1: they are not. */
static int
read_two(const char *p, int max)
{
	int v;

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	v = (p[0] - '0') * 10 + (p[1] - '0');
	return v <= max ? v : -1;
}

/* HH:MM, as seconds since midnight; -1: it is not. */
static int64_t
read_time(const char *p)
{
	int hour = read_two(p, 23), minute;

	if (hour < 0 || p[2] != ':' || (minute = read_two(p + 3, 59)) < 0)
		return -1;
	return (int64_t)hour * 3600 + minute * 60;
}

int
quiet_parse(const char *text, struct quiet *out)
{
	*out = (struct quiet){ 0, 0 };
	if (*text == '\0')
		return 0;
	if (strlen(text) != 11 || text[5] != '-' ||
	    (out->from_s = read_time(text)) < 0 ||
	    (out->until_s = read_time(text + 6)) < 0 ||
	    out->from_s == out->until_s) {
		*out = (struct quiet){ 0, 0 };
		return -1;
	}
	return 0;
}

int64_t
quiet_end_us(const struct quiet *q, const struct tz *tz, int64_t now_us)
{
	int64_t now_s = now_us / US, wall_s, time_s, end_us;
	struct tz_period p;

	if (q->from_s == q->until_s)
		return 0;
	tz_at(tz, now_s, &p);
	wall_s = now_s + p.offset_s;
	time_s = (wall_s % DAY_S + DAY_S) % DAY_S;
	if (q->from_s < q->until_s ?
		time_s < q->from_s || time_s >= q->until_s :
		time_s < q->from_s && time_s >= q->until_s)
		return 0;
	wall_s += q->until_s - time_s + (q->until_s <= time_s ? DAY_S : 0);
	end_us = tz_instant(tz, wall_s) * US;
	/* The clock was set back over the end. */
	return end_us > now_us ? end_us : 0;
}

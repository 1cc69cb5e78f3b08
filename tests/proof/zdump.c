/* Compares lib/time/tz with every line of zdump -v for every zone. */
#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/time/civil.h"
#include "lib/time/tz.h"
#include "tests/proof/zones.h"

/*
 * Every line of `zdump -v` for every zone: the instant's offset, isdst and
 * abbreviation are those of tz_at.  zdump [YEARS [ZONE…]], YEARS as zdump's
 * option -c has them (-500,2500 by default); 0 when nothing differs.
 */

struct totals {
	const char *years; /* "1900,2100" */
	size_t zones;
	size_t lines;
	size_t extremes; /* "NULL": beyond what zdump can show */
	size_t differences;
};

/* One line; the text after the zone's name is
 * "Sun Mar  8 06:59:59 2026 UT = Sun … 2026 EST isdst=0 gmtoff=-18000". */
struct line {
	struct civil c;
	char abbr[32];
	int is_dst;
	int offset_s;
};

static int
month_of(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at = strstr(months, name);

	return at == NULL ? 0 : (int)(at - months) / 3 + 1;
}

static int
read_line(const char *text, struct line *out)
{
	char month[4] = "";

	memset(out, 0, sizeof(*out));
	if (sscanf(text,
		"%*s %3s %d %d:%d:%d %d UT = %*s %*s %*d %*s %*d %31s "
		"isdst=%d gmtoff=%d",
		month, &out->c.day, &out->c.hour, &out->c.minute,
		&out->c.second, &out->c.year, out->abbr, &out->is_dst,
		&out->offset_s) != 9)
		return -1;
	out->c.month = month_of(month);
	return 0;
}

static int
check_line(const struct tz *tz, const char *text, const struct line *l)
{
	struct tz_period p;
	int64_t t_s = civil_to_wall(&l->c);

	tz_at(tz, t_s, &p);
	if (p.offset_s == l->offset_s && p.is_dst == (l->is_dst != 0) &&
	    strcmp(p.abbr, l->abbr) == 0)
		return 0;
	printf("differs: %s\n  tz_at: %s isdst=%d gmtoff=%d\n", text, p.abbr,
	    p.is_dst, (int)p.offset_s);
	return 1;
}

static int
check_zone(struct tz_cache *zones, const char *name, struct totals *sum)
{
	struct err why;
	char command[600], text[512];
	const struct tz *tz = tz_get(zones, name, &why);
	size_t skip = strlen(name), lines = 0;
	struct line l;
	FILE *f;

	if (tz == NULL) {
		printf("differs: %s\n", why.text);
		sum->differences++;
		return 0;
	}
	(void)snprintf(command, sizeof(command), "zdump -v -c '%s' '%s'",
	    sum->years, name);
	if ((f = popen(command, "r")) == NULL) {
		perror("zdump");
		return -1;
	}
	for (; fgets(text, sizeof(text), f) != NULL; lines++) {
		text[strcspn(text, "\n")] = '\0';
		if (strstr(text, " = NULL") != NULL) {
			sum->extremes++;
		} else if (read_line(text + skip, &l) == 0) {
			sum->differences += (size_t)check_line(tz, text, &l);
			sum->lines++;
		} else {
			printf("differs: cannot read: %s\n", text);
			sum->differences++;
		}
	}
	sum->zones++;
	if (pclose(f) == 0 && lines > 0)
		return 0;
	(void)fprintf(stderr, "zdump -v %s failed\n", name);
	return -1;
}

int
main(int argc, char **argv)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	struct totals sum = { .years = argc > 1 ? argv[1] : "-500,2500" };
	struct zone_list z = { NULL, 0 };
	size_t i;
	int rc = zones == NULL ? -1 : 0;

	if (argc <= 2 && rc == 0)
		rc = zones_list(false, &z);
	for (i = 0; rc == 0 && i < z.n; i++)
		rc = check_zone(zones, z.name[i], &sum);
	for (i = 2; rc == 0 && i < (size_t)argc; i++)
		rc = check_zone(zones, argv[i], &sum);
	printf("%zu zones, %zu lines compared, %zu without a civil time left "
	       "out, %zu differences\n",
	    sum.zones, sum.lines, sum.extremes, sum.differences);
	zones_fini(&z);
	tz_cache_free(zones);
	return rc == -1 || sum.lines == 0 || sum.differences > 0;
}

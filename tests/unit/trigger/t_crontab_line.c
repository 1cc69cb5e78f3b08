/*
 * What a crontab line has around its fields: a zone before them, @every, AWS'
 * cron() and rate().
 */
#include "config.h"

#include "lib/base/fault.h"
#include "lib/trigger/crontab_line.h"
#include "tests/unit/tap.h"

static const struct {
	const char *text;
	const char *fields; /* NULL: a complaint, which has zone in it */
	const char *zone, *every_s;
} rows[] = {
	{ "0 9 * * *", "0 9 * * *", "", "" },
	{ " \t0 9 * * *", "0 9 * * *", "", "" },
	{ "CRON_TZ=Europe/Berlin 0 9 * * *", "0 9 * * *", "Europe/Berlin", "" },
	{ "TZ='Asia/Tokyo'\n0 9 * * *", "0 9 * * *", "Asia/Tokyo", "" },
	{ "CRON_TZ=\"UTC\" @daily", "@daily", "UTC", "" },
	{ "CRON_TZ= 0 9 * * *", NULL, "names no zone", "" },
	{ "TZ='UTC 0 9 * * *", NULL, "names no zone", "" },
	{ "@every 1h30m", "@every 1h30m", "", "5400" },
	{ "@EVERY 90s ", "@EVERY 90s ", "", "90" },
	{ "@every 1.5h", "@every 1.5h", "", "5400" },
	{ "TZ=UTC @every 2d", "@every 2d", "UTC", "172800" },
	{ "0 9 * * 1-5 # work", NULL, "\"# work\" is a comment", "" },
	{ "0 9 * * 1-5 #work", NULL, "\"#work\" is a comment", "" },
	{ "# work\n0 9 * * *", NULL, " is a comment", "" },
	{ "0 0 9 ? * FRI#2 2030 # x", NULL, "\"# x\" is a comment", "" },
	{ "@daily # work", NULL, "\"# work\" is a comment", "" },
	{ "@every 1h # work", NULL, "\"# work\" is a comment", "" },
	{ "TZ=UTC 0 9 * * * # work", NULL, "\"# work\" is a comment", "" },
	{ "MAILTO=me", NULL, "is a setting", "" },
	{ "SHELL = /bin/sh 0 9 * * *", NULL, "is a setting", "" },
	{ "TZ=UTC PATH=/bin 0 9 * * *", NULL, "is a setting", "" },
	{ "0 9 * * FRI#2", "0 9 * * FRI#2", "", "" },
	{ "@every 1h x", NULL, "has no length", "" },
	{ "@every", NULL, "has no length", "" },
	{ "@every 10ms", NULL, "must be 1 second", "" },
	{ "@every 9999999d", NULL, "must be 1 second", "" },
	{ "cron(0 9 * * ? *)", "0 9 * * ? *", "", "" },
	{ "Cron( 0 9 ? * 2#1 2030 ) ", " 0 9 ? * 2#1 2030 ", "", "" },
	{ "TZ=UTC cron(0 9 * * ? *)", "0 9 * * ? *", "UTC", "" },
	{ "cron()", "", "", "" },
	{ "cron(0 9 * * ? *", "cron(0 9 * * ? *", "", "" },
	{ "cron(0 9 * * ? *) x", "cron(0 9 * * ? *) x", "", "" },
	{ "rate(1 minute)", "rate(1 minute)", "", "60" },
	{ "rate(5 minutes)", "rate(5 minutes)", "", "300" },
	{ "RATE( 2 Hours )", "RATE( 2 Hours )", "", "7200" },
	{ "rate(10 days)", "rate(10 days)", "", "864000" },
	{ "rate(5)", NULL, "has no length", "" },
	{ "rate()", NULL, "has no length", "" },
	{ "rate(0 hours)", NULL, "has no length", "" },
	{ "rate(-1 hours)", NULL, "has no length", "" },
	{ "rate(1 week)", NULL, "has no length", "" },
	{ "rate(1 hourly)", NULL, "has no length", "" },
	{ "rate(99999999999999999999 days)", NULL, "has no length", "" },
};

int
main(void)
{
	struct crontab_line line;
	char longest[600] = "cron(";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct faults fs = { .n = 0 };
		int rc = crontab_line_read(rows[i].text, &line, &fs);

		if (rows[i].fields == NULL) {
			ok(rc == -1 && fs.n == 1 &&
				strstr(fs.v[0].text, rows[i].zone) != NULL,
			    "%s: refused", rows[i].text);
			continue;
		}
		is_int(rc, 0, "%s: read", rows[i].text);
		is_str(line.fields, rows[i].fields, "its fields");
		is_str(line.zone, rows[i].zone, "its zone");
		is_str(line.every_s, rows[i].every_s, "its length");
	}
	/* One that is longer than any line. */
	memset(longest + 5, '1', sizeof(longest) - 7);
	longest[sizeof(longest) - 2] = ')';
	longest[sizeof(longest) - 1] = '\0';
	is_int(crontab_line_read(longest, &line, &(struct faults){ .n = 0 }), 0,
	    "a long one");
	is_str(line.fields, longest, "is left as it is");
	return tap_done();
}

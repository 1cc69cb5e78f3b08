#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/cron_cal.h"
#include "lib/crontab.h"
#include "lib/fault.h"
#include "tests/unit/tap.h"

/*
 * Lines of crontab(5), field by field (lib/crontab.h).  Sets are written as
 * runs of numbers; weekdays count from Monday = 0 here, as in the sets.
 */
static const struct {
	const char *line;
	const char *minute, *hour, *day, *month, *dow;
	bool is_or;	  /* day or weekday: both are restricted */
	const char *norm; /* NULL: the line itself */
} good[] = {
	{ "* * * * *", "0-59", "0-23", "1-31", "1-12", "0-6", false, NULL },
	{ "0 0 1 1 0", "0", "0", "1", "1", "6", true, NULL },
	{ "0 0 1 1 7", "0", "0", "1", "1", "6", true, NULL },
	{ "59 23 31 12 6", "59", "23", "31", "12", "5", true, NULL },
	{ "*/15 */6 */10 */3 */2", "0,15,30,45", "0,6,12,18", "1,11,21,31",
	    "1,4,7,10", "1,3,5-6", false, NULL },
	{ "5-10,20 1,2 * * *", "5-10,20", "1-2", "1-31", "1-12", "0-6", false,
	    NULL },
	{ "10/20 * * * *", "10,30,50", "0-23", "1-31", "1-12", "0-6", false,
	    NULL },
	{ "10-40/15 * * * *", "10,25,40", "0-23", "1-31", "1-12", "0-6", false,
	    NULL },
	{ "0 0 * jan-mar,DEC *", "0", "0", "1-31", "1-3,12", "0-6", false,
	    "0 0 * jan-mar,dec *" },
	{ "0 0 * * Mon-Fri", "0", "0", "1-31", "1-12", "0-4", false,
	    "0 0 * * mon-fri" },
	{ "0 0 * * sun", "0", "0", "1-31", "1-12", "6", false, NULL },
	{ "0 0 * * sat-sun", "0", "0", "1-31", "1-12", "5-6", false, NULL },
	{ "0 0 * * 5-7", "0", "0", "1-31", "1-12", "4-6", false, NULL },
	{ "0 0 * * 0-2", "0", "0", "1-31", "1-12", "0-1,6", false, NULL },
	{ "0 0 * * 0,7", "0", "0", "1-31", "1-12", "6", false, NULL },
	{ "0 0 * * 0-7", "0", "0", "1-31", "1-12", "0-6", false, NULL },
	{ "0 0 13 * 5", "0", "0", "13", "1-12", "4", true, NULL },
	{ "0 0 */2 * 5", "0", "0", "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31",
	    "1-12", "4", false, NULL },
	{ "0 0 13 * */2", "0", "0", "13", "1-12", "1,3,5-6", false, NULL },
	{ "\t0  0\t\t1 * * ", "0", "0", "1", "1-12", "0-6", false,
	    "0 0 1 * *" },
	{ "@hourly", "0", "0-23", "1-31", "1-12", "0-6", false, NULL },
	{ "@daily", "0", "0", "1-31", "1-12", "0-6", false, NULL },
	{ "@MIDNIGHT", "0", "0", "1-31", "1-12", "0-6", false, "@midnight" },
	{ "@weekly", "0", "0", "1-31", "1-12", "6", false, NULL },
	{ "@monthly", "0", "0", "1", "1-12", "0-6", false, NULL },
	{ "@yearly", "0", "0", "1", "1", "0-6", false, NULL },
	{ " @annually ", "0", "0", "1", "1", "0-6", false, "@annually" },
};

/* Append a set as runs: "1-3,12". */
static void
show(struct buf *b, uint64_t set)
{
	int to;

	for (int v = 0; v < 64; v = to + 1) {
		to = v;
		if ((set >> v & 1) == 0)
			continue;
		while (to < 63 && (set >> (to + 1) & 1) != 0)
			to++;
		buf_printf(b, to > v ? "%s%d-%d" : "%s%d",
		    b->len > 0 ? "," : "", v, to);
	}
}

static void
set_is(const struct cron *c, enum cron_field f, const char *want,
    const char *what)
{
	struct buf b = BUF_INIT;

	show(&b, c->bits[f]);
	is_str(buf_cstr(&b), want, "its %s", what);
	buf_fini(&b);
}

static void
check_good(void)
{
	struct faults fs = { .n = 0 };
	struct buf norm = BUF_INIT;
	struct cron c;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		memset(&c, 0, sizeof(c));
		buf_reset(&norm);
		is_int(crontab_parse(good[i].line, &c, &norm, &fs), 0, "'%s'",
		    good[i].line);
		set_is(&c, CRON_MINUTE, good[i].minute, "minutes");
		set_is(&c, CRON_HOUR, good[i].hour, "hours");
		set_is(&c, CRON_DAY, good[i].day, "days");
		set_is(&c, CRON_MONTH, good[i].month, "months");
		set_is(&c, CRON_DOW, good[i].dow, "weekdays");
		set_is(&c, CRON_SECOND, "0", "second");
		ok(c.years == NULL && c.nth == 0, "every year, no positions");
		ok(c.is_day_or_dow == good[i].is_or,
		    "a field that begins with * does not restrict the day");
		is_str(buf_cstr(&norm),
		    good[i].norm == NULL ? good[i].line : good[i].norm,
		    "single spaces and lower case");
		cron_fini(&c);
	}
	buf_fini(&norm);
}

/* Refused, and the beginning of what is said. */
static const char *const bad[][2] = {
	{ "", "Wrong number of fields; got 0, expected 5" },
	{ "  ", "Wrong number of fields; got 0, expected 5" },
	{ "* * * *", "Wrong number of fields; got 4, expected 5" },
	{ "* * * * * *", "Wrong number of fields; got 6, expected 5" },
	{ "60 * * * *", "Error validating expression '60'" },
	{ "* 24 * * *", "Error validating expression '24'" },
	{ "* * 0 * *", "Error validating expression '0'" },
	{ "* * 32 * *", "Error validating expression '32'" },
	{ "* * * 0 *", "Error validating expression '0'" },
	{ "* * * 13 *", "Error validating expression '13'" },
	{ "* * * * 8", "Error validating expression '8'" },
	{ "-1 * * * *", "Unrecognized expression \"-1\" for field \"minute\"" },
	{ "1- * * * *", "Unrecognized expression \"1-\" for field \"minute\"" },
	{ "1-2-3 * * * *",
	    "Unrecognized expression \"1-2-3\" for field \"minute\"" },
	{ "*5 * * * *", "Unrecognized expression \"*5\" for field \"minute\"" },
	{ "*/ * * * *", "Unrecognized expression \"*/\" for field \"minute\"" },
	{ "*/x * * * *",
	    "Unrecognized expression \"*/x\" for field \"minute\"" },
	{ "*/0 * * * *", "Increment must be higher than 0" },
	{ "*/60 * * * *",
	    "Error validating expression '*/60': the step value (60) is higher "
	    "than the total range of the expression (59)" },
	{ "1,,2 * * * *", "Unrecognized expression \"\" for field \"minute\"" },
	{ ",1 * * * *", "Unrecognized expression \"\" for field \"minute\"" },
	{ "1, * * * *", "Unrecognized expression \"\" for field \"minute\"" },
	{ "5-1 * * * *", "The minimum value in a range must not be higher" },
	{ "* * * feb-jan *", "The minimum value in a range must not be" },
	{ "* * * month *", "Invalid month name \"month\"" },
	{ "* * * * day", "Invalid weekday name \"day\"" },
	{ "* * * * mon-x", "Invalid weekday name \"x\"" },
	{ "* * L * *", "Unrecognized expression \"L\" for field \"day\"" },
	{ "* * ? * *", "Unrecognized expression \"?\" for field \"day\"" },
	{ "* * 15W * *", "Unrecognized expression \"15W\" for field \"day\"" },
	{ "mon * * * *",
	    "Unrecognized expression \"mon\" for field \"minute\"" },
	{ "99999999999999999999 * * * *", "Error validating expression" },
	{ "@reboot", "Unrecognized expression \"@reboot\"" },
	{ "@dail", "Unrecognized expression \"@dail\"" },
	{ "@dailyx", "Unrecognized expression \"@dailyx\"" },
	{ "@daily x", "Unrecognized expression \"@daily x\"" },
	{ "@", "Unrecognized expression \"@\"" },
	{ "0 3 * * *\n", "Unrecognized expression" },
};

static void
check_bad(void)
{
	struct buf norm = BUF_INIT;
	struct faults fs;
	struct cron c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&c, 0, sizeof(c));
		memset(&fs, 0, sizeof(fs));
		is_int(crontab_parse(bad[i][0], &c, &norm, &fs), -1,
		    "row %zu is refused", i);
		ok(strncmp(fs.v[0].text, bad[i][1], strlen(bad[i][1])) == 0,
		    "it says: %.60s", bad[i][1]);
		if (strncmp(fs.v[0].text, bad[i][1], strlen(bad[i][1])) != 0)
			printf("# said: %s\n", fs.v[0].text);
		ok(fs.n == 1 && strcmp(fs.v[0].field, "crontab") == 0,
		    "one fault, of crontab");
		cron_fini(&c);
	}
	is_str(buf_cstr(&norm), "", "a line that is refused is not appended");
	buf_fini(&norm);
}

int
main(void)
{
	check_good();
	check_bad();
	return tap_done();
}

/* Crontab lines of every dialect (lib/trigger/crontab.h). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/trigger/cron_cal.h"
#include "lib/trigger/crontab.h"
#include "lib/base/fault.h"
#include "tests/unit/tap.h"

/*
 * Lines of crontab(5), field by field (lib/trigger/crontab.h).  Sets are
 * written as runs of numbers; weekdays count from Monday = 0 here, as in the
 * sets.
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
	/* What Debian's cron takes besides, and what it makes of it. */
	{ "*/60 * * * *", "0", "0-23", "1-31", "1-12", "0-6", false, NULL },
	{ "0 */24 */31 */12 */7", "0", "0", "1", "1", "6", false, NULL },
	{ "5-5/9 * * * *", "5", "0-23", "1-31", "1-12", "0-6", false, NULL },
	{ "05 007 * * *", "5", "7", "1-31", "1-12", "0-6", false, "5 7 * * *" },
	{ "*5 * * * *", "0-59", "0-23", "1-31", "1-12", "0-6", false,
	    "* * * * *" },
	{ "5.5 */6/7 1-3-9,20 * *", "5", "0,6,12,18", "1-3", "1-12", "0-6",
	    false, "5 */6 1-3 * *" },
	{ "1,5-1 * * * *", "1", "0-23", "1-31", "1-12", "0-6", false,
	    "1 * * * *" },
	{ "0 0 5-1 * 1", "0", "0", "1-31", "1-12", "0", false, "0 0 * * 1" },
	{ "0 0 9 * fri-mon", "0", "0", "9", "1-12", "0-6", false, "0 0 9 * *" },
	{ "0 0 * * 5-0", "0", "0", "1-31", "1-12", "4-6", false,
	    "0 0 * * 5-7" },
	{ "0 3 * * *\r\n", "0", "3", "1-31", "1-12", "0-6", false,
	    "0 3 * * *" },
	/* Six and seven fields that need no more than five. */
	{ "0 0 9 ? * MON-FRI", "0", "9", "1-31", "1-12", "0-4", false,
	    "0 9 * * mon-fri" },
	{ "0 0 9 ? * 2-6 *", "0", "9", "1-31", "1-12", "0-4", false,
	    "0 9 * * mon-fri" },
	{ "0 0 9 * * 1-5", "0", "9", "1-31", "1-12", "0-4", false,
	    "0 9 * * mon-fri" },
	{ "0 0 9 ? * 0-4", "0", "9", "1-31", "1-12", "0-3,6", false,
	    "0 9 * * sun-thu" },
	{ "0 12 ? * 1 *", "0", "12", "1-31", "1-12", "6", false,
	    "0 12 * * sun" },
	{ "0 0 22-2 ? 11-2 SAT-MON", "0", "0-2,22-23", "1-31", "1-2,11-12",
	    "0,5-6", false, "0 22,23,0,1,2 * 11,12,1,2 sat,sun,mon" },
	{ "0 0/20 8 1 * ?", "0,20,40", "8", "1", "1-12", "0-6", false,
	    "0/20 8 1 * *" },
	{ "0 0 9 13 * 5", "0", "9", "13", "1-12", "4", true, "0 9 13 * fri" },
	{ "0 0 0 ? * 2/2", "0", "0", "1-31", "1-12", "0,2,4", false,
	    "0 0 * * mon-sat/2" },
	{ "0 0 * * L", "0", "0", "1-31", "1-12", "5", false, "0 0 * * sat" },
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
		is_int(crontab_parse(good[i].line,
			   &(struct crontab){ &c, &norm, 0, 0 }, &fs),
		    0, "'%s'", good[i].line);
		set_is(&c, CRON_MINUTE, good[i].minute, "minutes");
		set_is(&c, CRON_HOUR, good[i].hour, "hours");
		set_is(&c, CRON_DAY, good[i].day, "days");
		set_is(&c, CRON_MONTH, good[i].month, "months");
		set_is(&c, CRON_DOW, good[i].dow, "weekdays");
		set_is(&c, CRON_SECOND, "0", "second");
		ok(c.years == NULL && c.nth == 0 && c.dow_nth == 0,
		    "every year, no positions");
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
	{ "* * * * * * * *", "Wrong number of fields; got 8, expected 5" },
	{ "0 3 * * * /bin/true",
	    "Wrong number of fields; expected 5: "
	    "\"/bin/true\" begins the command" },
	{ "0 3 * * * root run",
	    "Wrong number of fields; expected 5: \"root\"" },
	{ "@daily /bin/true",
	    "Wrong number of fields; expected 5: \"/bin/true\" begins" },
	{ "60 * * * *", "Error validating expression '60'" },
	{ "* 24 * * *", "Error validating expression '24'" },
	{ "* * 0 * *", "Error validating expression '0'" },
	{ "* * 32 * *", "Error validating expression '32'" },
	{ "* * * 0 *", "Error validating expression '0'" },
	{ "* * * 13 *", "Error validating expression '13'" },
	{ "* * * * 8", "Error validating expression '8'" },
	{ "-1 * * * *", "Unrecognized expression \"-1\" for field \"minute\"" },
	{ "1- * * * *", "Unrecognized expression \"1-\" for field \"minute\"" },
	{ "*/ * * * *", "Unrecognized expression \"*/\" for field \"minute\"" },
	{ "*/x * * * *",
	    "Unrecognized expression \"*/x\" for field \"minute\"" },
	{ "*/0 * * * *", "Increment must be higher than 0" },
	{ "1,,2 * * * *", "Unrecognized expression \"\" for field \"minute\"" },
	{ ",1 * * * *", "Unrecognized expression \"\" for field \"minute\"" },
	{ "1, * * * *", "Unrecognized expression \"\" for field \"minute\"" },
	{ "5-1 * * * *", "The minimum value in a range must not be higher" },
	{ "* * * feb-jan *", "The minimum value in a range must not be" },
	{ "* * * month *", "Invalid month name \"month\"" },
	{ "* * * * day", "Invalid weekday name \"day\"" },
	{ "* * * * mon-x", "Invalid weekday name \"x\"" },
	{ "mon * * * *",
	    "Unrecognized expression \"mon\" for field \"minute\"" },
	{ "99999999999999999999 * * * *", "Error validating expression" },
	{ "@reboot", "\"@reboot\" has no time" },
	{ "@REBOOT", "\"@reboot\" has no time" },
	{ "* ? * * *", "Unrecognized expression \"?\" for field \"hour\"" },
	{ "* L * * *", "Unrecognized expression \"L\" for field \"hour\"" },
	{ "* * 32W * *", "Error validating expression '32W'" },
	{ "* * L-31 * *", "Unrecognized expression \"L-31\"" },
	{ "* * LWx * *", "Unrecognized expression \"LWx\"" },
	{ "* * * * fri#6", "Error validating expression 'fri#6': the number" },
	{ "* * * * fri#", "Unrecognized expression \"fri#\"" },
	{ "* * * * foo#1", "Invalid weekday name \"foo\"" },
	{ "* * * * 9L", "Error validating expression '9L'" },
	{ "H(5-1) * * * *", "Unrecognized expression \"H(5-1)\"" },
	{ "H(0-99) * * * *", "Error validating expression 'H(0-99)'" },
	{ "9~5 * * * *", "Unrecognized expression \"9~5\"" },
	{ "0 0 5-1 * *",
	    "The minimum value in a range must not be higher than "
	    "the maximum: \"5-1\" for field \"day\" has no value" },
	{ "0 0 5-1 * 6-3", "The minimum value in a range must not be" },
	{ "* * * * 5-1", "The minimum value in a range must not be" },
	{ "0 0 9 ? * 8", "Error validating expression '8'" },
	{ "0 0 9 * * 1.5", "Wrong number of fields" },
	{ "0 0 9 1.5 * ?", "Wrong number of fields; got 6, expected 5" },
	{ "0 0 9 1-2-3 * ?", "Unrecognized expression \"1-2-3\"" },
	{ "0 0 9 ? * MON 1969", "Error validating expression '1969'" },
	{ "0 0 9 ? * MON 2031-2030", "The minimum value in a range must not" },
	{ "0 0 9 ? * MON H", "Unrecognized expression \"H\"" },
	{ "@dail", "Unrecognized expression \"@dail\"" },
	{ "@dailyx", "Unrecognized expression \"@dailyx\"" },
	{ "@", "Unrecognized expression \"@\"" },
};

/* How ranges that end before they begin are to be written. */
static const char *const advice[][2] = {
	{ "50-10 * * * *",
	    "\"50-10\" for field \"minute\" has no value; write 50-59,0-10" },
	{ "50-10/20 * * * *", "; write 50,10" },
	{ "50-10/7 * * * *", "; write 50-59/7,4" },
	{ "0 22-5/2 * * *", "; write 22,0-5/2" },
	{ "0 23-22 * * *", "; write 23,0-22" },
	{ "0 5-0 * * *", "; write 5-23,0" },
	{ "0 0 * dec-feb *", "; write dec,jan-feb" },
	{ "0 0 * 11-2 *", "; write 11-12,1-2" },
	{ "0 0 * nov-jan *", "; write nov-dec,jan" },
	{ "0 0 * * fri-mon", "; write fri-sat,sun-mon" },
	{ "0 0 * * 5-1", "; write 5-6,0-1" },
	{ "0 0 25-5 * *", "; write 25-31,1-5" },
	{ "0 0 1 1 * 2035-2030", "; write 2030-2035" },
	{ "60 * * * *",
	    "(60) is higher than the maximum value (59) of "
	    "minute: write 0" },
	{ "0 9-24 * * *",
	    "(24) is higher than the maximum value (23) of hour: "
	    "write 0" },
	{ "0 0 0 * *", "(0) is lower than the minimum value (1) of day" },
	{ "0 0 * 13 *", "(13) is higher than the maximum value (12) of month" },
	{ "0 0 * * 8",
	    "(8) is higher than the maximum value (7) of day_of_week" },
	{ "0 0 * * Friday", "for field \"day_of_week\": write fri" },
	{ "0 22-5,4-3 * * *", "; write 22-23,0-5,4-23,0-3" },
};

static void
check_advice(void)
{
	struct buf norm = BUF_INIT;
	struct faults fs;
	const char *at;
	struct cron c;

	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
		memset(&c, 0, sizeof(c));
		memset(&fs, 0, sizeof(fs));
		(void)crontab_parse(advice[i][0],
		    &(struct crontab){ &c, &norm, 0, 0 }, &fs);
		at = strstr(fs.v[0].text, advice[i][1]);
		ok(at != NULL && strlen(at) == strlen(advice[i][1]), "%s: %s",
		    advice[i][0], fs.v[0].text);
		cron_fini(&c);
	}
	buf_fini(&norm);
}

static void
check_bad(void)
{
	struct buf norm = BUF_INIT;
	struct faults fs;
	struct cron c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&c, 0, sizeof(c));
		memset(&fs, 0, sizeof(fs));
		is_int(crontab_parse(bad[i][0],
			   &(struct crontab){ &c, &norm, 0, 0 }, &fs),
		    -1, "row %zu is refused", i);
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

/* The rest of a set: what an expression of five fields has no place for. */
static const struct {
	const char *line, *norm, *seconds;
	uint64_t dow_nth;
	uint32_t from_end, nearest, end_nearest;
	bool has_years;
	unsigned notes;
} other[] = {
	{ "0 0 L * *", "0 0 L * *", "0", 0, 0, 0, 0, false, 0 },
	{ "0 0 l-3,15w,lw,L-2W * *", "0 0 L-3,15W,LW,L-2W * *", "0", 0, 8,
	    1 << 15, 5, false, 0 },
	{ "0 0 * * 5L", "0 0 * * 5L", "0", CRON_NTH(5, 4), 0, 0, 0, false, 0 },
	{ "0 0 * * L5,FriL", "0 0 * * 5L,friL", "0", CRON_NTH(5, 4), 0, 0, 0,
	    false, 0 },
	{ "0 0 * * 0#1,FRI#2", "0 0 * * 0#1,fri#2", "0",
	    CRON_NTH(0, 6) | CRON_NTH(1, 4), 0, 0, 0, false, CRONTAB_POSITION },
	{ "0 0 0 ? * 6#3", "0 0 * * fri#3", "0", CRON_NTH(2, 4), 0, 0, 0, false,
	    CRONTAB_POSITION | CRONTAB_QUARTZ | CRONTAB_SECONDS },
	{ "*/10 0 0 ? * 6L", "*/10 0 0 * * friL", "0,10,20,30,40,50",
	    CRON_NTH(5, 4), 0, 0, 0, false, CRONTAB_QUARTZ | CRONTAB_SECONDS },
	{ "* * * * * *", "* * * * * *", "0-59", 0, 0, 0, 0, false,
	    CRONTAB_SECONDS },
	{ "30 0 9 * * 0", "30 0 9 * * sun", "30", 0, 0, 0, 0, false,
	    CRONTAB_SECONDS | CRONTAB_SUNDAY_0 },
	{ "0 0 9 ? * MON 2030", "0 0 9 * * mon 2030", "0", 0, 0, 0, 0, true,
	    0 },
	{ "0 9 ? * MON 2030/2", "0 0 9 * * mon 2030/2", "0", 0, 0, 0, 0, true,
	    CRONTAB_YEAR_LAST },
	{ "0 9 1 1 * 2030", "0 0 9 1 1 * 2030", "0", 0, 0, 0, 0, true,
	    CRONTAB_YEAR_LAST },
	{ "0 0 9 ? * MON 1970-9999", "0 0 9 * * mon 1970-9999", "0", 0, 0, 0, 0,
	    false, 0 },
	{ "0 0 * * fri-sun", "0 0 * * fri-sun", "0", 0, 0, 0, 0, false,
	    CRONTAB_WEEK_END },
	{ "*/60 * * * *", "*/60 * * * *", "0", 0, 0, 0, 0, false,
	    CRONTAB_STEP },
	{ "*5 5-1,3 * * *", "* 3 * * *", "0", 0, 0, 0, 0, false,
	    CRONTAB_JUNK | CRONTAB_EMPTY },
	{ "5 9 * jan * 30", "30 5 9 * jan *", "30", 0, 0, 0, 0, false,
	    CRONTAB_SECONDS_LAST },
	{ "5 9 * * mon-5 0", "5 9 * * mon-fri", "0", 0, 0, 0, 0, false,
	    CRONTAB_SECONDS_LAST | CRONTAB_SUNDAY_0 },
	{ "5 9 * * friL *", "5 9 * * friL", "0", CRON_NTH(5, 4), 0, 0, 0, false,
	    CRONTAB_YEAR_LAST },
	{ "0 0 0 13 * 5", "0 0 13 * fri", "0", 0, 0, 0, 0, false,
	    CRONTAB_EITHER | CRONTAB_SECONDS | CRONTAB_SUNDAY_0 },
};

static void
check_other(void)
{
	struct faults fs = { .n = 0 };
	struct buf norm = BUF_INIT;

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct cron c = { .years = NULL };
		struct crontab ct = { &c, &norm, 0, 0 };

		buf_reset(&norm);
		is_int(crontab_parse(other[i].line, &ct, &fs), 0, "'%s'",
		    other[i].line);
		is_str(buf_cstr(&norm), other[i].norm, "its normal form");
		set_is(&c, CRON_SECOND, other[i].seconds, "seconds");
		ok(c.dow_nth == other[i].dow_nth &&
			c.from_end == other[i].from_end &&
			c.nearest == other[i].nearest &&
			c.end_nearest == other[i].end_nearest,
		    "its moving days");
		ok((c.years != NULL) == other[i].has_years, "its years");
		is_int(ct.notes, other[i].notes, "its notes");
		cron_fini(&c);
	}
	buf_fini(&norm);
}

/* What a job's choice may come to: the lowest and the highest that is seen,
 * and that every value between is. */
static const struct {
	const char *line;
	enum cron_field f;
	int a, b, step; /* step: one of a to b, and each step-th behind it */
	int last;
} chosen[] = {
	{ "H * * * *", CRON_MINUTE, 0, 59, 0, 59 },
	{ "0 H * * *", CRON_HOUR, 0, 23, 0, 23 },
	{ "0 0 H * *", CRON_DAY, 1, 28, 0, 28 },
	{ "0 0 1 H *", CRON_MONTH, 1, 12, 0, 12 },
	{ "0 0 * * H", CRON_DOW, 0, 6, 0, 6 },
	{ "H 0 0 * * *", CRON_SECOND, 0, 59, 0, 59 },
	{ "0 0 0 ? * H", CRON_DOW, 0, 6, 0, 6 },
	{ "H(0-29) * * * *", CRON_MINUTE, 0, 29, 0, 29 },
	{ "H/15 * * * *", CRON_MINUTE, 0, 14, 15, 59 },
	{ "H(10-39)/10 * * * *", CRON_MINUTE, 10, 19, 10, 39 },
	{ "5~9 * * * *", CRON_MINUTE, 5, 9, 0, 9 },
	{ "~9 * * * *", CRON_MINUTE, 0, 9, 0, 9 },
	{ "50~ * * * *", CRON_MINUTE, 50, 59, 0, 59 },
	{ "~ * * * *", CRON_MINUTE, 0, 59, 0, 59 },
	{ "0 0 ~ * *", CRON_DAY, 1, 28, 0, 28 },
	{ "0 0 30~ * *", CRON_DAY, 30, 31, 0, 31 },
	{ "0 0 * jan~mar *", CRON_MONTH, 1, 3, 0, 3 },
	{ "0~59/20 * * * *", CRON_MINUTE, 0, 19, 20, 59 },
};

static void
check_chosen(size_t i)
{
	uint64_t seen = 0, want = 0, bits, first;
	struct faults fs = { .n = 0 };
	struct buf norm = BUF_INIT;
	bool is_right = true;

	for (int64_t n = 0; n < 2000; n++) {
		struct cron c = { .years = NULL };
		struct crontab ct = { &c, &norm, (uint64_t)n * 7919, 0 };

		buf_reset(&norm);
		is_right &= crontab_parse(chosen[i].line, &ct, &fs) == 0 &&
		    (ct.notes & CRONTAB_CHOICE) != 0 &&
		    strpbrk(buf_cstr(&norm), "H~()") == NULL;
		bits = c.bits[chosen[i].f];
		first = bits & -bits;
		seen |= first;
		want = first;
		if (chosen[i].step > 0)
			for (int v = __builtin_ctzll(first);
			     v <= chosen[i].last; v += chosen[i].step)
				want |= UINT64_C(1) << v;
		is_right &= bits == want;
	}
	ok(is_right, "'%s' is one value, or its steps", chosen[i].line);
	want = 0;
	for (int v = chosen[i].a; v <= chosen[i].b; v++)
		want |= UINT64_C(1) << v;
	ok(seen == want, "'%s' may be each of %d to %d", chosen[i].line,
	    chosen[i].a, chosen[i].b);
	buf_fini(&norm);
}

int
main(void)
{
	check_good();
	check_other();
	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++)
		check_chosen(i);
	check_bad();
	check_advice();
	return tap_done();
}

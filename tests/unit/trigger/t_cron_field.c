/*
 * One cron field: what is taken, refused, and advised
 * (lib/trigger/cron_field.h).
 */
#include "lib/base/buf.h"
#include "lib/time/civil.h"
#include "lib/trigger/cron_field.h"
#include "lib/trigger/crontab.h"
#include "lib/base/fault.h"
#include "tests/unit/tap.h"

#define RANGE(a, b) (((UINT64_C(2) << (b)) - 1) >> (a) << (a))
#define BIT(a) (UINT64_C(1) << (a))

static void
good(enum cron_field f, const char *text, uint64_t bits, const char *norm)
{
	struct cron c = { .years = NULL };
	struct buf b = BUF_INIT;
	struct faults fs = { .n = 0 };
	int rc = cron_field_parse(f, text, &c, &b, &fs);

	ok(rc == 0 && c.bits[f] == bits && strcmp(buf_cstr(&b), norm) == 0,
	    "%s='%s' is '%s'", cron_field_name(f), text, norm);
	if (rc != 0 || c.bits[f] != bits)
		printf("# %#llx, '%s', %s\n", (unsigned long long)c.bits[f],
		    buf_cstr(&b), fs.n > 0 ? fs.v[0].text : "no fault");
	cron_fini(&c);
	buf_fini(&b);
}

static void
bad(enum cron_field f, const char *text, const char *want)
{
	struct cron c = { .years = NULL };
	struct buf b = BUF_INIT;
	struct faults fs = { .n = 0 };
	int rc = cron_field_parse(f, text, &c, &b, &fs);

	ok(rc == -1 && fs.n == 1, "%s='%s' refused", cron_field_name(f), text);
	/* In APScheduler's words, and then how it is written. */
	ok(strncmp(fs.v[0].text, want, strlen(want)) == 0, "its reason: %s",
	    fs.v[0].text);
	is_str(fs.v[0].field, cron_field_name(f), "its field");
	cron_fini(&c);
	buf_fini(&b);
}

#define UNRECOGNIZED(x, f) \
	"Unrecognized expression \"" x "\" for field \"" f "\""
#define STEP(x, n, r) \
	"Error validating expression '" x "': the step value (" n \
	") is higher than the total range of the expression (" r ")"
#define LAST(x, n, m) \
	"Error validating expression '" x "': the last value (" n \
	") is higher than the maximum value (" m ")"
#define FIRST(x, n, m) \
	"Error validating expression '" x "': the first value" \
	" (" n ") is lower than the minimum value (" m ")"
#define ORDER "The minimum value in a range must not be higher than the maximum"

static void
test_good(void)
{
	good(CRON_HOUR, "*", RANGE(0, 23), "*");
	good(CRON_HOUR, "*/12", BIT(0) | BIT(12), "*/12");
	good(CRON_HOUR, "*/1", RANGE(0, 23), "*/1");
	good(CRON_HOUR, " 007\t", BIT(7), "7");
	good(CRON_MINUTE, "5 , 6,0,5", BIT(5) | BIT(6) | BIT(0), "5,6,0,5");
	good(CRON_MINUTE, "10-20/5", BIT(10) | BIT(15) | BIT(20), "10-20/5");
	good(CRON_MINUTE, "52/5", BIT(52) | BIT(57), "52/5");
	good(CRON_MINUTE, "30-30", BIT(30), "30");
	good(CRON_SECOND, "0-59", RANGE(0, 59), "0-59");
	good(CRON_WEEK, "1,53", BIT(1) | BIT(53), "1,53");
	good(CRON_MONTH, "JAN-mar, Dec", RANGE(1, 3) | BIT(12), "jan-mar,dec");
	good(CRON_MONTH, "dec-dec", BIT(12), "dec");
	good(CRON_DOW, "mon-FRI", RANGE(0, 4), "mon-fri");
	good(CRON_DOW, "sat-sun,0", RANGE(5, 6) | BIT(0), "sat-sun,0");
	good(CRON_DAY, "*/15", BIT(1) | BIT(16) | BIT(31), "*/15");
	good(CRON_DAY, "LAST", BIT(CRON_DAY_LAST), "last");
	good(CRON_DAY, "3rd  WED, last", BIT(CRON_DAY_LAST), "3rd wed,last");
	good(CRON_YEAR, "2009/2", 0, "2009/2");
}

/* What is not understood, and what the complaint says to write instead. */
static const struct {
	enum cron_field f;
	const char *text;
	const char *advice;
} advised[] = {
	{ CRON_HOUR, "?", "\"?\" for field \"hour\": write * for any" },
	{ CRON_DAY, "L", "\"L\" for field \"day\": write last" },
	{ CRON_DOW, "5L", ": write it as a day, 'last fri'" },
	{ CRON_DOW, "0L", ": write it as a day, 'last sun'" },
	{ CRON_DOW, "8L", ": write it as a day, 'last fri' or '2nd fri'" },
	{ CRON_DOW, "mon#2", ": write it as a day, '2nd mon'" },
	{ CRON_DOW, "7#5", ": write it as a day, '5th sun'" },
	{ CRON_DOW, "mon#6", ": write it as a day, 'last fri' or '2nd fri'" },
	{ CRON_DOW, "#", ": write it as a day, 'last fri' or '2nd fri'" },
	{ CRON_DAY, "15W", "in a crontab line" },
	{ CRON_HOUR, "@daily", ": give such a word as crontab" },
	{ CRON_MINUTE, "0 3 * * *", "a crontab line is given as crontab" },
	{ CRON_HOUR, "5.0", ": write a whole number, 5" },
	{ CRON_HOUR, "5.5", ": write a whole number" },
	{ CRON_HOUR, "1-5.0", ": write a whole number" },
	{ CRON_DOW, "mon-fri/2", "names take no step; write 0-4/2" },
	{ CRON_MONTH, "feb-nov/3", "names take no step; write 2-11/3" },
	{ CRON_MONTH, "nov-feb/3", "write nov-dec,jan-feb" },
	{ CRON_HOUR, "22-5/2", "; write 22,0-5/2" },
	{ CRON_MINUTE, "50-10/3", "; write 50-59/3,2-10/3" },
	{ CRON_YEAR, "2035-2030", "; write 2030-2035" },
	{ CRON_MINUTE, "H", "crontab line" },
	{ CRON_HOUR, "", "leave a field out" },
	{ CRON_MINUTE, "x", ": write *, */n, a, a-b or a-b/n" },
	{ CRON_HOUR, "22-2", "\"22-2\" for field \"hour\"; write 22-23,0-2" },
	{ CRON_DOW, "fri-mon", "; write fri-sun,mon" },
	{ CRON_MONTH, "nov-feb", "; write nov-dec,jan-feb" },
	{ CRON_DOW, "7", ": 0 is Monday here, Sunday is 6 or sun" },
	{ CRON_MINUTE, "*/0", "\"*/0\" for field \"minute\"" },
	{ CRON_MONTH, "January", "for field \"month\": write jan" },
	{ CRON_MONTH, "SEPT", "for field \"month\": write sep" },
	{ CRON_DOW, "Thursday", "for field \"day_of_week\": write thu" },
	{ CRON_HOUR, "24", "the maximum value (23): write 0" },
	{ CRON_MINUTE, "60", "the maximum value (59): write 0" },
	{ CRON_MONTH, "foo", "\"foo\" for field \"month\": write jan to dec" },
	{ CRON_DAY, "1st foo", "\"foo\" for field \"day\": write mon to sun" },
};

static void
test_advice(void)
{
	for (size_t i = 0; i < sizeof(advised) / sizeof(advised[0]); i++) {
		struct faults fs = { .n = 0 };
		struct buf b = BUF_INIT;
		struct cron c = { .years = NULL };

		(void)cron_field_parse(advised[i].f, advised[i].text, &c, &b,
		    &fs);
		ok(fs.n == 1 && strstr(fs.v[0].text, advised[i].advice) != NULL,
		    "%s: %s", advised[i].text,
		    fs.n == 0 ? "taken" : fs.v[0].text);
		cron_fini(&c);
		buf_fini(&b);
	}
}

static void
test_bad(void)
{
	bad(CRON_HOUR, "25", LAST("25", "25", "23"));
	bad(CRON_HOUR, "99999999999", LAST("99999999999", "999999999", "23"));
	bad(CRON_MINUTE, "*/60", STEP("*/60", "60", "59"));
	bad(CRON_MINUTE, "0-0/5", STEP("0-0/5", "5", "0"));
	bad(CRON_MINUTE, "5-5/1", STEP("5-5/1", "1", "0"));
	bad(CRON_MINUTE, "70/5", STEP("70/5", "5", "-11"));
	bad(CRON_MINUTE, "5-3", ORDER);
	bad(CRON_MINUTE, "*/0", "Increment must be higher than 0");
	bad(CRON_MINUTE, "5/0", "Increment must be higher than 0");
	bad(CRON_DAY, "0-3", FIRST("0-3", "0", "1"));
	bad(CRON_YEAR, "1969", FIRST("1969", "1969", "1970"));
	bad(CRON_YEAR, "*/9000", STEP("*/9000", "9000", "8029"));
	bad(CRON_DAY, "L", UNRECOGNIZED("L", "day"));
	bad(CRON_DAY, "6th mon", UNRECOGNIZED("6th mon", "day"));
	bad(CRON_DAY, "1st moh", "Invalid weekday name \"moh\"");
	bad(CRON_DAY, "1st 1", "Invalid weekday name \"1\"");
	bad(CRON_DAY, "last-3", UNRECOGNIZED("last-3", "day"));
	bad(CRON_DAY, "lastday", UNRECOGNIZED("lastday", "day"));
	bad(CRON_DAY, "1st mon-fri", UNRECOGNIZED("1st mon-fri", "day"));
	bad(CRON_DOW, "mon-fri/2", UNRECOGNIZED("mon-fri/2", "day_of_week"));
	bad(CRON_DOW, "mon-5", UNRECOGNIZED("mon-5", "day_of_week"));
	bad(CRON_DOW, "mon - fri", UNRECOGNIZED("mon - fri", "day_of_week"));
	bad(CRON_DOW, "fri-mon", ORDER);
	bad(CRON_DOW, "monday", "Invalid weekday name \"monday\"");
	bad(CRON_DOW, "mon-fre", "Invalid weekday name \"fre\"");
	bad(CRON_DOW, "7", LAST("7", "7", "6"));
	bad(CRON_MONTH, "january", "Invalid month name \"january\"");
	bad(CRON_MONTH, "feb*", UNRECOGNIZED("feb*", "month"));
	bad(CRON_HOUR, "", UNRECOGNIZED("", "hour"));
	bad(CRON_HOUR, "5,", UNRECOGNIZED("", "hour"));
	bad(CRON_HOUR, "1 2", UNRECOGNIZED("1 2", "hour"));
	bad(CRON_HOUR, "1-2-3", UNRECOGNIZED("1-2-3", "hour"));
	bad(CRON_HOUR, "1/2/3", UNRECOGNIZED("1/2/3", "hour"));
	bad(CRON_HOUR, "+5", UNRECOGNIZED("+5", "hour"));
	bad(CRON_HOUR, "mon", UNRECOGNIZED("mon", "hour"));
}

static void
crontab_is(const char *line, uint64_t dow, bool is_or, const char *norm)
{
	struct cron c = { .years = NULL };
	struct buf b = BUF_INIT;
	struct faults fs = { .n = 0 };
	int rc = crontab_parse(line, &(struct crontab){ &c, &b, 0, 0 }, &fs);

	ok(rc == 0 && c.bits[CRON_DOW] == dow && c.is_day_or_dow == is_or,
	    "crontab '%s'", line);
	is_str(buf_cstr(&b), norm, "its normal form");
	if (rc != 0)
		printf("# %s\n", fs.v[0].text);
	buf_fini(&b);
}

static void
crontab_bad(const char *line, const char *want)
{
	struct cron c = { .years = NULL };
	struct buf b = BUF_INIT;
	struct faults fs = { .n = 0 };

	ok(crontab_parse(line, &(struct crontab){ &c, &b, 0, 0 }, &fs) == -1 &&
		fs.n == 1,
	    "crontab '%s' refused", line);
	ok(strncmp(fs.v[0].text, want, strlen(want)) == 0, "its reason: %s",
	    fs.v[0].text);
	is_str(fs.v[0].field, "crontab", "its field");
	buf_fini(&b);
}

static void
test_crontab(void)
{
	crontab_is("0 3 * * 1-5", RANGE(0, 4), false, "0 3 * * 1-5");
	crontab_is("  0\t3 * *  MON-Fri ", RANGE(0, 4), false,
	    "0 3 * * mon-fri");
	crontab_is("0 3 * * 0", BIT(6), false, "0 3 * * 0");
	crontab_is("0 3 * * 7", BIT(6), false, "0 3 * * 7");
	crontab_is("0 3 * * 0-7", RANGE(0, 6), false, "0 3 * * 0-7");
	crontab_is("0 3 * * fri-sun", RANGE(4, 6), false, "0 3 * * fri-sun");
	crontab_is("0 3 * * sun-tue", RANGE(0, 1) | BIT(6), false,
	    "0 3 * * sun-tue");
	crontab_is("0 3 * * */2", BIT(6) | BIT(1) | BIT(3) | BIT(5), false,
	    "0 3 * * */2");
	crontab_is("0 3 13 * 5", BIT(4), true, "0 3 13 * 5");
	crontab_is("0 3 */2 * 5", BIT(4), false, "0 3 */2 * 5");
	crontab_is("0 3 1,15 jan-mar,dec mon-fri/2", BIT(0) | BIT(2) | BIT(4),
	    true, "0 3 1,15 jan-mar,dec mon-fri/2");
	crontab_is("@Daily", RANGE(0, 6), false, "@daily");
	crontab_is("@weekly", BIT(6), false, "@weekly");
	crontab_is("@hourly", RANGE(0, 6), false, "@hourly");
	crontab_bad("60 * * * *", LAST("60", "60", "59"));
	crontab_bad("* * * * 8", LAST("8", "8", "7"));
	crontab_bad("* L * * *", UNRECOGNIZED("L", "hour"));
	crontab_bad("* * * foo *", "Invalid month name \"foo\"");
}

int
main(void)
{
	test_good();
	test_bad();
	test_advice();
	test_crontab();
	return tap_done();
}

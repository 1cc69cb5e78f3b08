/* Header lines: numbers, dates, Retry-After (net/http/field.h). */
#include "config.h"

#include <string.h>

#include "net/http/field.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define NOW (INT64_C(784111777) * S) /* Sun, 06 Nov 1994 08:49:37 GMT */
#define NONE INT64_C(-1)

static const struct {
	const char *text;
	int64_t want;
} numbers[] = {
	{ "0", 0 },
	{ " \t17 \r", 17 },
	{ "1000000000000", 1000000000000 },
	{ "1000000000001", NONE },
	{ "12345678901234567890123456789", NONE },
	{ "", NONE },
	{ "  ", NONE },
	{ "-1", NONE },
	{ "+4", NONE },
	{ "1e3", NONE },
	{ "1 2", NONE },
	{ "1.5", NONE },
	{ "0x10", NONE },
};

/* Header lines, and how many seconds they ask for. */
static const struct {
	const char *headers;
	int64_t want_s;
} retries[] = {
	{ "", NONE },
	{ "\r\n", NONE },
	{ "Retry-After: 17\r\n", 17 },
	{ "X: 1\r\nRETRY-after:17\nY: 2", 17 },
	{ "Retry-After: 0\r\n", 0 },
	{ "Retry-After: 86400\r\n", 86400 },
	{ "Retry-After: 86401\r\n", 86400 },
	{ "Retry-After: 999999999999\r\n", 86400 },
	{ "Retry-After: 3\r\nRetry-After: 9\r\nRetry-After: 5\r\n", 9 },
	{ "Retry-After: soon\r\nRetry-After: 5\r\n", 5 },
	{ "Retry-After:\r\n", NONE },
	{ "Retry-After", NONE },
	{ "Retry-After : 5\r\nX-Retry-After: 6\r\n", NONE },
	{ "Retry-After: -5\r\n", NONE },
	/* RFC 9110, 5.6.7: three forms of a date. */
	{ "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT\r\n", 1 },
	{ "Retry-After: Sunday, 06-Nov-94 08:50:37 GMT\r\n", 86400 },
	{ "Retry-After: Sun Nov  6 09:49:37 1994\r\n", 3600 },
	{ "Retry-After: Sun, 06 Nov 1994 23:59:60 GMT\r\n", 54623 },
	{ "Retry-After: Tue, 08 Nov 1994 08:49:37 GMT\r\n", 86400 },
	{ "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 86400 },
	/* Over. */
	{ "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", NONE },
	{ "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n", NONE },
	/* None at all. */
	{ "Retry-After: Sun, 06 Nov 1994 08:49:38\r\n", NONE },
	{ "Retry-After: Sun, 06 Nov 1994 08:49:38 CET\r\n", NONE },
	{ "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT GMT\r\n", NONE },
	{ "Retry-After: Sun, 31 Nov 1994 08:49:38 GMT\r\n", NONE },
	{ "Retry-After: Sun, 00 Nov 1994 08:49:38 GMT\r\n", NONE },
	{ "Retry-After: Sun, 06 Nob 1994 08:49:38 GMT\r\n", NONE },
	{ "Retry-After: Sun, 06 November 1994 08:49:38 GMT\r\n", NONE },
	{ "Retry-After: Sun, 06 Nov 10000 08:49:38 GMT\r\n", NONE },
	{ "Retry-After: Sun, 06 Nov 1994 24:00:00 GMT\r\n", NONE },
	{ "Retry-After: Sun, 06 Nov 1994 09:60:00 GMT\r\n", NONE },
	{ "Retry-After: Sun, 06 Nov 1994 09:00:61 GMT\r\n", NONE },
	{ "Retry-After: 2030-01-01T00:00:00Z\r\n", NONE },
};

/* A field of header lines, and its value. */
static const struct {
	const char *headers, *name, *want;
} texts[] = {
	{ "Location: /x\r\n", "location", "/x" },
	{ "location:  /x y \t\r\n", "Location", "/x y" },
	{ "A: 1\r\nA: 2\r\n", "A", "1" },
	{ "A:\r\n", "A", "" },
	{ "AB: 1\r\n", "A", NULL },
	{ "X: A: 1\r\n", "A", NULL },
	{ "", "A", NULL },
	{ "A: 123456789\r\n", "A", "1234567" },
};

static void
test_texts(void)
{
	char out[8];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bool is_there = http_field_text(texts[i].headers, texts[i].name,
		    out, sizeof(out));

		ok(is_there == (texts[i].want != NULL), "field %zu", i);
		is_str(out, is_there ? texts[i].want : "", "its text");
	}
}

int
main(void)
{
	test_texts();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		is_int(http_field_number(numbers[i].text,
			   strlen(numbers[i].text)),
		    numbers[i].want, "number '%s'", numbers[i].text);
	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		int64_t want = retries[i].want_s;

		is_int(http_field_retry_us(retries[i].headers, NOW),
		    want == NONE ? NONE : want * S, "retry %zu", i);
	}
	return tap_done();
}

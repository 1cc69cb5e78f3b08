/* Buffers: growth, failure without memory, printing (lib/base/buf.h). */
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "tests/unit/tap.h"

static void
json_is(const char *in, const char *want)
{
	struct buf b = BUF_INIT;

	buf_json(&b, in);
	is_str(buf_cstr(&b), want, "JSON of %d bytes", (int)strlen(in));
	buf_fini(&b);
}

static void
test_growth(void)
{
	struct buf b = BUF_INIT;
	char *s;
	int i;

	is_str(buf_cstr(&b), "", "empty");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	is_int(b.len, 2000, "printf grows");
	ok(b.data[b.len] == '\0' && strncmp(b.data, "0,1,2,", 6) == 0,
	    "bytes in order");
	buf_printf(&b, "%0500d", 7);
	is_int(b.len, 2500, "printf longer than the room");
	buf_reset(&b);
	is_str(buf_cstr(&b), "", "reset");
	buf_str(&b, "ab");
	buf_char(&b, 'c');
	buf_add(&b, "d\0e", 3);
	is_int(b.len, 6, "add keeps a NUL");
	s = buf_take(&b);
	is_str(s, "abcd", "take");
	ok(b.data == NULL && b.len == 0, "take leaves nothing");
	free(s);
	s = buf_take(&b);
	is_str(s, "", "take of nothing is an empty string");
	free(s);
}

static void
test_failure(void)
{
	struct buf b = BUF_INIT;
	char *s;

	buf_str(&b, "kept");
	is_int(buf_reserve(&b, SIZE_MAX - 2), -1, "too much");
	ok(b.is_failed, "failure is kept");
	buf_str(&b, "more");
	is_int(b.len, 4, "later calls do nothing");
	s = buf_take(&b);
	ok(s == NULL, "take after a failure");
	free(s);
	ok(!b.is_failed, "usable again");
	buf_fini(&b);
}

static void
test_faults(void)
{
	struct faults fs = { .n = 0 };
	char name[16];
	int i;

	is_int(fault_add(&fs, "hour", "bad %d", 1), -1, "returns -1");
	fault_add(&fs, "hour", "bad %d", 2);
	is_int(fs.n, 1, "one complaint for each field");
	is_str(fs.v[0].text, "bad 1", "the first stays");
	for (i = 0; i < 2 * FAULT_MAX; i++) {
		(void)snprintf(name, sizeof(name), "f%d", i);
		fault_add(&fs, name, "x");
	}
	is_int(fs.n, FAULT_MAX, "no more than there is room for");
	fs.n = 0;
	/* 319 bytes fit; the two-byte letter at 319 and 320 must not be cut. */
	fault_add(&fs, "a", "%0318dé", 0);
	is_int(strlen(fs.v[0].text), 318, "no half of a letter");
	fault_add(&fs, "b", "%0317dé", 0);
	is_int(strlen(fs.v[1].text), 319, "a whole letter at the end stays");
}

int
main(void)
{
	test_growth();
	test_failure();
	test_faults();
	json_is("", "\"\"");
	json_is("plain é", "\"plain é\"");
	json_is("a\"b\\c/", "\"a\\\"b\\\\c/\"");
	json_is("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
	json_is("\x01x\x1f\x7f", "\"\\u0001x\\u001f\x7f\"");
	return tap_done();
}

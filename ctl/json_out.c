/*
 * Writes JSON for --json, member by member, without a tree.  Tested in
 * tests/ctl/output.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/time/datetime.h"

#include "lib/base/ban.h"

/* Write what precedes a value: a comma unless it is the first, and the key. */
static void
begin_value(struct buf *b, const char *key)
{
	char last = b->len == 0 ? '{' : b->data[b->len - 1];

	if (last != '{' && last != '[')
		buf_char(b, ',');
	if (key != NULL) {
		buf_json(b, key);
		buf_char(b, ':');
	}
}

void
json_out_open(struct buf *b, const char *key, char bracket)
{
	begin_value(b, key);
	buf_char(b, bracket);
}

void
json_out_close(struct buf *b, char bracket)
{
	buf_char(b, bracket);
}

void
json_out_str(struct buf *b, const char *key, const char *v)
{
	begin_value(b, key);
	if (v == NULL)
		buf_str(b, "null");
	else
		buf_json(b, v);
}

void
json_out_int(struct buf *b, const char *key, int64_t v)
{
	begin_value(b, key);
	buf_printf(b, "%" PRId64, v);
}

void
json_out_bool(struct buf *b, const char *key, bool v)
{
	begin_value(b, key);
	buf_str(b, v ? "true" : "false");
}

void
json_out_time(struct buf *b, const char *key, int64_t t_us)
{
	begin_value(b, key);
	if (t_us == 0 || t_us == JOB_NEVER) {
		buf_str(b, "null");
		return;
	}
	buf_char(b, '"');
	datetime_rfc3339(t_us, b);
	buf_char(b, '"');
}

void
json_out_raw(struct buf *b, const char *key, const char *json)
{
	begin_value(b, key);
	buf_str(b, json);
}

int
json_out_print(struct buf *b)
{
	int status = CTL_OK;

	if (b->is_failed)
		status = ctl_fail(CTL_BUG, "out of memory");
	else {
		text_json(stdout, buf_cstr(b), b->len);
		text_line("%s", "");
	}
	buf_fini(b);
	return status;
}

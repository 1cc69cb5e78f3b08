#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/json_out.h"
#include "lib/buf.h"
#include "lib/datetime.h"
#include "lib/utf8.h"

#include "lib/ban.h"

/* Write what stands before a value: a comma unless it is the first. */
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

void
json_out_write(const char *json, size_t n)
{
	const char *from = json, *end = json + n;
	uint32_t cp;
	size_t len;

	for (const char *s = json; s < end; s += len) {
		/* What is ASCII was escaped, where it has to be. */
		len = 1;
		if ((unsigned char)*s < 0x7f)
			continue;
		len = utf8_decode(s, (size_t)(end - s), &cp);
		if (len > 0 && utf8_is_shown(cp))
			continue;
		(void)fwrite(from, 1, (size_t)(s - from), stdout);
		(void)printf("\\u%04x", len == 0 ? 0xfffdU : (unsigned)cp);
		len = len == 0 ? 1 : len;
		from = s + len;
	}
	(void)fwrite(from, 1, (size_t)(end - from), stdout);
}

int
json_out_print(struct buf *b)
{
	int status = CTL_OK;

	if (b->is_failed)
		status = ctl_fail(CTL_BUG, "out of memory");
	else {
		json_out_write(buf_cstr(b), b->len);
		(void)putchar('\n');
	}
	buf_fini(b);
	return status;
}

/*
 * Members of JSON objects in responses and reports.  Tested in t_api_clients
 * and t_api_runs.
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"

#include "lib/record/member.h"

#include "lib/base/ban.h"

void
member_text(const char *name, const char *v, struct buf *out)
{
	buf_printf(out, ",\"%s\":", name);
	if (v == NULL || v[0] == '\0')
		buf_str(out, "null");
	else
		buf_json(out, v);
}

void
member_time(const char *name, int64_t t_us, struct buf *out)
{
	buf_printf(out, ",\"%s\":\"", name);
	datetime_rfc3339(t_us, out);
	buf_char(out, '"');
}

void
member_time_if(const char *name, bool is_there, int64_t t_us, struct buf *out)
{
	if (is_there)
		member_time(name, t_us, out);
	else
		buf_printf(out, ",\"%s\":null", name);
}

void
member_int_if(const char *name, bool is_there, int64_t n, struct buf *out)
{
	if (is_there)
		buf_printf(out, ",\"%s\":%" PRId64, name, n);
	else
		buf_printf(out, ",\"%s\":null", name);
}

/* Members of JSON objects in responses.  Tested in t_api_clients. */
#include "config.h"

#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"

#include "fcgi/api/member.h"

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

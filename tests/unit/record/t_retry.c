/* Retry policies: what is left out, and what is printed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/record/retry.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define NO RETRY_UNSET

/* As given, its JSON, and its meaning. */
static const struct {
	struct retry given;
	const char *json;
	struct retry is;
} rows[] = {
	{ RETRY_EMPTY, "", { 0, 86400 * S, S, 300 * S } },
	{ { 7, NO, NO, NO }, "{\"max_attempts\":7}",
	    { 7, 86400 * S, S, 300 * S } },
	{ { NO, 60 * S, NO, NO }, "{\"max_age\":60}",
	    { 0, 60 * S, S, 300 * S } },
	{ { NO, 0, NO, NO }, "{\"max_age\":0}", { 0, 0, S, 300 * S } },
	{ { NO, NO, 2 * S, 9 * S }, "{\"base\":2,\"cap\":9}",
	    { 0, 86400 * S, 2 * S, 9 * S } },
	{ { 1, 2 * S, 0, 0 },
	    "{\"max_attempts\":1,\"max_age\":2,\"base\":0,\"cap\":0}",
	    { 1, 2 * S, 0, 0 } },
	/* What a client must not write is shown as it is. */
	{ { 0, NO, NO, NO }, "{\"max_attempts\":0}",
	    { 0, 86400 * S, S, 300 * S } },
};

int
main(void)
{
	struct retry is = retry_effective(&retry_handover, NULL);

	ok(memcmp(&is, &rows[0].is, sizeof(is)) == 0, "without any");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT;

		is = retry_effective(&retry_handover, &rows[i].given);
		ok(memcmp(&is, &rows[i].is, sizeof(is)) == 0, "meaning of %s",
		    rows[i].json);
		is = retry_effective(&retry_handover, &is);
		ok(memcmp(&is, &rows[i].is, sizeof(is)) == 0, "once more");
		is_int(retry_print(&retry_handover, &rows[i].given, &b) > 0,
		    rows[i].json[0] != '\0', "is there one?");
		is_str(buf_cstr(&b), rows[i].json, "JSON");
		buf_fini(&b);
	}
	return tap_done();
}

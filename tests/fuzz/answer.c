/*
 * Fuzz target: an answer of Render (ticker/render/parse.c, rate.c). The first
 * byte says what was asked, the second the HTTP status.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "ticker/render/rate.h"
#include "ticker/render/parse.h"

/*
 * An answer of Render: the first byte says what was asked, the second the
 * status; header lines follow up to an empty one, the rest is the body.
 */

#define NOW_US INT64_C(1790000000000000)
#define DAY_US INT64_C(86400000000)

static void
check_rate(const char *headers, int status)
{
	struct rate_report rep;
	struct rate r = { 0 };
	int64_t at;

	rate_read(headers, status, NOW_US, &rep);
	must(rep.limit >= RATE_NONE && rep.remaining >= RATE_NONE);
	must(rep.reset_us == RATE_NONE ||
	    (rep.reset_us >= NOW_US && rep.reset_us <= NOW_US + DAY_US));
	must(rep.retry_us >= RATE_NONE && rep.retry_us <= DAY_US);
	for (int i = 0; i < 3; i++) {
		rate_start(&r, RATE_CREATE);
		rate_end(&r, RATE_CREATE, i == 1 ? NULL : &rep, NOW_US + i);
		must(rate_left(&r, RATE_CREATE, NOW_US + i) >= 0);
		/* Nothing an answer says stops us for longer than a day. */
		at = rate_ready(&r, RATE_CREATE, NOW_US + i);
		must(at <= NOW_US + DAY_US + i);
		must((at <= NOW_US + i) ==
		    (rate_left(&r, RATE_CREATE, NOW_US + i) > 0));
	}
}

static void
check_line(const char *s)
{
	must(utf8_is_text(s, strlen(s)));
	must(strstr(s, "  ") == NULL);
}

static void
check_id(const char *id)
{
	must(strlen(id) < RENDER_ID_MAX);
	must(id[strcspn(id, "/%?#\"\\ \r\n")] == '\0');
}

static void
check_answer(const struct render_answer *a)
{
	must(a->njobs + a->nevents + a->nbad <= RENDER_PAGE);
	must(strlen(a->cursor) < RENDER_CURSOR_MAX);
	must(a->is_last || a->cursor[0] != '\0');
	for (size_t i = 0; i < a->njobs; i++) {
		must(a->jobs[i].id[0] != '\0');
		check_id(a->jobs[i].id);
		check_id(a->jobs[i].service);
		check_id(a->jobs[i].plan);
		must(a->jobs[i].status < RENDER_STATUS__MAX);
	}
	for (size_t i = 0; i < a->nevents; i++) {
		must(a->events[i].job[0] != '\0');
		check_id(a->events[i].job);
		must(a->events[i].reason.timed_out_s >= 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 201, 400, 429, 500, 503 };
	struct render_answer *a = calloc(1, sizeof(*a));
	const char *body;
	char *text;
	int status;

	must(a != NULL);
	if (size >= 2) {
		a->op = (enum render_op)(data[0] % RENDER_OP__MAX);
		status = statuses[data[1] % 6];
		text = fuzz_text(data + 2, size - 2);
		check_rate(text, status);
		body = strstr(text, "\n\n");
		body = body == NULL ? text : body + 2;
		if (status >= 300)
			render_parse_error(a, body, strlen(body));
		else if (render_parse(a, body, strlen(body)) == 0)
			check_answer(a);
		else
			must(a->message[0] != '\0');
		check_line(a->message);
		free(text);
	}
	render_answer_free(a);
	return 0;
}

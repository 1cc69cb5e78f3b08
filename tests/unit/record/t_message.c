/* The envelope of a message, byte for byte (lib/record/message.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/record/message.h"
#include "tests/unit/tap.h"

/* The envelope is what consumers parse: byte for byte. */
static const struct sample {
	const char *what;
	struct message_envelope e;
	const char *want;
} samples[] = {
	{ "a job's message",
	    { "t-1", "mail", "nightly", INT64_C(1795305600000000),
		INT64_C(1795305601500000), 1, "[1,\"b\"]", "{\"k\":null}" },
	    "{\"task_id\":\"t-1\",\"queue_name\":\"mail\","
	    "\"job_id\":\"nightly\","
	    "\"scheduled_at\":\"2026-11-22T00:00:00Z\","
	    "\"enqueued_at\":\"2026-11-22T00:00:01.500000Z\","
	    "\"attempt\":1,\"args\":[1,\"b\"],\"kwargs\":{\"k\":null}}" },
	{ "a published message without arguments",
	    { "t-2", "mail", NULL, 0, 0, 2, NULL, NULL },
	    "{\"task_id\":\"t-2\",\"queue_name\":\"mail\",\"job_id\":null,"
	    "\"scheduled_at\":\"1970-01-01T00:00:00Z\","
	    "\"enqueued_at\":\"1970-01-01T00:00:00Z\","
	    "\"attempt\":2,\"args\":[],\"kwargs\":{}}" },
	{ "names that need escapes",
	    { "t\"3", "a\\b", "\xe6\x8a\xa5\n", 0, 0, 1, "[]", "{}" },
	    "{\"task_id\":\"t\\\"3\",\"queue_name\":\"a\\\\b\","
	    "\"job_id\":\"\xe6\x8a\xa5\\n\","
	    "\"scheduled_at\":\"1970-01-01T00:00:00Z\","
	    "\"enqueued_at\":\"1970-01-01T00:00:00Z\","
	    "\"attempt\":1,\"args\":[],\"kwargs\":{}}" },
};

static void
check_list(void)
{
	struct message_list l = { NULL, 0, 0 };
	struct message *m;
	int clean = 0;

	for (int i = 0; i < 33; i++) {
		if ((m = message_list_add(&l)) == NULL)
			break;
		clean += m->id == 0 && m->lease[0] == '\0' && m->body == NULL;
		m->id = i;
		m->body = strdup("{}");
	}
	is_int((long long)l.n, 33, "a list grows");
	is_int(clean, 33, "new messages are zeroed");
	is_int(l.v[32].id, 32, "messages stay where they are");
	message_list_fini(&l);
	ok(l.v == NULL && l.n == 0 && l.cap == 0, "a finished list is empty");
	message_list_fini(&l);
}

int
main(void)
{
	struct buf b = BUF_INIT;

	is_str(message_state_name(MESSAGE_READY), "ready", "ready");
	is_str(message_state_name(MESSAGE_HELD), "held", "held");
	is_str(message_state_name(MESSAGE_DEAD), "dead", "dead");
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		buf_reset(&b);
		message_envelope(&samples[i].e, &b);
		is_str(buf_cstr(&b), samples[i].want, "%s", samples[i].what);
	}
	buf_reset(&b);
	buf_str(&b, "x");
	message_envelope(&samples[1].e, &b);
	ok(strncmp(buf_cstr(&b), "x{", 2) == 0, "an envelope is appended");
	buf_fini(&b);
	check_list();
	return tap_done();
}

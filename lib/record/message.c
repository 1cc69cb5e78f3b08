/*
 * Messages of the embedded queue as records, and the envelope format.
 * funboost's format is lib/job/message_funboost.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/base/list.h"
#include "lib/record/message.h"
#include "lib/base/ban.h"

static const char *const state_names[MESSAGE_STATE__MAX] = {
	[MESSAGE_READY] = "ready",
	[MESSAGE_HELD] = "held",
	[MESSAGE_DEAD] = "dead",
};

const char *
message_state_name(enum message_state s)
{
	return state_names[s];
}

void
message_fini(struct message *m)
{
	free(m->reason);
	free(m->body);
	memset(m, 0, sizeof(*m));
}

void
message_envelope(const struct message_envelope *e, struct buf *out)
{
	buf_str(out, "{\"task_id\":");
	buf_json(out, e->task_id);
	buf_str(out, ",\"queue_name\":");
	buf_json(out, e->queue);
	buf_str(out, ",\"job_id\":");
	if (e->job_id == NULL)
		buf_str(out, "null");
	else
		buf_json(out, e->job_id);
	buf_str(out, ",\"scheduled_at\":\"");
	datetime_rfc3339(e->scheduled_us, out);
	buf_str(out, "\",\"enqueued_at\":\"");
	datetime_rfc3339(e->enqueued_us, out);
	buf_printf(out, "\",\"attempt\":%lld,\"args\":", (long long)e->attempt);
	buf_str(out, e->args == NULL ? "[]" : e->args);
	buf_str(out, ",\"kwargs\":");
	buf_str(out, e->kwargs == NULL ? "{}" : e->kwargs);
	buf_char(out, '}');
}

/*
 * Messages on their way to a broker as records, and when to give one up.
 * Tested in t_outbox and in tests/broker/.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/backoff.h"
#include "lib/base/list.h"
#include "lib/record/outbox.h"
#include "lib/base/ban.h"

void
outbox_fini(struct outbox *o)
{
	free(o->queue);
	free(o->job_id);
	free(o->args);
	free(o->kwargs);
	free(o->reason);
	memset(o, 0, sizeof(*o));
}

size_t
outbox_bytes(const struct outbox *o)
{
	return (o->args == NULL ? 0 : strlen(o->args)) +
	    (o->kwargs == NULL ? 0 : strlen(o->kwargs));
}

int64_t
outbox_backoff_us(const struct outbox *o, uint32_t random32)
{
	return backoff_us(o->retry.base_us, o->retry.cap_us, o->attempt,
	    random32);
}

const char *
outbox_is_expired(const struct outbox *o, int64_t now_us)
{
	if (o->retry.max_attempts > 0 && o->attempt >= o->retry.max_attempts)
		return "given up: its retry allows no more attempts";
	if (o->retry.max_age_us > 0 &&
	    now_us - o->due_us >= o->retry.max_age_us)
		return "given up: it is older than its retry allows";
	return NULL;
}

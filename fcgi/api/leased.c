/* Gives messages back whose consumer went away before it got them. */
#include "config.h"

#include "lib/base/log.h"
#include "lib/record/message.h"
#include "lib/sched/sched.h"

#include "fcgi/api/ctx.h"
#include "fcgi/api/leased.h"

#include "lib/base/ban.h"

#define PART 64 /* messages per transaction */
#define TRIES 3 /* per transaction, while the store is busy */

void
leased_forget(struct ctx *ctx)
{
	message_list_fini(&ctx->leased);
}

static enum store_rc
give_back_part(struct ctx *ctx, size_t from, size_t n)
{
	static const struct sched_nack how = { .is_free = true };
	struct sched_leases l = { .queue = ctx->leased_queue, .n = n };
	const char *texts[PART];
	enum store_rc rc = STORE_BUSY;
	size_t done;

	for (size_t i = 0; i < n; i++)
		texts[i] = ctx->leased.v[from + i].lease;
	l.v = texts;
	for (int i = 0; i < TRIES && rc == STORE_BUSY; i++)
		rc = sched_nack(&ctx->sched, &l, &how, &done);
	return rc;
}

void
leased_give_back(struct ctx *ctx)
{
	const size_t n = ctx->leased.n;

	for (size_t i = 0; i < n; i += PART) {
		enum store_rc rc =
		    give_back_part(ctx, i, n - i < PART ? n - i : PART);

		/* A message not released becomes ready when its lease ends. */
		if (rc != STORE_OK)
			log_event(LOG_LEVEL_WARN, "lease-not-given-back",
			    LOG_KEY_ERROR, store_strrc(rc), NULL);
	}
	leased_forget(ctx);
}

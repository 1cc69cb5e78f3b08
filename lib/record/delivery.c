/*
 * A run on its way to an outside target (Render), as a record: names, ids,
 * marks in commands.  The ticker sends (ticker/render/), lib/store/delivery.c
 * keeps the rows.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/record/delivery.h"
#include "lib/base/list.h"
#include "lib/base/names.h"
#include "lib/base/xid.h"
#include "lib/base/ban.h"

const char *const delivery_target_names[DELIVERY_TARGET__MAX] = {
	[DELIVERY_RENDER] = "render",
};

const char *const delivery_marker_names[DELIVERY_MARKER__MAX] = {
	[DELIVERY_MARKER_NONE] = "",
	[DELIVERY_MARKER_COMMENT] = "comment",
	[DELIVERY_MARKER_ENV] = "env",
};

const char *const delivery_ambiguous_names[DELIVERY_AMBIGUOUS__MAX] = {
	[DELIVERY_AMBIGUOUS_RETRY] = "retry",
	[DELIVERY_AMBIGUOUS_SKIP] = "skip",
};

const char *
delivery_target_name(enum delivery_target t)
{
	return delivery_target_names[t];
}

int
delivery_target_parse(const char *name, enum delivery_target *out)
{
	int i = names_find(delivery_target_names, DELIVERY_TARGET__MAX, name);

	if (i < 0)
		return -1;
	*out = (enum delivery_target)i;
	return 0;
}

const char *
delivery_marker_name(enum delivery_marker m)
{
	return delivery_marker_names[m];
}

int
delivery_marker_parse(const char *name, enum delivery_marker *out)
{
	int i = names_find(delivery_marker_names, DELIVERY_MARKER__MAX, name);

	if (i < 0)
		return -1;
	*out = (enum delivery_marker)i;
	return 0;
}

const char *
delivery_ambiguous_name(enum delivery_ambiguous a)
{
	return delivery_ambiguous_names[a];
}

int
delivery_ambiguous_parse(const char *name, enum delivery_ambiguous *out)
{
	int i =
	    names_find(delivery_ambiguous_names, DELIVERY_AMBIGUOUS__MAX, name);

	if (i < 0)
		return -1;
	*out = (enum delivery_ambiguous)i;
	return 0;
}

void
delivery_fini(struct delivery *d)
{
	free(d->service);
	free(d->command);
	free(d->plan);
	free(d->remote_id);
	free(d->reason);
	memset(d, 0, sizeof(*d));
}

void
delivery_make_id(int64_t now_us, char out[RUN_ID_LEN + 1])
{
	char xid[XID_LEN + 1];

	xid_make(now_us, xid);
	(void)snprintf(out, RUN_ID_LEN + 1, "job-%s", xid);
}

void
delivery_command(const struct delivery *d, struct buf *out)
{
	if (d->marker == DELIVERY_MARKER_ENV)
		buf_printf(out, "MINUTEHAND_RUN=%s ", d->id);
	buf_str(out, d->command);
	if (d->marker == DELIVERY_MARKER_COMMENT)
		buf_printf(out, " # minutehand:%s", d->id);
}

int64_t
delivery_fingerprint_of(const char *service, const char *command)
{
	return (int64_t)hash_text(hash_text(HASH_INIT, service), command);
}

int64_t
delivery_fingerprint(const struct delivery *d)
{
	struct buf command = BUF_INIT;
	int64_t h;

	delivery_command(d, &command);
	/* Without memory for the mark, hash the command without it. */
	h = delivery_fingerprint_of(d->service,
	    command.is_failed ? d->command : buf_cstr(&command));
	buf_fini(&command);
	return h;
}

bool
delivery_is_open(const struct delivery *d)
{
	return d->next_us != DELIVERY_NEVER;
}

const char *
delivery_status(const struct delivery *d)
{
	if (d->state == RUN_RUNNING || d->state == RUN_SUCCEEDED ||
	    d->state == RUN_CANCELED)
		return run_state_name(d->state);
	return delivery_is_open(d) ? "pending" : run_state_name(RUN_FAILED);
}

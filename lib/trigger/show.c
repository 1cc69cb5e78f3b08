/*
 * What a trigger was made of: its bounds, rules and crontab line, and the
 * choice that H and ~ depend on.  Tested in t_trigger_spec and t_crontab.
 */
#include <stddef.h>

#include "lib/trigger/trigger_int.h"
#include "lib/base/ban.h"

int64_t
trigger_start_us(const struct trigger *t)
{
	return t->start_us == TRIGGER_NOT_GIVEN ? TRIGGER_NONE : t->start_us;
}

int64_t
trigger_end_us(const struct trigger *t)
{
	return t->end_us == TRIGGER_NOT_GIVEN ? TRIGGER_NONE : t->end_us;
}

const char *
trigger_dst(const struct trigger *t)
{
	switch (t->dst) {
	case DST_WALL:
		return "wall";
	case DST_SKIP:
		return "skip";
	case DST_ONCE:
		return "once";
	case DST_AUTO:
	case DST__MAX:
		break;
	}
	return "auto";
}

unsigned
trigger_notes(const struct trigger *t)
{
	return t->notes;
}

/* FNV-1a, including the NUL, which separates the two names. */
static uint64_t
hash(uint64_t h, const char *s)
{
	do
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	while (*s++ != '\0');
	return h;
}

int64_t
trigger_choice(const char *queue, const char *job_id)
{
	uint64_t h = hash(UINT64_C(0xcbf29ce484222325), queue);

	if (job_id != NULL)
		h = hash(h, job_id);
	return (int64_t)(h >> 1);
}

const char *
trigger_crontab(const struct trigger *t)
{
	if (t->kind != TRIGGER_CRON || !t->u.cron.is_crontab)
		return NULL;
	return buf_cstr(&t->u.cron.text);
}

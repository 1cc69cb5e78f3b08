/*
 * What the sources of imports have in common: bodies of jobs, their fires
 * there, files that are no JSON.  Tested in tests/ctl/import.bats.
 */
#include "config.h"

#include <string.h>

#include "ctl/jobs/foreign.h"
#include "ctl/jobs/source.h"
#include "ctl/json_out.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

void
source_names(const struct importing *im, const char *queue, const char *job_id,
    struct buf *body)
{
	json_out_str(body, "queue_name",
	    im->is_queue || queue == NULL ? im->queue : queue);
	json_out_str(body, "job_id", job_id);
}

int
source_add(struct importing *im, struct buf *body,
    const struct wanted_item *from)
{
	struct err why = { "out of memory" };
	struct json_object *o = body->is_failed ?
	    NULL :
	    json_parse(buf_cstr(body), body->len, &why);
	int status;

	if (o == NULL)
		status = wanted_refuse(im->w, from, "%s", why.text);
	else
		status = wanted_add(im->c, im->w, o, from);
	json_free(o);
	buf_fini(body);
	return status;
}

void
source_fires(const struct importing *im, const struct foreign *f,
    const char *zone, struct wanted_item *from)
{
	struct err why = { "" };
	const struct tz *tz = tz_get(im->c->sched.zones, zone, &why);

	if (tz != NULL)
		from->nfires =
		    foreign_fires(f, tz, im->now_us, from->fires, WANTED_FIRES);
}

struct json_object *
source_json(const struct importing *im)
{
	static const struct {
		const char *begin, *what;
	} others[] = {
		{ "SQLite format 3", "a database of SQLite" },
		{ "REDIS0", "a dump of Redis" },
		{ "\x80", "a pickle of Python" },
		{ "PK", "an archive" },
	};
	struct err why = { "" };
	struct json_object *o;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strncmp(im->text, others[i].begin,
			strlen(others[i].begin)) != 0)
			continue;
		(void)ctl_fail(CTL_DATA,
		    "%s: is %s; jobs in it are pickles, which run code when "
		    "they are read: run examples/apscheduler-export in your "
		    "program, and import what it prints",
		    im->w->file, others[i].what);
		return NULL;
	}
	o = json_parse(im->text, strlen(im->text), &why);
	if (o == NULL)
		(void)ctl_fail(CTL_DATA, "%s: %s", im->w->file, why.text);
	return o;
}

const char *
source_str(struct json_object *o, const char *name)
{
	struct faults unused = { .n = 0 };
	const char *s = NULL;

	if (json_is_object(o))
		(void)json_get_str(o, name, &s, &unused);
	return s;
}

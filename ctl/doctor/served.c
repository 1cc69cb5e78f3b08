/*
 * minutehand doctor: whether the web server serves configuration, store or
 * keys. Tested in tests/http/served.bats.
 */
#include "config.h"

#include "ctl/doctor/doctor.h"
#include "ctl/probe/served.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

void
doctor_served(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;
	const struct served_at where = { d->url, d->ca_file };
	struct buf at = BUF_INIT;

	switch (served_find(c, &where, &at)) {
	case 1:
		doctor_report(f, DOCTOR_FAIL, "%s is served to all clients",
		    buf_cstr(&at));
		doctor_advise(f,
		    "move the folder out of the web space, and create new tokens "
		    "and keys; etc/htaccess.example denies all but the program");
		break;
	case 0:
		doctor_report(f, DOCTOR_OK,
		    "no file of minutehand is served at %s",
		    d->url == NULL ? "http://localhost" : d->url);
		break;
	default:
		doctor_report(f, DOCTOR_OK, "not checked: %s", buf_cstr(&at));
		break;
	}
	if (f->level == DOCTOR_OK &&
	    (served_is_likely(c->path) || served_is_likely(c->store))) {
		doctor_report(f, DOCTOR_WARN,
		    "the folder's path looks like web space: %s", c->path);
		doctor_advise(f,
		    d->url == NULL ? "check with minutehand doctor --url URL" :
				     "better outside of it");
	}
	buf_fini(&at);
}

#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor.h"
#include "lib/conf.h"
#include "lib/tz.h"

#include "lib/ban.h"

/* Does the environment's TZ name something else than the zone in use? */
static bool
is_tz_ignored(const struct sched *s, const char *env_tz)
{
	const char *name = env_tz, *end;
	char why[256];

	if (env_tz == NULL || *s->conf->timezone != '\0')
		return false;
	name += *name == ':';
	if (*name != '/')
		return tz_get(s->zones, name, why, sizeof(why)) == NULL;
	/* The path of a zone's file: its end is the name. */
	end = strstr(name, s->default_zone);
	return end == NULL || strcmp(end, s->default_zone) != 0;
}

void
doctor_zone(struct doctor *d, struct finding *f)
{
	const struct sched *s = &d->ctl->sched;
	const char *env_tz = getenv("TZ");
	char why[256] = "";

	if (is_tz_ignored(s, env_tz)) {
		doctor_say(f, DOCTOR_WARN,
		    "TZ is \"%s\", which names no zone of this host: %s is "
		    "used instead",
		    env_tz, s->default_zone);
		doctor_advise(f,
		    "set timezone in %s, to a name such as Asia/Shanghai",
		    d->ctl->conf->path);
		return;
	}
	if (tz_get(s->zones, s->default_zone, why, sizeof(why)) != NULL) {
		doctor_say(f, DOCTOR_OK, "%s%s", s->default_zone,
		    *d->ctl->conf->timezone == '\0' ? " (the host's)" : "");
		return;
	}
	doctor_say(f, DOCTOR_FAIL, "%s", why);
	doctor_advise(f,
	    "set timezone in %s to a zone of this host, or "
	    "install its zone files (tzdata)",
	    d->ctl->conf->path);
}

void
doctor_versions(struct doctor *d, struct finding *f)
{
	(void)d;
	doctor_say(f, DOCTOR_OK, "minutehand %s, store schema %d",
	    PACKAGE_VERSION, store_schema_version());
}

#include "config.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor.h"
#include "lib/conf.h"
#include "lib/tz.h"

#include "lib/ban.h"

#define MIB (1024u * 1024u)
#define SPACE_LOW_MIB 200
#define SPACE_NONE_MIB 10
#define MAGIC_TMPFS 0x01021994ul /* linux/magic.h */
#define MAGIC_RAMFS 0x858458f6ul

void
doctor_space(struct doctor *d, struct finding *f)
{
	unsigned long long mib;
	struct statvfs fs;

	if (statvfs(d->ctl->conf->store, &fs) == -1) {
		doctor_say(f, DOCTOR_WARN, "%s: %s", d->ctl->conf->store,
		    strerror(errno));
		return;
	}
	mib = (unsigned long long)fs.f_bavail * fs.f_frsize / MIB;
	doctor_say(f, DOCTOR_OK, "%llu MiB free", mib);
	if ((fs.f_flag & ST_RDONLY) != 0) {
		doctor_say(f, DOCTOR_FAIL, "mounted read-only");
		doctor_advise(f,
		    "set store in %s to a file that can be "
		    "written",
		    d->ctl->conf->path);
	} else if (mib < SPACE_LOW_MIB) {
		doctor_say(f, mib < SPACE_NONE_MIB ? DOCTOR_FAIL : DOCTOR_WARN,
		    "only %llu MiB free", mib);
		doctor_advise(f, "make room on the file system of %s",
		    d->ctl->conf->store);
	}
}

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

/* Does path lie in RAM?  1 yes, 0 no, -1 unknown. */
static int
is_in_ram(const char *path)
{
#ifdef __linux__
	struct statfs fs;
	unsigned long magic;

	if (statfs(path, &fs) == -1)
		return -1;
	magic = (unsigned long)fs.f_type & 0xfffffffful;
	return magic == MAGIC_TMPFS || magic == MAGIC_RAMFS;
#else
	(void)path;
	return -1;
#endif
}

void
doctor_memory(struct doctor *d, struct finding *f)
{
	const char *path = d->ctl->conf->memory_store;
	char *dir = strdup(path), *slash;
	struct stat sb;

	if (*path == '\0' || dir == NULL) {
		doctor_say(f, DOCTOR_OK,
		    "none: jobs of kind memory are "
		    "refused");
		free(dir);
		return;
	}
	/* The folder is made with the first such job: ask the next that is. */
	while ((slash = strrchr(dir, '/')) != NULL && slash != dir) {
		*slash = '\0';
		if (stat(dir, &sb) == 0)
			break;
	}
	switch (is_in_ram(dir)) {
	case 1:
		doctor_say(f, DOCTOR_OK, "%s is in RAM", dir);
		break;
	case 0:
		doctor_say(f, DOCTOR_WARN, "%s is on a disk", dir);
		doctor_advise(f,
		    "works, but jobs of kind memory are slower "
		    "there and outlive a restart; set memory_store in %s",
		    d->ctl->conf->path);
		break;
	default:
		doctor_say(f, DOCTOR_OK, "%s", dir);
	}
	free(dir);
}

void
doctor_versions(struct doctor *d, struct finding *f)
{
	(void)d;
	doctor_say(f, DOCTOR_OK, "minutehand %s, store schema %d",
	    PACKAGE_VERSION, store_schema_version());
}

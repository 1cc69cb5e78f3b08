/*
 * minutehand doctor: owners and modes of configuration, folder and store, by
 * the code that refuses to start the programs (lib/base/trust.h).  Tested in
 * tests/ctl/doctor.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/trust.h"

#include "lib/base/ban.h"

/* Suffixes of the files that SQLite, the store and a restore create. */
static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", "-turn",
	"-restore", "-restore-old", ".before-restore", ".before-restore-wal" };
#define NSUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* Copy the folder of path, without a trailing slash. */
static void
folder_of(const char *path, char *out, size_t n)
{
	const char *slash = strrchr(path, '/');

	(void)snprintf(out, n, "%.*s",
	    slash == NULL || slash == path ? 1 : (int)(slash - path),
	    slash == NULL ? "." : path);
}

/* Check one file next to the store; its owner must be that of the store. */
static void
check_store_file(const char *path, const struct stat *store, struct finding *f)
{
	char whose[96], owner[96];
	struct stat sb;

	if (lstat(path, &sb) == -1)
		return;
	trust_user(sb.st_uid, whose, sizeof(whose));
	trust_user(store->st_uid, owner, sizeof(owner));
	if (sb.st_uid != store->st_uid) {
		doctor_report(f, DOCTOR_FAIL,
		    "%s belongs to %s, the store to %s", path, whose, owner);
		doctor_advise(f, "as root: chown %lu %s",
		    (unsigned long)store->st_uid, path);
	} else if ((sb.st_mode & 07) != 0) {
		doctor_report(f, DOCTOR_FAIL,
		    "%s can be read or written by other users", path);
		doctor_advise(f, "chmod o-rwx %s", path);
	}
}

static void
check_store_files(const char *path, const struct stat *store, struct finding *f)
{
	char beside[4200];

	for (size_t i = 0; i < NSUFFIXES && f->level == DOCTOR_OK; i++) {
		(void)snprintf(beside, sizeof(beside), "%s%s", path,
		    suffixes[i]);
		check_store_file(beside, store, f);
	}
}

/*
 * Warn if another user of the group can rename the folder.  It is not refused:
 * homes on shared hosts are like that, and a replaced folder is refused.
 */
static void
check_above(const char *dir, struct finding *f)
{
	char path[4200], whose[96];
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s", dir);
	while (strcmp(path, "/") != 0 && f->level == DOCTOR_OK) {
		folder_of(path, path, sizeof(path));
		if (stat(path, &sb) == -1)
			return;
		trust_user(sb.st_uid, whose, sizeof(whose));
		if ((sb.st_mode & 01020) == 020) {
			doctor_report(f, DOCTOR_WARN,
			    "%s can be written by its group, which could replace "
			    "the folder",
			    path);
			doctor_advise(f, "chmod g-w %s", path);
		} else if (sb.st_uid != 0 && sb.st_uid != geteuid()) {
			doctor_report(f, DOCTOR_WARN,
			    "%s belongs to %s, who could put another folder "
			    "there",
			    path, whose);
			doctor_advise(f, "usual on some hosts; else chown it");
		}
	}
}

static void
report_refused(struct finding *f, const char *why, const char *else_do)
{
	const char *todo = trust_remedy(why);

	doctor_report(f, DOCTOR_FAIL, "%.*s",
	    todo == NULL ? (int)strlen(why) : (int)(todo - why - 2), why);
	doctor_advise(f, "%s", todo == NULL ? else_do : todo);
}

void
doctor_permissions(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;
	struct trust t = { .is_shared = c->group_writable == CONF_ON };
	char dir[4200];
	struct stat sb;

	folder_of(c->store, dir, sizeof(dir));
	doctor_report(f, DOCTOR_OK,
	    t.is_shared ? "%s is yours and your group's" : "%s is yours alone",
	    dir);
	if (trust_check(&t, TRUST_STORE, c->store) == TRUST_REFUSED) {
		report_refused(f, t.why, "give it to one user");
		return;
	}
	if (stat(c->store, &sb) == -1) {
		doctor_report(f, DOCTOR_FAIL, "%s: %s", c->store,
		    strerror(errno));
		doctor_advise(f, "run minutehand init");
		return;
	}
	check_store_files(c->store, &sb, f);
	/* SQLite creates files next to the database. */
	if (access(dir, W_OK | X_OK) == -1) {
		doctor_report(f, DOCTOR_FAIL, "%s: %s", dir, strerror(errno));
		doctor_advise(f, "chmod u+rwx %s", dir);
	}
	check_above(dir, f);
}

void
doctor_configuration(struct doctor *d, struct finding *f)
{
	struct err why = { "" };

	if (ctl_read(d->ctl, &why) == CTL_OK)
		doctor_report(f, DOCTOR_OK, "%s", d->ctl->conf->path);
	else
		report_refused(f, why.text,
		    "correct that, or run minutehand init");
}

void
doctor_open(struct doctor *d, struct finding *f)
{
	struct err why = { "" };

	if (ctl_try_open(d->ctl, &why) == CTL_OK)
		doctor_report(f, DOCTOR_OK, "%s", d->ctl->conf->store);
	else
		report_refused(f, why.text,
		    "run minutehand init if there is none yet");
}

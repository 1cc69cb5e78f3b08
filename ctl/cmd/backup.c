/*
 * minutehand backup and restore: a copy of the store, and its replacement by
 * one.  The copying is in lib/db/backup.c.  Tested in tests/ctl/backup.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit.h"
#include "ctl/commands.h"
#include "ctl/print/text.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/db/backup.h"

#include "lib/base/ban.h"

enum { OPT_FORCE };

static const struct ctl_option options[] = {
	[OPT_FORCE] = { "force", NULL, "overwrite FILE" },
	{ .name = NULL },
};

static int
exit_of(enum store_rc rc)
{
	if (rc == STORE_NOTFOUND || rc == STORE_ERROR)
		return CTL_DATA;
	return ctl_exit_of(rc);
}

/* Check that a backup may be written to that name. */
static int
check_target(const struct ctl *c, const char *file, bool is_force)
{
	struct stat sb, store;

	if (lstat(file, &sb) != 0) {
		if (errno == ENOENT)
			return CTL_OK;
		return ctl_fail(CTL_DOWN, "%s: %s", file, strerror(errno));
	}
	if (!S_ISREG(sb.st_mode))
		return ctl_fail(CTL_DATA, "%s: not a regular file", file);
	if (stat(c->conf->store, &store) == 0 && store.st_dev == sb.st_dev &&
	    store.st_ino == sb.st_ino)
		return ctl_fail(CTL_DATA, "%s: is the store itself", file);
	if (is_force)
		return CTL_OK;
	return ctl_fail(CTL_NO, "%s: exists already; --force overwrites it",
	    file);
}

static int
run_backup(struct ctl *c, const struct ctl_args *a)
{
	const char *file = a->operand[0];
	struct err why = { "" };
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	status = check_target(c, file, a->opt[OPT_FORCE] != NULL);
	if (status != CTL_OK)
		return status;
	rc = store_backup(c->sched.stores[JOB_DURABLE], file, &why);
	return rc == STORE_OK ? CTL_OK : ctl_fail(exit_of(rc), "%s", why.text);
}

/* Check that the ledger of the restored store is complete; an exit status. */
static int
restore_audit(struct ctl *c)
{
	static const struct ctl_audit all = { INT64_MIN, false };
	int status = ctl_open(c);

	if (status == CTL_OK && (status = ctl_audit(c, &all)) == CTL_NO)
		status = ctl_fail(CTL_NO,
		    "the store is restored, but its ledger is not as its "
		    "jobs' triggers say");
	return status;
}

static int
run_restore(struct ctl *c, const struct ctl_args *a)
{
	struct err why = { "" };
	struct store_opts o;
	struct stat sb;
	enum store_rc rc;
	bool had_store;
	int status;

	if ((status = ctl_load(c)) != CTL_OK)
		return status;
	o = (struct store_opts){
		.path = c->conf->store,
		.busy_us = c->conf->busy_us,
		.is_shared = c->conf->group_writable == CONF_ON,
	};
	had_store = stat(o.path, &sb) == 0;
	rc = store_restore(&o, a->operand[0], &why);
	if (rc != STORE_OK)
		return ctl_fail(exit_of(rc), "%s", why.text);
	if (had_store)
		text_line("the previous store is %s.before-restore", o.path);
	(void)fflush(stdout);
	return restore_audit(c);
}

const struct ctl_command cmd_backup = {
	.name = "backup",
	.args = "FILE [--force]",
	.help = "copy a snapshot of the store into FILE",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_backup,
};

const struct ctl_command cmd_restore = {
	.name = "restore",
	.args = "FILE",
	.help = "replace the store by the backup FILE",
	.min = 1,
	.max = 1,
	.run = run_restore,
};

/*
 * `minutehand doctor` on jobs of kind memory: can they be kept, do they lie
 * in RAM, and does logging out take them away?
 */
#include "config.h"

#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

#define MAGIC_TMPFS 0x01021994ul /* of linux/magic.h */
#define MAGIC_RAMFS 0x858458f6ul

/* logind does not clean up for system users (logind.conf(5), RemoveIPC=). */
#define SYSTEM_UID_MAX 999

#define LOGIND_CONF "/etc/systemd/logind.conf"

/* Return whether path is in RAM: 1 yes, 0 no, -1 unknown. */
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

/* Read RemoveIPC from a file of logind; *is_on is unchanged if absent. */
static void
read_remove_ipc(const char *path, bool *is_on)
{
	static const char *const no[] = { "no", "false", "off", "0" };
	static const char option[] = "RemoveIPC=";
	char line[512], *value;
	FILE *f = fopen(path, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		value = line + strspn(line, " \t");
		if (strncmp(value, option, sizeof(option) - 1) != 0)
			continue;
		value += sizeof(option) - 1;
		value[strcspn(value, " \t\r\n")] = '\0';
		*is_on = true;
		for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
			*is_on &= strcmp(value, no[i]) != 0;
	}
	if (f != NULL)
		(void)fclose(f);
}

/* The default is yes. */
static bool
is_ipc_removed(void)
{
	static const char *const files[] = { LOGIND_CONF,
		"/usr/lib/systemd/logind.conf.d/*.conf",
		"/run/systemd/logind.conf.d/*.conf",
		"/etc/systemd/logind.conf.d/*.conf" };
	bool is_on = true;
	glob_t g;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (glob(files[i], 0, NULL, &g) != 0)
			continue;
		for (size_t k = 0; k < g.gl_pathc; k++)
			read_remove_ipc(g.gl_pathv[k], &is_on);
		globfree(&g);
	}
	return is_on;
}

/*
 * Return whether the user has a session whose end removes files, and does not
 * linger.
 */
static bool
is_logged_out(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	char linger[512];

	if (geteuid() <= SYSTEM_UID_MAX || access("/run/systemd/users", F_OK))
		return false;
	if (pw == NULL)
		return false;
	(void)snprintf(linger, sizeof(linger), "/var/lib/systemd/linger/%s",
	    pw->pw_name);
	return access(linger, F_OK) != 0;
}

/* Warn if logging out removes the memory store. */
static void
check_logout(const char *path, struct finding *f)
{
	char own[64];

	(void)snprintf(own, sizeof(own), "/run/user/%lu/",
	    (unsigned long)geteuid());
	if (strncmp(path, own, strlen(own)) == 0)
		doctor_report(f, DOCTOR_WARN, "%s is emptied when you log out",
		    own);
	else if (strncmp(path, "/dev/shm/", 9) == 0 && is_logged_out() &&
	    is_ipc_removed())
		doctor_report(f, DOCTOR_WARN,
		    "systemd-logind empties /dev/shm of your files when you "
		    "log out (RemoveIPC)");
	else
		return;
	doctor_advise(f,
	    "loginctl enable-linger keeps your session and the jobs of kind "
	    "memory; or RemoveIPC=no in " LOGIND_CONF
	    ", or another memory_store");
}

static void
check_ram(const char *dir, const char *conf, struct finding *f)
{
	switch (is_in_ram(dir)) {
	case 1:
		doctor_report(f, DOCTOR_OK, "%s is in RAM", dir);
		break;
	case 0:
		doctor_report(f, DOCTOR_WARN, "%s is on a disk", dir);
		doctor_advise(f,
		    "works, but jobs of kind memory are slower "
		    "there and outlive a restart; set memory_store in %s",
		    conf);
		break;
	default:
		doctor_report(f, DOCTOR_OK, "%s", dir);
	}
}

void
doctor_memory(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;
	struct err why = { "" };
	char *dir = strdup(c->memory_store), *slash;
	enum store_rc rc;
	struct stat sb;

	rc = sched_memory_check(c, &why);
	if (rc == STORE_NOTFOUND) {
		doctor_report(f, DOCTOR_OK,
		    "none: jobs of kind memory are refused");
		goto out;
	}
	if (rc != STORE_OK) {
		doctor_report(f, DOCTOR_FAIL, "%s: %s", c->memory_store,
		    why.text);
		doctor_advise(f,
		    "jobs of kind memory are refused; set memory_store in %s "
		    "to a folder of your own in RAM",
		    c->path);
		goto out;
	}
	if (d->ctl->is_open &&
	    sched_memory_ticks(&d->ctl->sched, &why) == STORE_FULL) {
		doctor_report(f, DOCTOR_FAIL, "%s", why.text);
		doctor_advise(f,
		    "jobs of kind memory are refused; existing ones do "
		    "not run");
		goto out;
	}
	/*
	 * The folder is created with the first such job: check the next
	 * existing parent.
	 */
	while (dir != NULL && (slash = strrchr(dir, '/')) != NULL &&
	    slash != dir) {
		*slash = '\0';
		if (stat(dir, &sb) == 0)
			break;
	}
	check_ram(dir == NULL ? "/" : dir, c->path, f);
	check_logout(c->memory_store, f);
out:
	free(dir);
}

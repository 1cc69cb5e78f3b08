#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/store_backup.h"
#include "ticker/sim.h"
#include "lib/ban.h"

static const char *const names[] = {
	[JOB_DURABLE] = "store.db",
	[JOB_MEMORY] = "memory.db",
};

static int
fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "ticker: %s: %s\n", what, why);
	return -1;
}

/* Copy the store at path; 1 when there is none, or not one of ours. */
static int
copy_store(const struct sim *m, const char *path, const char *to)
{
	const struct store_opts o = {
		.path = path,
		.busy_us = m->conf->busy_us,
		.is_readonly = true,
	};
	struct store *st;
	enum store_rc rc;
	struct stat sb;
	char why[512];

	/* Who may write the memory store is checked by lib/sched_memory.c. */
	if (path[0] == '\0' || lstat(path, &sb) != 0 || sb.st_uid != geteuid())
		return 1;
	if ((st = store_open(&o, &rc, why, sizeof(why))) != NULL) {
		rc = store_backup(st, to, why, sizeof(why));
		store_close(st);
	}
	return rc == STORE_OK ? 0 : fail("simulate", why);
}

/* Copy one of the stores, and let *path name the copy. */
static int
copy_kind(const struct sim *m, enum job_kind kind, char **path)
{
	struct buf to = BUF_INIT;
	int rc = -1;

	buf_printf(&to, "%s/%s", buf_cstr(&m->dir), names[kind]);
	if (!to.is_failed)
		rc = copy_store(m, *path, buf_cstr(&to));
	if (rc == 1 && kind == JOB_DURABLE)
		rc = fail(*path, "no store of yours");
	else if (rc == 1)
		buf_reset(&to);
	if (rc >= 0) {
		free(*path);
		*path = to.data == NULL ? strdup("") : buf_take(&to);
	}
	buf_fini(&to);
	return rc < 0 || *path == NULL ? -1 : 0;
}

/* What was kept is used like any other instance: minutehand -c DIR/… */
static int
keep_conf(const struct sim *m)
{
	struct buf path = BUF_INIT;
	int rc = -1, c;
	FILE *from, *to;

	buf_printf(&path, "%s/minutehand.conf", buf_cstr(&m->dir));
	from = fopen(m->conf->path, "re");
	to = fopen(buf_cstr(&path), "wxe");
	if (from != NULL && to != NULL) {
		while ((c = getc(from)) != EOF)
			(void)putc(c, to);
		(void)fprintf(to,
		    "\n# A copy that was simulated on.\nstore = \"%s\"\n"
		    "memory_store = \"%s\"\n",
		    names[JOB_DURABLE],
		    m->conf->memory_store[0] == '\0' ? "" : names[JOB_MEMORY]);
		rc = ferror(from) || ferror(to) ? -1 : 0;
	}
	if (from != NULL)
		(void)fclose(from);
	if (to != NULL && fclose(to) != 0)
		rc = -1;
	if (rc != 0)
		(void)fail(buf_cstr(&path), strerror(errno));
	buf_fini(&path);
	return rc;
}

static int
make_folder(struct sim *m)
{
	const char *tmp = getenv("TMPDIR");

	buf_reset(&m->dir);
	if (m->o->keep != NULL) {
		buf_str(&m->dir, m->o->keep);
		return mkdir(m->o->keep, 0700) == 0 ?
		    0 :
		    fail(m->o->keep, strerror(errno));
	}
	buf_printf(&m->dir, "%s/minutehand-sim.XXXXXX",
	    tmp == NULL || tmp[0] == '\0' ? "/tmp" : tmp);
	if (m->dir.is_failed || mkdtemp(m->dir.data) == NULL)
		return fail(buf_cstr(&m->dir), strerror(errno));
	return 0;
}

int
sim_copy(struct sim *m)
{
	if (make_folder(m) != 0) {
		/* Nothing of ours to remove. */
		buf_reset(&m->dir);
		return -1;
	}
	m->conf->is_scratch = true;
	if (copy_kind(m, JOB_DURABLE, &m->conf->store) != 0 ||
	    copy_kind(m, JOB_MEMORY, &m->conf->memory_store) != 0)
		return -1;
	return m->o->keep == NULL ? 0 : keep_conf(m);
}

void
sim_remove(struct sim *m)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal",
		"-turn", ".tmp" };
	struct buf path = BUF_INIT;

	if (m->dir.len > 0 && m->o->keep == NULL) {
		for (size_t i = 0;
		     i < 2 * sizeof(suffixes) / sizeof(suffixes[0]); i++) {
			buf_reset(&path);
			buf_printf(&path, "%s/%s%s", buf_cstr(&m->dir),
			    names[i % 2], suffixes[i / 2]);
			if (!path.is_failed)
				(void)unlink(buf_cstr(&path));
		}
		(void)rmdir(buf_cstr(&m->dir));
	}
	buf_fini(&path);
	buf_fini(&m->dir);
}

/*
 * Copies of the stores for a simulation, and a configuration that names them.
 * Tested in tests/ticker/simulate.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/db/backup.h"
#include "lib/base/text.h"
#include "lib/base/utf8.h"
#include "ticker/sim/sim.h"
#include "lib/base/ban.h"

static const char *const names[] = {
	[JOB_DURABLE] = "store.db",
	[JOB_MEMORY] = "memory.db",
};

static int
fail(const char *what, const char *why)
{
	text_to(stderr, "ticker: %s: %s", what, why);
	return -1;
}

/* The memory store is in a folder that every user can write. */
static bool
is_ours(const char *path)
{
	struct stat sb;

	return lstat(path, &sb) == 0 && S_ISREG(sb.st_mode) &&
	    sb.st_uid == geteuid();
}

static enum store_rc
copy_store(const struct sim *m, const char *path, const char *to)
{
	const struct store_opts o = {
		.path = path,
		.busy_us = m->conf->busy_us,
		.is_readonly = true,
		.is_shared = m->conf->group_writable == CONF_ON,
	};
	struct store *st;
	enum store_rc rc;
	struct err why;

	if ((st = store_open(&o, &rc, &why)) != NULL) {
		rc = store_backup(st, to, &why);
		store_close(st);
	}
	if (rc != STORE_OK)
		(void)fail("simulate", why.text);
	return rc;
}

/* Copy one of the stores, and set *path to the copy. */
static enum store_rc
copy_kind(const struct sim *m, enum job_kind kind, char **path)
{
	struct buf to = BUF_INIT;
	enum store_rc rc = STORE_FULL;

	if (kind == JOB_MEMORY && !is_ours(*path)) {
		(*path)[0] = '\0';
		return STORE_OK;
	}
	buf_printf(&to, "%s/%s", buf_cstr(&m->dir), names[kind]);
	if (!to.is_failed)
		rc = copy_store(m, *path, buf_cstr(&to));
	if (rc == STORE_OK) {
		free(*path);
		*path = buf_take(&to);
	}
	buf_fini(&to);
	return rc;
}

/* Return whether a line of the configuration sets the path of a store. */
static bool
names_store(const char *line)
{
	static const char *const options[] = { "store", "memory_store" };
	size_t n;

	line += strspn(line, " \t");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		n = strlen(options[i]);
		if (strncmp(line, options[i], n) == 0 &&
		    line[n + strspn(line + n, " \t")] == '=')
			return true;
	}
	return false;
}

/* Write a configuration for the kept copy, for minutehand -c DIR/… */
static int
keep_conf(const struct sim *m)
{
	struct buf path = BUF_INIT;
	char *line = NULL;
	size_t cap = 0;
	FILE *from, *to;
	ssize_t n;
	int rc = -1;

	buf_printf(&path, "%s/minutehand.conf", buf_cstr(&m->dir));
	from = fopen(m->conf->path, "re");
	to = fopen(buf_cstr(&path), "wxe");
	if (from != NULL && to != NULL) {
		/* Not writable by others, whatever the umask. */
		(void)fchmod(fileno(to), 0600);
		while ((n = getline(&line, &cap, from)) > 0) {
			size_t skip = utf8_mark(line, (size_t)n);

			if (!names_store(line + skip))
				(void)fputs(line + skip, to); /* a file */
		}
		(void)fprintf(to, /* a file */
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
	free(line);
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

enum store_rc
sim_copy(struct sim *m)
{
	enum store_rc rc;

	if (make_folder(m) != 0) {
		/* Nothing to remove. */
		buf_reset(&m->dir);
		return STORE_FULL;
	}
	m->conf->is_scratch = true;
	/* The simulated clock leaps on purpose. */
	m->conf->clock_leap_us = 0;
	rc = copy_kind(m, JOB_DURABLE, &m->conf->store);
	if (rc == STORE_OK)
		rc = copy_kind(m, JOB_MEMORY, &m->conf->memory_store);
	if (rc == STORE_OK && m->o->keep != NULL && keep_conf(m) != 0)
		rc = STORE_FULL;
	return rc;
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

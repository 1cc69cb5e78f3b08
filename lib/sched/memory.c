/*
 * The store of jobs of kind memory: created when a job requests it, opened if
 * another program created it, and refused, with the reason, if other users
 * could write it.  Tested in t_sched_memory.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/base/trust.h"
#include "lib/sched/sched_int.h"
#include "lib/store/log.h"
#include "lib/store/queue.h"
#include "lib/base/ban.h"

#define FOREIGN_TICKER 1	 /* used as the state of a refused file */
#define ROOM_MIN (1024u * 1024u) /* bytes of an empty store with its log */

/*
 * The memory store is where every user can write: the first one could create
 * its folder or file, and so put messages before our consumers.  Both must be
 * real, ours, and writable by no other user, whenever they are opened.
 */
static bool
is_ours(const struct stat *sb, mode_t type)
{
	return (sb->st_mode & S_IFMT) == type && sb->st_uid == geteuid() &&
	    (sb->st_mode & 022) == 0;
}

/* "/x/y" of "/x/y/z", owned by the caller; NULL without memory. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Another user's jobs of kind memory would be run by no ticker of ours. */
static const char *
owner_check(const struct conf *c)
{
	struct stat sb;

	if (stat(c->store, &sb) == 0 && sb.st_uid != geteuid())
		return "the store belongs to another user, and jobs of kind "
		       "memory are its owner's alone";
	return NULL;
}

/* Has the file system of the folder space for a store? */
static const char *
space_check(const char *dir)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) != 0)
		return strerror(errno);
	if ((fs.f_flag & ST_RDONLY) != 0)
		return strerror(EROFS);
	if ((unsigned long long)fs.f_bavail * fs.f_frsize < ROOM_MIN)
		return "its file system is full or too small: it needs 1 MiB";
	return NULL;
}

/* NULL, or what is wrong with the existing folder. */
static const char *
existing_check(const char *dir)
{
	struct stat sb;

	if (lstat(dir, &sb) != 0)
		return strerror(errno);
	return is_ours(&sb, S_IFDIR) ?
	    NULL :
	    "its folder does not belong to this user alone";
}

/* NULL, or what is wrong; with is_create the folder is created first. */
static const char *
folder_check(const char *path, bool is_create)
{
	const char *wrong = NULL;
	char *dir;

	if ((dir = folder_of(path)) == NULL)
		return "no memory";
	if (is_create && mkdir(dir, 0700) != 0 && errno != EEXIST)
		wrong = strerror(errno);
	else
		wrong = existing_check(dir);
	if (wrong == NULL && is_create)
		wrong = space_check(dir);
	free(dir);
	return wrong;
}

static const char *
file_check(const struct stat *sb)
{
	return is_ours(sb, S_IFREG) ?
	    NULL :
	    "it is not a file that belongs to this user alone";
}

/* A number that changes when the file is replaced, written or repaired. */
static ino_t
file_state(const struct stat *sb)
{
	return sb->st_ino ^ (ino_t)sb->st_ctim.tv_sec ^
	    (ino_t)sb->st_ctim.tv_nsec << 24;
}

/* Log it once, not on every attempt, until the file changes. */
static enum store_rc
memory_refuse(struct sched *s, ino_t what, const char *why)
{
	if (s->memory_refused != what)
		log_event(LOG_LEVEL_ERR, "memory-store", LOG_KEY_PATH,
		    s->conf->memory_store, LOG_KEY_ERROR, why, NULL);
	s->memory_refused = what;
	err_set(&s->memory_why, "%s", why);
	return STORE_FULL;
}

static enum store_rc
memory_open(struct sched *s, bool is_create)
{
	struct store_opts o = {
		.path = s->conf->memory_store,
		.busy_us = s->conf->busy_us,
		.is_create = is_create,
		.is_unsynced = true,
	};
	const char *wrong = NULL;
	enum store_rc rc;
	bool is_there;
	struct stat sb;
	struct err why;

	if (o.path[0] == '\0')
		return STORE_NOTFOUND;
	memset(&sb, 0, sizeof(sb));
	is_there = lstat(o.path, &sb) == 0;
	/* In the folder of another user, who may have jobs there: report it. */
	if (!is_there && !is_create && errno != EACCES)
		return STORE_NOTFOUND;
	wrong = owner_check(s->conf);
	if (wrong == NULL)
		wrong = folder_check(o.path, is_create);
	if (wrong == NULL && is_there)
		wrong = file_check(&sb);
	/* If only the folder is repaired, the file is the same: one more
	 * than its state makes it be checked again. */
	if (wrong != NULL)
		return memory_refuse(s, file_state(&sb) + 1, wrong);
	if (!is_create && s->memory_refused == file_state(&sb))
		return STORE_FULL;
	s->stores[JOB_MEMORY] = store_open(&o, &rc, &why);
	s->memory_opened++;
	err_clear(&s->memory_why);
	if (s->stores[JOB_MEMORY] != NULL)
		sched_set_alerts(s, s->stores[JOB_MEMORY]);
	/* An empty file is being created by another process. */
	if (s->stores[JOB_MEMORY] == NULL && rc != STORE_NOTFOUND)
		rc = memory_refuse(s, file_state(&sb), why.text);
	return rc;
}

enum store_rc
sched_memory_check(const struct conf *conf, struct err *why)
{
	const char *wrong;
	char *dir, *above;

	if (conf->memory_store[0] == '\0')
		return STORE_NOTFOUND;
	dir = folder_of(conf->memory_store);
	above = dir == NULL ? NULL : folder_of(dir);
	if (above == NULL)
		wrong = "no memory";
	else if ((wrong = owner_check(conf)) == NULL) {
		if (access(dir, F_OK) == 0)
			wrong = existing_check(dir);
		else if (access(above, W_OK | X_OK) != 0)
			wrong = strerror(errno);
	}
	if (wrong == NULL)
		wrong = space_check(access(dir, F_OK) == 0 ? dir : above);
	free(dir);
	free(above);
	if (wrong == NULL)
		return STORE_OK;
	err_set(why, "%s", wrong);
	return STORE_FULL;
}

enum store_rc
sched_memory_ticks(struct sched *s, struct err *why)
{
	char whose[96], self[96];
	int64_t other = 0;
	enum store_rc rc;

	rc = store_tick_foreign(s->stores[JOB_DURABLE], (int64_t)geteuid(),
	    &other);
	if (rc == STORE_NOTFOUND)
		return STORE_OK;
	if (rc != STORE_OK)
		return rc;
	trust_user((uid_t)other, whose, sizeof(whose));
	trust_user(geteuid(), self, sizeof(self));
	err_set(why,
	    "the ticker runs as %s, and jobs of kind memory that %s adds would "
	    "never run: its line belongs in the crontab of the latter",
	    whose, self);
	return STORE_FULL;
}

const char *
sched_memory_why(struct sched *s)
{
	if (s->memory_why.text[0] == '\0')
		(void)sched_memory_check(s->conf, &s->memory_why);
	return s->memory_why.text[0] == '\0' ? NULL : s->memory_why.text;
}

struct store *
sched_store(struct sched *s, enum job_kind kind)
{
	if (kind != JOB_MEMORY)
		return s->stores[kind];
	/* Other processes may have deleted or created the memory store. */
	if (s->stores[kind] != NULL && store_is_replaced(s->stores[kind])) {
		store_close(s->stores[kind]);
		s->stores[kind] = NULL;
	}
	if (s->stores[kind] == NULL)
		(void)memory_open(s, false);
	return s->stores[kind];
}

bool
sched_next(struct sched *s, enum job_kind only, struct sched_each *it)
{
	for (; it->kind < JOB_KIND__MAX; it->kind++) {
		if ((only == SCHED_ANY || only == it->kind) &&
		    (it->st = sched_store(s, it->kind)) != NULL)
			return true;
	}
	return false;
}

enum store_rc
sched_may_run(struct sched *s, enum job_kind kind)
{
	enum store_rc rc = STORE_OK;
	struct err why;

	if (kind == JOB_MEMORY && s->conf->memory_store[0] != '\0')
		rc = sched_memory_ticks(s, &why);
	return rc == STORE_FULL ? memory_refuse(s, FOREIGN_TICKER, why.text) :
				  rc;
}

/*
 * Create it, with the switches of queues that are paused: a tick reads only
 * the store it works on.
 */
static enum store_rc
memory_create(struct sched *s)
{
	enum store_rc rc = memory_open(s, true);
	struct store *st = s->stores[JOB_MEMORY];

	if (st == NULL || (rc = store_begin(st)) != STORE_OK)
		return rc;
	return sched_end(st,
	    store_queue_copy_pauses(st, s->stores[JOB_DURABLE]));
}

enum store_rc
sched_store_make(struct sched *s, enum job_kind kind, struct store **out)
{
	enum store_rc rc = sched_may_run(s, kind);

	if (rc != STORE_OK)
		return rc;
	if (sched_store(s, kind) == NULL)
		rc = memory_create(s);
	*out = s->stores[kind];
	return *out == NULL && rc == STORE_OK ? STORE_ERROR : rc;
}

/*
 * A VFS around SQLite's own that numbers each step towards the disk and has one
 * of them go wrong.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/sweep/cut.h"
#include "tests/sweep/vfs.h"
#include "lib/base/ban.h"

/* One open file; SQLite's own struct follows it. */
struct vfs_file {
	sqlite3_file base;
	sqlite3_file *real;
	struct cut_file *cut; /* NULL: a temporary file */
	bool is_log; /* a journal: its first flush flushes the folder */
};

/* What becomes of a step. */
enum verdict { GO, GO_AND_DIE, TEAR, FAIL };

static struct {
	struct vfs_plan plan;
	uint64_t random;
	sqlite3_vfs *real;
	sqlite3_vfs vfs;
} shim;

static const char *const fault_names[FAULT__MAX] = {
	[FAULT_NONE] = "none",
	[FAULT_BEFORE] = "before",
	[FAULT_AFTER] = "after",
	[FAULT_TEAR] = "tear",
	[FAULT_IOERR] = "ioerr",
	[FAULT_FULL] = "full",
	[FAULT_CUT] = "cut",
	[FAULT_LOSTSYNC] = "lostsync",
};

const char *
vfs_fault_name(enum vfs_fault f)
{
	return fault_names[f];
}

/* xorshift64* */
uint64_t
vfs_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * UINT64_C(2685821657736338717)) >> 16;
}

static bool
is_growth(enum vfs_step s)
{
	return s == STEP_WRITE || s == STEP_CREATE || s == STEP_SHM;
}

bool
vfs_fault_fits(enum vfs_fault f, enum vfs_step s)
{
	switch (f) {
	case FAULT_TEAR:
		return s == STEP_WRITE;
	case FAULT_IOERR:
		return s != STEP_UNLOCK;
	case FAULT_FULL:
		return is_growth(s);
	case FAULT_LOSTSYNC:
		return s == STEP_SYNC;
	case FAULT_CUT: /* locks leave nothing on a disk */
		return s != STEP_LOCK && s != STEP_UNLOCK && s != STEP_SHM;
	case FAULT_NONE:
	case FAULT_BEFORE:
	case FAULT_AFTER:
	case FAULT__MAX:
		break;
	}
	return true;
}

static enum verdict
verdict_at(enum vfs_step s)
{
	shim.plan.report->is_hit = true;
	switch (shim.plan.fault) {
	case FAULT_CUT:
		cut_apply(&shim.random);
		_exit(VFS_DIED);
	case FAULT_BEFORE:
		_exit(VFS_DIED);
	case FAULT_AFTER:
		return GO_AND_DIE;
	case FAULT_TEAR:
		return s == STEP_WRITE ? TEAR : GO;
	case FAULT_IOERR:
	case FAULT_FULL:
	case FAULT_LOSTSYNC:
		return FAIL;
	case FAULT_NONE:
	case FAULT__MAX:
		break;
	}
	return GO;
}

static enum verdict
step(enum vfs_step s)
{
	struct vfs_report *r = shim.plan.report;

	if (r->n < VFS_STEPS_MAX)
		r->steps[r->n] = (unsigned char)s;
	r->n++;
	if (shim.plan.fault == FAULT_FULL && r->n > shim.plan.at &&
	    shim.plan.at != 0 && is_growth(s))
		return FAIL;
	return r->n == shim.plan.at ? verdict_at(s) : GO;
}

static int
done(enum verdict v, int rc)
{
	if (v == GO_AND_DIE)
		_exit(VFS_DIED);
	return rc;
}

#define REAL(f) (((struct vfs_file *)(f))->real)
#define CALL(f, method, ...) (REAL(f)->pMethods->method(REAL(f), __VA_ARGS__))

static int
on_close(sqlite3_file *f)
{
	return REAL(f)->pMethods->xClose(REAL(f));
}

static int
on_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return CALL(f, xRead, p, n, at);
}

static int
write_through(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *v = (struct vfs_file *)f;

	if (n > 0 && v->cut != NULL)
		cut_write(v->cut, p, (size_t)n, at);
	return n > 0 ? CALL(f, xWrite, p, n, at) : SQLITE_OK;
}

static int
on_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	enum verdict v = step(STEP_WRITE);
	int part = (int)(vfs_random(&shim.random) % (uint64_t)n);

	if (v == TEAR) {
		(void)write_through(f, p, part, at);
		_exit(VFS_DIED);
	}
	if (v != FAIL)
		return done(v, write_through(f, p, n, at));
	/* A full disk takes what fits. */
	(void)write_through(f, p, part, at);
	return shim.plan.fault == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
on_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	struct vfs_file *vf = (struct vfs_file *)f;
	enum verdict v = step(STEP_TRUNCATE);

	if (v == FAIL)
		return SQLITE_IOERR_TRUNCATE;
	if (vf->cut != NULL)
		cut_truncate(vf->cut, n);
	return done(v, CALL(f, xTruncate, n));
}

static int
on_sync(sqlite3_file *f, int flags)
{
	struct vfs_file *vf = (struct vfs_file *)f;
	enum verdict v = step(STEP_SYNC);
	int rc;

	if (v == FAIL) {
		if (shim.plan.fault == FAULT_LOSTSYNC && vf->cut != NULL)
			cut_sync_failed(vf->cut, &shim.random);
		return SQLITE_IOERR_FSYNC;
	}
	if (shim.plan.is_lying)
		return done(v, SQLITE_OK);
	if ((rc = CALL(f, xSync, flags)) == SQLITE_OK && vf->cut != NULL)
		cut_sync(vf->cut, vf->is_log);
	return done(v, rc);
}

static int
on_file_size(sqlite3_file *f, sqlite3_int64 *out)
{
	return CALL(f, xFileSize, out);
}

static int
on_lock(sqlite3_file *f, int level)
{
	enum verdict v = step(STEP_LOCK);

	return v == FAIL ? SQLITE_IOERR_LOCK : done(v, CALL(f, xLock, level));
}

static int
on_unlock(sqlite3_file *f, int level)
{
	enum verdict v = step(STEP_UNLOCK);

	return done(v, CALL(f, xUnlock, level));
}

static int
on_check_reserved(sqlite3_file *f, int *out)
{
	return CALL(f, xCheckReservedLock, out);
}

static int
on_control(sqlite3_file *f, int op, void *arg)
{
	return CALL(f, xFileControl, op, arg);
}

static int
on_sector_size(sqlite3_file *f)
{
	return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int
on_device(sqlite3_file *f)
{
	return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int
on_shm_map(sqlite3_file *f, int page, int n, int is_extend, void volatile **out)
{
	enum verdict v = step(STEP_SHM);

	if (v == FAIL) {
		*out = NULL;
		return SQLITE_IOERR_SHMMAP;
	}
	return done(v, CALL(f, xShmMap, page, n, is_extend, out));
}

static int
on_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	bool is_unlock = (flags & SQLITE_SHM_UNLOCK) != 0;
	enum verdict v = step(is_unlock ? STEP_UNLOCK : STEP_LOCK);

	if (v == FAIL && !is_unlock)
		return SQLITE_IOERR_SHMLOCK;
	return done(v, CALL(f, xShmLock, at, n, flags));
}

static void
on_shm_barrier(sqlite3_file *f)
{
	enum verdict v = step(STEP_SHM);

	REAL(f)->pMethods->xShmBarrier(REAL(f));
	(void)done(v, 0);
}

static int
on_shm_unmap(sqlite3_file *f, int is_delete)
{
	return CALL(f, xShmUnmap, is_delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_file_size,
	.xLock = on_lock,
	.xUnlock = on_unlock,
	.xCheckReservedLock = on_check_reserved,
	.xFileControl = on_control,
	.xSectorSize = on_sector_size,
	.xDeviceCharacteristics = on_device,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

static int
on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
    int *out)
{
	struct vfs_file *v = (struct vfs_file *)f;
	enum verdict verdict = GO;
	bool is_new;
	int rc;

	(void)vfs;
	memset(v, 0, sizeof(*v));
	is_new = path != NULL && (flags & SQLITE_OPEN_CREATE) != 0 &&
	    access(path, F_OK) != 0;
	if (path != NULL)
		v->cut = cut_open(path);
	v->is_log = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
	v->real = (sqlite3_file *)(v + 1);
	if (is_new && (verdict = step(STEP_CREATE)) == FAIL)
		return SQLITE_CANTOPEN;
	rc = shim.real->xOpen(shim.real, path, v->real, flags, out);
	if (rc == SQLITE_OK)
		v->base.pMethods = &methods;
	if (rc == SQLITE_OK && is_new && v->cut != NULL)
		cut_created(v->cut);
	return done(verdict, rc);
}

static int
on_delete(sqlite3_vfs *vfs, const char *path, int is_flushed)
{
	enum verdict v = step(STEP_DELETE);
	int rc;

	(void)vfs;
	if (v == FAIL)
		return SQLITE_IOERR_DELETE;
	(void)cut_open(path);
	rc = shim.real->xDelete(shim.real, path, is_flushed);
	if (rc == SQLITE_OK)
		cut_deleted(path, is_flushed != 0);
	return done(v, rc);
}

static int
on_randomness(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	for (int i = 0; i < n; i++)
		out[i] = (char)vfs_random(&shim.random);
	return n;
}

int
vfs_install(const struct vfs_plan *p)
{
	shim.plan = *p;
	shim.random = p->seed | 1;
	shim.real = sqlite3_vfs_find(NULL);
	if (shim.real == NULL)
		return -1;
	shim.vfs = *shim.real;
	shim.vfs.zName = "sweep";
	shim.vfs.pNext = NULL;
	shim.vfs.szOsFile += (int)sizeof(struct vfs_file);
	shim.vfs.xOpen = on_open;
	shim.vfs.xDelete = on_delete;
	shim.vfs.xRandomness = on_randomness;
	return sqlite3_vfs_register(&shim.vfs, 1) == SQLITE_OK ? 0 : -1;
}

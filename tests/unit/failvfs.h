#ifndef TESTS_UNIT_FAILVFS_H
#define TESTS_UNIT_FAILVFS_H

#include <stdbool.h>
#include <string.h>

#include <sqlite3.h>

/*
 * A layer between SQLite and its VFS, for the whole program, that counts the
 * calls of each kind and lets some of them fail.  (tests/sweep has one that
 * kills and tears; this one also fails reads, and tells how often it was
 * asked.)
 */
enum fail_op {
	FAIL_READ,
	FAIL_WRITE,
	FAIL_SYNC,
	FAIL_TRUNCATE,
	FAIL_LOCK,
	FAIL_SHM,  /* map or lock of the log's index */
	FAIL_SIZE, /* of a file */
	FAIL_OPEN,
	FAIL_DELETE,
	FAIL_ACCESS,
	FAIL__MAX
};

static struct {
	int count[FAIL__MAX];
	enum fail_op op; /* calls of this kind fail */
	int at;		 /* from this one on, 1 being the next; 0: none */
	bool is_once;	 /* that one alone */
	int code;	 /* with this result */
	sqlite3_vfs vfs, *real;
} failvfs;

struct fail_file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
};

static inline const char *
fail_name(enum fail_op op)
{
	static const char *const names[FAIL__MAX] = { "read", "write", "sync",
		"truncate", "lock", "shm", "size", "open", "delete", "access" };

	return names[op];
}

/* The at-th call of op from here on fails, or all from there on. */
static inline void
fail_set(enum fail_op op, int at, bool is_once, int code)
{
	memset(failvfs.count, 0, sizeof(failvfs.count));
	failvfs.op = op;
	failvfs.at = at;
	failvfs.is_once = is_once;
	failvfs.code = code;
}

/* Nothing fails any more; the counts start anew. */
static inline void
fail_none(void)
{
	fail_set(FAIL_READ, 0, false, SQLITE_OK);
}

/* Was the one that should fail reached? */
static inline bool
fail_was_hit(void)
{
	return failvfs.at != 0 && failvfs.count[failvfs.op] >= failvfs.at;
}

/* Count a call; its result if it fails, else SQLITE_OK. */
static inline int
fail_step(enum fail_op op)
{
	int n = ++failvfs.count[op];

	if (failvfs.at == 0 || op != failvfs.op || n < failvfs.at ||
	    (failvfs.is_once && n > failvfs.at))
		return SQLITE_OK;
	return failvfs.code;
}

#define FAIL_REAL(f) (((struct fail_file *)(f))->real)
#define FAIL_PASS(f, method, ...) \
	(FAIL_REAL(f)->pMethods->method(FAIL_REAL(f), __VA_ARGS__))
#define FAIL_METHOD(name, op, method, params, ...) \
	static int name params \
	{ \
		int rc = fail_step(op); \
\
		return rc != SQLITE_OK ? rc : \
					 FAIL_PASS(f, method, __VA_ARGS__); \
	}

/* clang-format off */
FAIL_METHOD(fail_on_read, FAIL_READ, xRead,
    (sqlite3_file *f, void *p, int n, sqlite3_int64 at), p, n, at)
FAIL_METHOD(fail_on_write, FAIL_WRITE, xWrite,
    (sqlite3_file *f, const void *p, int n, sqlite3_int64 at), p, n, at)
FAIL_METHOD(fail_on_truncate, FAIL_TRUNCATE, xTruncate,
    (sqlite3_file *f, sqlite3_int64 size), size)
FAIL_METHOD(fail_on_size, FAIL_SIZE, xFileSize,
    (sqlite3_file *f, sqlite3_int64 *size), size)
FAIL_METHOD(fail_on_lock, FAIL_LOCK, xLock,
    (sqlite3_file *f, int level), level)
FAIL_METHOD(fail_on_shm_map, FAIL_SHM, xShmMap,
    (sqlite3_file *f, int page, int size, int extend, void volatile **p),
    page, size, extend, p)
FAIL_METHOD(fail_on_shm_lock, FAIL_SHM, xShmLock,
    (sqlite3_file *f, int at, int n, int flags), at, n, flags)
/* clang-format on */

/* Counted and not done: nobody pulls the plug here. */
static inline int
fail_on_sync(sqlite3_file *f, int flags)
{
	(void)f;
	(void)flags;
	return fail_step(FAIL_SYNC);
}

static inline int
fail_on_close(sqlite3_file *f)
{
	return FAIL_REAL(f)->pMethods == NULL ?
	    SQLITE_OK :
	    FAIL_REAL(f)->pMethods->xClose(FAIL_REAL(f));
}

static inline int
fail_on_unlock(sqlite3_file *f, int level)
{
	return FAIL_PASS(f, xUnlock, level);
}

static inline int
fail_on_reserved(sqlite3_file *f, int *out)
{
	return FAIL_PASS(f, xCheckReservedLock, out);
}

static inline int
fail_on_control(sqlite3_file *f, int op, void *arg)
{
	return FAIL_PASS(f, xFileControl, op, arg);
}

static inline int
fail_on_sector(sqlite3_file *f)
{
	return FAIL_REAL(f)->pMethods->xSectorSize(FAIL_REAL(f));
}

static inline int
fail_on_device(sqlite3_file *f)
{
	return FAIL_REAL(f)->pMethods->xDeviceCharacteristics(FAIL_REAL(f));
}

static inline void
fail_on_shm_barrier(sqlite3_file *f)
{
	FAIL_REAL(f)->pMethods->xShmBarrier(FAIL_REAL(f));
}

static inline int
fail_on_shm_unmap(sqlite3_file *f, int is_delete)
{
	return FAIL_PASS(f, xShmUnmap, is_delete);
}

static inline int
fail_on_open(sqlite3_vfs *v, sqlite3_filename name, sqlite3_file *f, int flags,
    int *out)
{
	static const sqlite3_io_methods methods = {
		.iVersion = 2,
		.xClose = fail_on_close,
		.xRead = fail_on_read,
		.xWrite = fail_on_write,
		.xTruncate = fail_on_truncate,
		.xSync = fail_on_sync,
		.xFileSize = fail_on_size,
		.xLock = fail_on_lock,
		.xUnlock = fail_on_unlock,
		.xCheckReservedLock = fail_on_reserved,
		.xFileControl = fail_on_control,
		.xSectorSize = fail_on_sector,
		.xDeviceCharacteristics = fail_on_device,
		.xShmMap = fail_on_shm_map,
		.xShmLock = fail_on_shm_lock,
		.xShmBarrier = fail_on_shm_barrier,
		.xShmUnmap = fail_on_shm_unmap,
	};
	struct fail_file *file = (struct fail_file *)f;
	int rc = fail_step(FAIL_OPEN);

	(void)v;
	f->pMethods = NULL;
	if (rc != SQLITE_OK)
		return rc;
	file->real = (sqlite3_file *)(file + 1);
	rc = failvfs.real->xOpen(failvfs.real, name, file->real, flags, out);
	if (file->real->pMethods != NULL)
		f->pMethods = &methods;
	return rc;
}

static inline int
fail_on_delete(sqlite3_vfs *v, const char *name, int is_dir)
{
	int rc = fail_step(FAIL_DELETE);

	(void)v;
	return rc != SQLITE_OK ?
	    rc :
	    failvfs.real->xDelete(failvfs.real, name, is_dir);
}

static inline int
fail_on_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	int rc = fail_step(FAIL_ACCESS);

	(void)v;
	return rc != SQLITE_OK ?
	    rc :
	    failvfs.real->xAccess(failvfs.real, name, flags, out);
}

/* What waits for nothing need not wait. */
static inline int
fail_on_sleep(sqlite3_vfs *v, int us)
{
	(void)v;
	return us;
}

/* From here on every connection of the program goes through the layer. */
static inline void
fail_install(void)
{
	failvfs.real = sqlite3_vfs_find(NULL);
	failvfs.vfs = *failvfs.real;
	failvfs.vfs.zName = "fail";
	failvfs.vfs.szOsFile =
	    (int)sizeof(struct fail_file) + failvfs.real->szOsFile;
	failvfs.vfs.xOpen = fail_on_open;
	failvfs.vfs.xDelete = fail_on_delete;
	failvfs.vfs.xAccess = fail_on_access;
	failvfs.vfs.xSleep = fail_on_sleep;
	(void)sqlite3_vfs_register(&failvfs.vfs, 1);
}

#endif

#ifndef LIB_DB_BACKUP_H
#define LIB_DB_BACKUP_H

#include "lib/db/store.h"

struct err;

/*
 * Write a consistent copy of the store to file: flushed, one file without a
 * log, owned by the user and group of the process, mode 0600 or that of the
 * file it replaces.  Other connections write meanwhile.  file is replaced when
 * the copy is complete.  Unless STORE_OK: one line in why, and file is
 * unchanged.
 */
enum store_rc store_backup(struct store *st, const char *file, struct err *why);

/*
 * Replace the store o->path by the one in file.  STORE_NOTFOUND: no such file,
 * or not a store; STORE_ERROR: damaged, another program's, or newer than this
 * program.  The previous store is kept as PATH.before-restore, complete. Owner,
 * group, mode and access list are kept; STORE_CONFIG, with nothing changed, if
 * they cannot be.  After a kill at any time o->path is one of the two complete
 * stores.  Connections to the previous store get STORE_BUSY for writes until
 * they open it again.  Unless STORE_OK: one line in why.
 */
enum store_rc store_restore(const struct store_opts *o, const char *file,
    struct err *why);

/* Private to lib/db/. */

/*
 * Copy st, page by page, to a new file path, mode 0600, flushed; with is_plain
 * without a write-ahead log.  An existing path is removed.
 */
enum store_rc store_copy(struct store *st, const char *path, bool is_plain);

/*
 * Set owner, group, mode and access list of the file to to those of from, which
 * may be missing.  0, or -1 with errno: not permitted.
 */
int store_keep_owner(const char *from, const char *to);

/* Flush the folder of path; 0, or -1 with errno. */
int store_flush_folder(const char *path);

#endif

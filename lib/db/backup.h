#ifndef LIB_DB_BACKUP_H
#define LIB_DB_BACKUP_H

#include "lib/db/store.h"

struct err;

/*
 * Write the store as it is at one instant into file, mode 0600 or what the file
 * there has, as its owner and group, flushed, one file without a log beside it.
 * Others write meanwhile.  file is replaced when it is complete, not before.
 * Not STORE_OK: one line in why, and nothing is left but what was there.
 */
enum store_rc store_backup(struct store *st, const char *file, struct err *why);

/*
 * Make the store o->path the one in file.  STORE_NOTFOUND: no such file, or
 * nobody's store; STORE_ERROR: damaged, another program's, or newer than this
 * program.  The store there was is kept as PATH.before-restore, complete.
 * Owner, group, mode and access list stay; STORE_CONFIG, and nothing changed,
 * when they cannot.  Killed at any moment, o->path is either whole.  Who has
 * the old one open can write no more, and is told STORE_BUSY until he opens it
 * anew.  Not STORE_OK: one line in why.
 */
enum store_rc store_restore(const struct store_opts *o, const char *file,
    struct err *why);

/* Private to lib/store*. */

/*
 * A copy of st, page for page, in a new file path, mode 0600, flushed; with
 * is_plain, without a write-ahead log.  Whatever was at path is removed.
 */
enum store_rc store_copy(struct store *st, const char *path, bool is_plain);

/*
 * Give the file to the owner, group, mode and access list that the file from
 * has; from may be missing.  0, or -1 with errno: it cannot be given.
 */
int store_keep_owner(const char *from, const char *to);

/* Flush the folder that path is in; 0 or -1 with errno. */
int store_flush_folder(const char *path);

#endif

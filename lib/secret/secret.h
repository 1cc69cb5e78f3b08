#ifndef LIB_SECRET_SECRET_H
#define LIB_SECRET_SECRET_H

#include <stddef.h>

/*
 * Bytes that must not be seen: kept in locked memory that no core dump has
 * and that is wiped when freed, as far as the system allows.  Printed by
 * mistake as a string, to the log say, a secret shows as "***".
 */
struct secret;

#define SECRET_MAX 4096 /* bytes */

/*
 * Keep a copy of len bytes, 1 to SECRET_MAX of printable ASCII without blanks.
 * NULL: no memory, or something else.
 */
struct secret *secret_new(const char *bytes, size_t len);

/* One more owner of s, who calls secret_free too; gives s. */
struct secret *secret_hold(struct secret *s);

/* The last of its owners wipes and frees it; NULL is fine. */
void secret_free(struct secret *s);

/* The bytes with a NUL behind them, borrowed as long as s lives. */
const char *secret_bytes(const struct secret *s, size_t *len);

/*
 * The first line of the file at path, without blanks around it.  The file
 * must be a regular one of ours or root's that nobody else may read or write
 * (mode 0600 or less).  NULL with a line in why that names file and mode, and
 * nothing of the contents.
 */
struct secret *secret_read(const char *path, char *why, size_t whylen);

/*
 * Overwrite with asterisks what s holds, from byte skip on, wherever that
 * stands in n bytes of text: somebody else's words, which may repeat it.
 */
void secret_mask(const struct secret *s, size_t skip, char *text, size_t n);

/* Overwrite n bytes of p, also when nobody reads them afterwards. */
void secret_wipe(void *p, size_t n);

/*
 * Keep what this process knows to itself: no core dumps, nobody else of the
 * same user may look into it.
 */
void secret_guard_process(void);

#endif

#ifndef LIB_SECRET_SECRET_H
#define LIB_SECRET_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Bytes that must not be disclosed: kept in locked memory that is left out of
 * core dumps and wiped when freed, as far as the system allows.  Printed by
 * mistake as a string, for example to the log, a secret shows as "***".
 */
struct err;
struct secret;

#define SECRET_MAX 4096 /* bytes */

/*
 * Keep a copy of len bytes, 1 to SECRET_MAX of printable ASCII without blanks.
 * NULL without memory or for other bytes.
 */
struct secret *secret_new(const char *bytes, size_t len);

/* Add an owner of s, who calls secret_free as well; returns s. */
struct secret *secret_hold(struct secret *s);

/* Drop an owner; the last one wipes and frees the secret.  NULL is allowed. */
void secret_free(struct secret *s);

/*
 * The bytes with a terminating NUL, borrowed as long as s lives; *len is their
 * number.
 */
const char *secret_bytes(const struct secret *s, size_t *len);

/* Is text the same?  Takes as long whatever of it is right. */
bool secret_is(const struct secret *s, const char *text);

/*
 * Read the first line of the file at path, without surrounding blanks.  It
 * must be a regular file of this user or root that no other user can read or
 * write (mode 0600 or less).  NULL with a line in why that names file and mode
 * and shows nothing of the contents.
 */
struct secret *secret_read(const char *path, struct err *why);

/*
 * Overwrite with asterisks every occurrence of s, from its byte skip on, in n
 * bytes of text from outside, which may repeat it.
 */
void secret_mask(const struct secret *s, size_t skip, char *text, size_t n);

/* Overwrite n bytes of p; the compiler cannot optimize it away. */
void secret_wipe(void *p, size_t n);

/*
 * Protect the memory of this process: no core dumps, no inspection by other
 * processes of the same user.
 */
void secret_guard_process(void);

#endif

#ifndef LIB_BASE_TRUST_H
#define LIB_BASE_TRUST_H

#include <sys/types.h>

#include <stdbool.h>

/*
 * Is a file what its owner meant, or could another user have written it?
 * Every folder on the way to it and the file itself are examined by their
 * descriptors, each opened in the one before, so that nothing can be replaced
 * meanwhile.  The rules (minutehand.conf(5), FILES AND USERS):
 *
 * - the file belongs to root or to the effective user;
 * - neither its group nor others may write it; of a secret, nor read it;
 * - its folder likewise, if other files in it are trusted as well;
 * - no folder above may be writable by others, unless it is sticky (/tmp).
 */

/* What a file is used for. */
enum trust_kind {
	TRUST_NONE,	/* nothing to examine */
	TRUST_CONF,	/* the configuration */
	TRUST_DATA,	/* trusted data: certificates */
	TRUST_SECRET,	/* a key or a password */
	TRUST_PROGRAM,	/* a program that is run */
	TRUST_ARGUMENT, /* an argument of a program, may be a script */
	TRUST_STORE,	/* a store, with SQLite's and our files next to it */
	TRUST_FOLDER,	/* a folder of trusted files: time zones */
	TRUST__MAX
};

enum trust_rc {
	TRUST_OK,
	TRUST_ABSENT, /* no such file, or not permitted: errno */
	TRUST_REFUSED /* why has the reason and the remedy */
};

struct trust {
	bool is_shared; /* in: group_writable = yes */
	bool by_group;	/* out: a TRUST_CONF needs is_shared */
	char why[1024]; /* out: one line, "PATH: …" */
};

/*
 * Examine the file at path and open it for reading: *fd, the caller's to
 * close, is -1 unless the result is TRUST_OK.  A TRUST_CONF whose only flaw is
 * that its group may write it is opened all the same, with by_group set and
 * why filled in: the file itself says whether that is intended.
 */
enum trust_rc trust_open(struct trust *t, enum trust_kind kind,
    const char *path, int *fd);

/* The same without opening the file for reading. */
enum trust_rc trust_check(struct trust *t, enum trust_kind kind,
    const char *path);

/*
 * The command at the end of a reason that this module wrote, borrowed from
 * why; NULL if the reason has none.
 */
const char *trust_remedy(const char *why);

/*
 * Write "alice (1000)", or "user 1000" if there is no such account, into the n
 * bytes at out.
 */
void trust_user(uid_t uid, char *out, size_t n);

#endif

#ifndef LIB_BASE_TRUST_H
#define LIB_BASE_TRUST_H

#include <sys/types.h>

#include <stdbool.h>

/*
 * Is a file what its owner meant, or could another user have written it?
 * Every folder on the way to it and the file itself are examined by their
 * descriptors, each opened in the one before, so that nothing can be put in
 * their place meanwhile.  The rules (minutehand.conf(5), FILES AND USERS):
 *
 * - the file belongs to root or to us (the effective user);
 * - neither its group nor others may write it; of a secret, nor read it;
 * - its folder likewise, where other files beside it are believed as well;
 * - no folder above may be written by others, unless it is sticky (/tmp).
 */

/* What a file is to us. */
enum trust_kind {
	TRUST_NONE,    /* nothing to examine */
	TRUST_CONF,    /* the configuration */
	TRUST_DATA,    /* read and believed: certificates */
	TRUST_SECRET,  /* a key or a password */
	TRUST_PROGRAM, /* started */
	TRUST_WORD,    /* may be a script, a program's argument */
	TRUST_STORE,   /* a store, with what SQLite and we put beside it */
	TRUST_FOLDER,  /* a folder whose files are believed: time zones */
	TRUST__MAX
};

enum trust_rc {
	TRUST_OK,
	TRUST_ABSENT, /* no such file, or we may not open it: errno */
	TRUST_REFUSED /* why says it, with the command that corrects it */
};

struct trust {
	bool is_shared; /* in: group_writable = yes */
	bool by_group;	/* out: TRUST_CONF counts only with is_shared */
	char why[1024]; /* out: one line, "PATH: …" */
};

/*
 * Examine the file at path, and open it for reading: *fd, the caller's, -1
 * when the result is not TRUST_OK.  A TRUST_CONF that is not what it should be
 * by the group alone is opened all the same, with by_group set and why filled
 * in: the file itself says whether that is meant (trust_shared).
 */
enum trust_rc trust_open(struct trust *t, enum trust_kind kind,
    const char *path, int *fd);

/* The same without opening it for reading. */
enum trust_rc trust_check(struct trust *t, enum trust_kind kind,
    const char *path);

/* The command at the end of a line that this module wrote, borrowed; NULL: the
 * line has another reason. */
const char *trust_remedy(const char *why);

/* "alice (1000)", or "user 1000"; n bytes at out. */
void trust_user(uid_t uid, char *out, size_t n);

#endif

#ifndef LIB_BASE_ERR_H
#define LIB_BASE_ERR_H

/* Bytes of a reason with its NUL: a path and what is wrong with it fit. */
#define ERR_MAX 2048

/*
 * Why a function failed, a line without an end, as {something, what is wrong}:
 * a function that can fail in more than one way takes the caller's and writes
 * it when it fails, and only then unless its contract says more.
 */
struct err {
	char text[ERR_MAX];
};

/*
 * Make fmt the reason.  What does not fit is cut at the end of a character.
 * The arguments may point into *err: a caller puts its own words around a
 * reason by err_set(err, "%s: %s", path, err->text).  Returns -1, so that a
 * function can fail in one line.  Where err is NULL nothing is written: what
 * lib/ has takes NULL for a reason that is not wanted, what net/ has does not.
 */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* No reason: an empty text. */
void err_clear(struct err *err);

#endif

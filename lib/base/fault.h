#ifndef LIB_BASE_FAULT_H
#define LIB_BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#define FAULT_MAX 16

/* One complaint about input: which field, and what to change. */
struct fault {
	char field[64];
	char text[320];
	bool is_never; /* all is well but that it would never fire */
};

/*
 * What is wrong with one piece of input, so that a client learns of every bad
 * field at once.  Zero-initialise; the first FAULT_MAX complaints are kept,
 * one for each field.
 */
struct faults {
	size_t n;
	bool is_passing; /* one is the host's, and passes: try later */
	struct fault v[FAULT_MAX];
};

/*
 * Add a complaint about field; a second one about the same field is dropped
 * (the first says what to mend first).  Always returns -1, so that a parser
 * can end with `return fault_add(…)`.
 */
int fault_add(struct faults *fs, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add all complaints of inner about fields that lie under prefix ("retry."). */
void fault_add_all(struct faults *fs, const char *prefix,
    const struct faults *inner);

/*
 * Bytes of text to quote in a complaint: at most max, and none of a sequence
 * of UTF-8 that would be cut.
 */
int fault_cut(const char *text, int max);

/* Add that text, given for field, is no instant, and why not; gives -1. */
int fault_add_instant(struct faults *fs, const char *field, const char *text,
    const char *why);

/* Add that field keeps a trigger from ever firing, and why; gives -1. */
int fault_add_never(struct faults *fs, const char *field, const char *why);

/* Take the complaint about field back, if there is one. */
void fault_drop(struct faults *fs, const char *field);

/*
 * Something could not be read, and errno says why: when that is for want of
 * descriptors, memory or permission, or of any zone files, the input may be
 * good, and fs->is_passing is set.
 */
void fault_note_errno(struct faults *fs, int err);

/* Is that all there is to complain of? */
bool fault_is_never(const struct faults *fs);

#endif

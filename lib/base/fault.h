#ifndef LIB_BASE_FAULT_H
#define LIB_BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#define FAULT_MAX 16

/* One fault in the input: the field, and what to change. */
struct fault {
	char field[64];
	char text[320];
	bool is_never; /* valid, but would never fire */
};

/*
 * All faults of one piece of input, so that a client learns of every bad field
 * at once.  Zero-initialize.  The first FAULT_MAX faults are kept, one per
 * field.
 */
struct faults {
	size_t n;
	bool is_transient; /* a cause is the host's: retry later */
	struct fault v[FAULT_MAX];
};

/*
 * Add a fault about field; both texts are copied and truncated to their
 * arrays.  A second fault about the same field is dropped: the first says what
 * to fix first.  Always returns -1, so that a parser can end with `return
 * fault_add(…)`.
 */
int fault_add(struct faults *fs, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add all faults of inner, their fields prefixed with prefix ("retry."). */
void fault_add_all(struct faults *fs, const char *prefix,
    const struct faults *inner);

/*
 * Number of bytes of text to quote in a fault: at most max, without an
 * incomplete UTF-8 sequence at the end.
 */
int fault_cut(const char *text, int max);

/*
 * Add the fault that text is not a valid time for field, with the reason why;
 * returns -1.
 */
int fault_add_instant(struct faults *fs, const char *field, const char *text,
    const char *why);

/*
 * Add the fault that field prevents the trigger from ever firing, with the
 * reason why; returns -1.
 */
int fault_add_never(struct faults *fs, const char *field, const char *why);

/* Remove the fault about field, if any. */
void fault_drop(struct faults *fs, const char *field);

/*
 * A file could not be read with the error err (errno).  If the cause is a lack
 * of descriptors, memory or permission, or missing zone files, the input may
 * be valid: set fs->is_transient.
 */
void fault_note_errno(struct faults *fs, int err);

/* Is the only fault that the trigger never fires? */
bool fault_is_never(const struct faults *fs);

#endif

#ifndef TESTS_PROOF_POOL_H
#define TESTS_PROOF_POOL_H

#include <stddef.h>

#define POOL_RESULT_MAX 512

/* Work that is done in processes, one piece of it at a time. */
struct pool {
	int processes;
	size_t n;		 /* pieces, numbered from 0 */
	const char *const *name; /* of the pieces, for the progress */
	/* Do piece i: add its outcome to result, POOL_RESULT_MAX bytes of zero;
	 * 0, or -1. */
	int (*work)(void *cookie, size_t i, void *result);
	/* In the parent: a piece is done. */
	void (*take)(void *cookie, const void *result);
	void *cookie;
};

/*
 * Do all pieces; progress on a terminal at standard error.  0, or -1 when a
 * piece failed or a process died.
 */
int pool_run(const struct pool *p);

#endif

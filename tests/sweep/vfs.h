#ifndef TESTS_SWEEP_VFS_H
#define TESTS_SWEEP_VFS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A VFS around SQLite's own that numbers whatever a store does to the disk,
 * or to other processes, and has one of these steps go wrong.
 */
enum vfs_fault {
	FAULT_NONE,
	FAULT_BEFORE,	/* dies right before the step */
	FAULT_AFTER,	/* dies right after it */
	FAULT_TEAR,	/* writes the beginning only, then dies */
	FAULT_IOERR,	/* the step fails, once */
	FAULT_FULL,	/* from the step on, nothing can be written */
	FAULT_CUT,	/* the power fails before the step */
	FAULT_LOSTSYNC, /* a flush fails, losing what it was to flush; power
			   fails later, when all seems well */
	FAULT__MAX
};

enum vfs_step {
	STEP_WRITE,
	STEP_SYNC,
	STEP_TRUNCATE,
	STEP_DELETE,
	STEP_CREATE,
	STEP_LOCK,
	STEP_UNLOCK,
	STEP_SHM, /* memory mapped, or a barrier in it */
	STEP__MAX
};

#define VFS_STEPS_MAX 16384
#define VFS_DIED 99 /* exit status of a process that the VFS ended */

/* What the VFS tells; in memory shared with who waits for the process. */
struct vfs_report {
	unsigned n; /* steps taken */
	bool is_hit;
	unsigned char steps[VFS_STEPS_MAX]; /* enum vfs_step, by number - 1 */
};

struct vfs_plan {
	enum vfs_fault fault;
	unsigned at; /* number of the step, from 1 */
	uint64_t seed;
	bool is_lying; /* flushes do nothing and say that they did */
	struct vfs_report *report;
};

/* "before", "after", … */
const char *vfs_fault_name(enum vfs_fault f);

/* Can that step go wrong in that way at all? */
bool vfs_fault_fits(enum vfs_fault f, enum vfs_step s);

/* Make the VFS the default of this process; 0 or -1. */
int vfs_install(const struct vfs_plan *p);

/* The next of a row of pseudo-random numbers. */
uint64_t vfs_random(uint64_t *state);

#endif

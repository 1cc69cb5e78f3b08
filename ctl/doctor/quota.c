/*
 * minutehand doctor: free space.  statvfs(3) reports that of the file system; a
 * quota or a file size limit is found only by writing a file.
 */
#include "config.h"

#define _GNU_SOURCE /* fallocate(2), if available */

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/doctor/doctor.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

#define MIB (1024u * 1024u)
#define SPACE_LOW_MIB 200
#define SPACE_NONE_MIB 10 /* MiB that are written */
#define MARK "minutehand-space-XXXXXX"

/* Fill p with incompressible bytes (xorshift64, Marsaglia). */
static void
fill(unsigned char *p, size_t n, uint64_t *x)
{
	for (size_t i = 0; i < n; i++) {
		*x ^= *x << 13;
		*x ^= *x >> 7;
		*x ^= *x << 17;
		p[i] = (unsigned char)*x;
	}
}

/*
 * Write and flush mib MiB; return how many were written, with errno if not all.
 */
static unsigned
write_mib(int fd, unsigned mib)
{
	unsigned char *block = malloc(MIB);
	uint64_t x = UINT64_C(88172645463325252);
	unsigned done = 0;
	size_t at;
	ssize_t n;

	for (; block != NULL && done < mib; done++) {
		fill(block, MIB, &x);
		for (at = 0; at < MIB; at += (size_t)n) {
			if ((n = write(fd, block + at, MIB - at)) <= 0)
				break;
		}
		if (at < MIB)
			break;
	}
	free(block);
	/* A network file system reports a full quota only now. */
	return done == mib && fsync(fd) == -1 ? 0 : done;
}

/* Return whether the file may have mib MiB; true if that cannot be checked. */
static bool
may_have(int fd, unsigned mib)
{
#ifdef __linux__
	return fallocate(fd, 0, 0, (off_t)mib * MIB) == 0 ||
	    (errno != EDQUOT && errno != ENOSPC && errno != EFBIG);
#else
	(void)fd;
	(void)mib;
	return true;
#endif
}

static void
judge(int fd, const char *dir, struct finding *f)
{
	unsigned done = write_mib(fd, SPACE_NONE_MIB);
	int e = errno;

	if (done < SPACE_NONE_MIB) {
		doctor_report(f, DOCTOR_FAIL,
		    "%u MiB could be written, then: %s", done, strerror(e));
		doctor_advise(f,
		    e == EFBIG ? "the host limits the size of files (ulimit "
				 "-f): have it raised" :
				 "free space, or raise the quota, for %s",
		    dir);
	} else if (!may_have(fd, SPACE_LOW_MIB)) {
		e = errno;
		doctor_report(f, DOCTOR_WARN,
		    "less than %u MiB may be written: %s", SPACE_LOW_MIB,
		    strerror(e));
		doctor_advise(f, "free space, or raise the quota, for %s", dir);
	}
}

/* Try in the store's folder: quotas are per file system. */
static void
try_to_write(const char *store, struct finding *f)
{
	char path[4200];
	int len = (int)(strrchr(store, '/') - store), fd;

	(void)snprintf(path, sizeof(path), "%.*s/" MARK, len, store);
	if ((fd = mkostemp(path, O_CLOEXEC)) == -1) {
		doctor_report(f, DOCTOR_FAIL, "no file can be created: %s",
		    strerror(errno));
		doctor_advise(f, "free space, or raise the quota");
		return;
	}
	(void)unlink(path);
	path[len] = '\0';
	judge(fd, path, f);
	(void)close(fd);
}

void
doctor_space(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;
	unsigned long long mib;
	struct statvfs fs;

	if (statvfs(c->store, &fs) == -1) {
		doctor_report(f, DOCTOR_WARN, "%s: %s", c->store,
		    strerror(errno));
		return;
	}
	mib = (unsigned long long)fs.f_bavail * fs.f_frsize / MIB;
	doctor_report(f, DOCTOR_OK, "%llu MiB free", mib);
	if ((fs.f_flag & ST_RDONLY) != 0) {
		doctor_report(f, DOCTOR_FAIL, "mounted read-only");
		doctor_advise(f,
		    "set store in %s to a file that can be "
		    "written",
		    c->path);
	} else if (mib < SPACE_LOW_MIB) {
		doctor_report(f,
		    mib < SPACE_NONE_MIB ? DOCTOR_FAIL : DOCTOR_WARN,
		    "only %llu MiB free", mib);
		doctor_advise(f, "free space on the file system of %s",
		    c->store);
	} else
		try_to_write(c->store, f);
}

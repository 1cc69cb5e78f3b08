/*
 * Files that take the place of others: owner, group, mode and access list, and
 * the flush of a folder.  Tested in t_store_backup.
 */
#include "config.h"

#include <sys/stat.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/db/backup.h"
#include "lib/base/ban.h"

#ifdef __linux__
#define ACL "system.posix_acl_access"

/* Copy the access list of from, or none, to to; 0, or -1 with errno. */
static int
keep_acl(int from, int to)
{
	char acl[4096];
	ssize_t n = fgetxattr(from, ACL, acl, sizeof(acl));

	if (n > 0)
		return fsetxattr(to, ACL, acl, (size_t)n, 0);
	if (errno != ENODATA && errno != ENOTSUP)
		return -1;
	/* The folder's default may have added one. */
	if (fremovexattr(to, ACL) == 0 || errno == ENODATA || errno == ENOTSUP)
		return 0;
	return -1;
}
#else
static int
keep_acl(int from, int to)
{
	(void)from;
	(void)to;
	return 0;
}
#endif

/* Copy owner, group and mode of from to to; 0, or -1 with errno. */
static int
keep_owner_fd(int from, int to)
{
	struct stat was, is;

	if (fstat(from, &was) == -1 || fstat(to, &is) == -1)
		return -1;
	if (was.st_uid != is.st_uid && fchown(to, was.st_uid, (gid_t)-1) == -1)
		return -1;
	if (was.st_gid != is.st_gid && fchown(to, (uid_t)-1, was.st_gid) == -1)
		return -1;
	if (fchmod(to, was.st_mode & 07777) == -1)
		return -1;
	return keep_acl(from, to);
}

int
store_keep_owner(const char *from, const char *to)
{
	int was = open(from, O_RDONLY | O_CLOEXEC), is, rc = -1, e;

	if (was == -1)
		return errno == ENOENT ? 0 : -1;
	if ((is = open(to, O_RDONLY | O_CLOEXEC)) != -1) {
		rc = keep_owner_fd(was, is);
		e = errno;
		(void)close(is);
		errno = e;
	}
	e = errno;
	(void)close(was);
	errno = e;
	return rc;
}

int
store_flush_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int fd, rc;

	if (slash == NULL)
		dir = strdup(".");
	else
		dir = strndup(path, (size_t)(slash - path) + 1);
	if (dir == NULL)
		return -1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

/*
 * Which users could have written a file: the walk to it, folder by folder, and
 * the rules for each kind of file (lib/base/trust.h).  Nothing is read or
 * changed.
 */
#include "config.h"

#define _GNU_SOURCE /* O_PATH */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/trust.h"

#include "lib/base/ban.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif
#ifdef O_PATH
#define PATH_FLAGS O_PATH
#else
#define PATH_FLAGS (O_RDONLY | O_NONBLOCK)
#endif

#define LINKS_MAX 40   /* symbolic links in one path, as in the kernel */
#define GROUPS_MAX 256 /* groups of the process that are examined */

/* What others and the group must not be able to do. */
static const struct rule {
	mode_t forbidden;
	bool is_owned;	   /* root or we must own it */
	bool is_group_ok;  /* with group_writable = yes the group may write */
	bool is_folder;	   /* its folder must meet the same rules */
	bool is_sticky_ok; /* … but others may add files there (/tmp) */
} rules[TRUST__MAX] = {
	[TRUST_NONE] = { 0, false, true, false, true },
	[TRUST_CONF] = { 022, true, true, true, true },
	[TRUST_DATA] = { 022, true, true, false, true },
	[TRUST_SECRET] = { 077, true, false, false, true },
	[TRUST_PROGRAM] = { 022, true, true, false, true },
	[TRUST_ARGUMENT] = { 002, false, true, false, true },
	[TRUST_STORE] = { 022, true, true, true, false },
	[TRUST_FOLDER] = { 022, true, true, false, true },
};

/* The state of a walk along a path. */
struct walk {
	struct trust *t;
	const struct rule *rule;
	enum trust_kind kind;
	int dir;	     /* descriptor of the current folder */
	struct stat folder;  /* the same, as it was opened */
	char at[PATH_MAX];   /* its path, without a slash at the end */
	char left[PATH_MAX]; /* rest of the path, relative to it */
	int links;
};

void
trust_user(uid_t uid, char *out, size_t n)
{
	struct passwd pw, *found = NULL;
	char space[4096];

	if (getpwuid_r(uid, &pw, space, sizeof(space), &found) == 0 &&
	    found != NULL)
		(void)snprintf(out, n, "%s (%lu)", pw.pw_name,
		    (unsigned long)uid);
	else
		(void)snprintf(out, n, "user %lu", (unsigned long)uid);
}

/* The user as an argument of chown(8). */
static void
chown_name(uid_t uid, char *out, size_t n)
{
	char *blank;

	trust_user(uid, out, n);
	if (strncmp(out, "user ", 5) == 0)
		(void)snprintf(out, n, "%lu", (unsigned long)uid);
	else if ((blank = strchr(out, ' ')) != NULL)
		*blank = '\0';
}

static bool
is_our_group(gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	int n;

	if (gid == getegid())
		return true;
	n = getgroups(GROUPS_MAX, groups);
	for (int i = 0; i < n; i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

static enum trust_rc __attribute__((format(printf, 2, 3)))
refuse(struct trust *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return TRUST_REFUSED;
}

/* The file belongs to neither root nor us. */
static enum trust_rc
refuse_owner(struct trust *t, const char *path, uid_t owner)
{
	char whose[96], self[96], word[96];

	trust_user(owner, whose, sizeof(whose));
	trust_user(geteuid(), self, sizeof(self));
	if (geteuid() == 0) {
		chown_name(owner, word, sizeof(word));
		return refuse(t,
		    "%s: belongs to %s, and this is root; run this as %s, or "
		    "chown root %s",
		    path, whose, word, path);
	}
	chown_name(geteuid(), word, sizeof(word));
	return refuse(t,
	    "%s: belongs to %s, this is %s; run this as the owner, or, as "
	    "root, chown %s %s",
	    path, whose, self, word, path);
}

/*
 * The reason for a mode and the command: "mode 0666 lets …; chmod 644 PATH".
 */
static enum trust_rc
refuse_mode(struct trust *t, const char *path, const struct stat *sb,
    mode_t forbidden)
{
	mode_t mode = sb->st_mode & 07777, bad = mode & forbidden;

	return refuse(t, "%s: mode %04o lets %s %s it; chmod %03o %s", path,
	    (unsigned)mode,
	    (forbidden & 044) != 0 ? "others" :
		(bad & 002) == 0   ? "its group" :
				     "others",
	    (forbidden & 044) != 0 ? "at" : "write",
	    (unsigned)(mode & ~forbidden & 01777), path);
}

/* May this user use the owner's file through a group that both share? */
static bool
is_shared_with_us(const struct stat *sb)
{
	return (sb->st_mode & 040) != 0 && is_our_group(sb->st_gid);
}

static enum trust_rc
judge_owner(const struct walk *w, const struct stat *sb, const char *path)
{
	if (!w->rule->is_owned || sb->st_uid == 0 || sb->st_uid == geteuid())
		return TRUST_OK;
	if (!w->rule->is_group_ok || !is_shared_with_us(sb))
		return refuse_owner(w->t, path, sb->st_uid);
	/* A file of another user in our folder was put there by that user. */
	if (w->kind == TRUST_CONF && w->folder.st_uid != sb->st_uid)
		return refuse_owner(w->t, path, sb->st_uid);
	if (w->t->is_shared)
		return TRUST_OK;
	if (w->kind != TRUST_CONF)
		return refuse_owner(w->t, path, sb->st_uid);
	w->t->by_group = true;
	(void)refuse_owner(w->t, path, sb->st_uid);
	return TRUST_OK;
}

/*
 * The option that lets the group write is in the file, which the group could
 * have written: it counts if the owner has opened the folder to the group as
 * well, or has closed it so that the group cannot reach the file.
 */
static bool
is_group_meant(const struct walk *w)
{
	const mode_t mode = w->folder.st_mode;

	return w->kind != TRUST_CONF || (mode & 020) != 0 || (mode & 010) == 0;
}

static enum trust_rc
judge_mode(const struct walk *w, const struct stat *sb, const char *path)
{
	mode_t bad = sb->st_mode & w->rule->forbidden;

	if (bad == 0)
		return TRUST_OK;
	if (!w->rule->is_group_ok || bad != 020 || !is_group_meant(w))
		return refuse_mode(w->t, path, sb, w->rule->forbidden);
	if (w->t->is_shared)
		return TRUST_OK;
	(void)refuse_mode(w->t, path, sb, w->rule->forbidden);
	if (w->kind != TRUST_CONF)
		return TRUST_REFUSED;
	w->t->by_group = true;
	return TRUST_OK;
}

static enum trust_rc
judge(const struct walk *w, const struct stat *sb, const char *path)
{
	enum trust_rc rc;

	/* Only root creates devices: /dev/null is an empty configuration. */
	if (S_ISCHR(sb->st_mode) && sb->st_uid == 0)
		return TRUST_OK;
	if (w->kind == TRUST_ARGUMENT && !S_ISREG(sb->st_mode))
		return TRUST_OK;
	rc = judge_owner(w, sb, path);
	return rc == TRUST_OK ? judge_mode(w, sb, path) : rc;
}

/* Examine the folder that holds the file, or a link to it. */
static enum trust_rc
judge_folder(const struct walk *w)
{
	const char *path = *w->at == '\0' ? "/" : w->at;

	if (!w->rule->is_folder)
		return TRUST_OK;
	if (w->rule->is_sticky_ok && (w->folder.st_mode & 01002) == 01002 &&
	    w->folder.st_uid == 0)
		return TRUST_OK;
	return judge(w, &w->folder, path);
}

/* Examine a folder on the way: can other users replace what is in it? */
static enum trust_rc
judge_above(const struct walk *w)
{
	if ((w->folder.st_mode & 01002) != 02)
		return TRUST_OK;
	return refuse_mode(w->t, *w->at == '\0' ? "/" : w->at, &w->folder, 022);
}

static enum trust_rc
absent(struct walk *w, const char *name)
{
	int e = errno;

	(void)refuse(w->t, "%s/%s: %s", w->at, name, strerror(e));
	errno = e;
	return TRUST_ABSENT;
}

/* Continue from the folder fd, which becomes the walk's. */
static enum trust_rc
enter(struct walk *w, int fd, const char *name)
{
	if (fd == -1 || fstat(fd, &w->folder) == -1) {
		if (fd != -1)
			(void)close(fd);
		return absent(w, name);
	}
	if (w->dir != -1)
		(void)close(w->dir);
	w->dir = fd;
	return TRUST_OK;
}

static enum trust_rc
enter_root(struct walk *w)
{
	w->at[0] = '\0';
	return enter(w, open("/", PATH_FLAGS | O_DIRECTORY | O_CLOEXEC), "");
}

static enum trust_rc
enter_folder(struct walk *w, const char *name)
{
	const int flags = PATH_FLAGS | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	size_t n = strlen(w->at);
	enum trust_rc rc;

	if ((rc = enter(w, openat(w->dir, name, flags), name)) != TRUST_OK)
		return rc;
	if (strcmp(name, "..") != 0)
		(void)snprintf(w->at + n, sizeof(w->at) - n, "/%s", name);
	else if (n > 0)
		*strrchr(w->at, '/') = '\0';
	return judge_above(w);
}

/* Move the first component of what is left into name; is it the last? */
static bool
next_name(struct walk *w, char name[NAME_MAX + 1])
{
	char *s = w->left + strspn(w->left, "/");
	size_t n = strcspn(s, "/"), skip = n + strspn(s + n, "/");

	(void)snprintf(name, NAME_MAX + 1, "%.*s", (int)n, n == 0 ? "." : s);
	memmove(w->left, s + skip, strlen(s + skip) + 1);
	return *w->left == '\0';
}

/* Put the target of the link name in front of what is left. */
static enum trust_rc
follow(struct walk *w, const char *name)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n = readlinkat(w->dir, name, target, sizeof(target) - 1);
	int len;

	if (n <= 0)
		return absent(w, name);
	target[n] = '\0';
	(void)snprintf(rest, sizeof(rest), "%s", w->left);
	len = snprintf(w->left, sizeof(w->left), "%s/%s", target, rest);
	if (++w->links > LINKS_MAX || len >= (int)sizeof(w->left)) {
		errno = ELOOP;
		return absent(w, name);
	}
	return target[0] == '/' ? enter_root(w) : TRUST_OK;
}

/* Open and examine the file itself. */
static enum trust_rc
reach(struct walk *w, const char *name, int flags, int *fd)
{
	char path[PATH_MAX + NAME_MAX + 2];
	enum trust_rc rc;
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s/%s", w->at, name);
	*fd = openat(w->dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	if (*fd == -1 || fstat(*fd, &sb) == -1)
		rc = absent(w, name);
	else
		rc = judge(w, &sb, path);
	if (rc != TRUST_OK && *fd != -1) {
		(void)close(*fd);
		*fd = -1;
	}
	return rc;
}

/* Refuse a file that must be writable and is not. */
static enum trust_rc
refuse_access(struct trust *t, const char *path, const struct stat *sb)
{
	char owner[96], name[96];

	if (sb->st_uid == geteuid())
		return refuse(t, "%s: mode %04o; chmod u+rw %s", path,
		    (unsigned)(sb->st_mode & 07777), path);
	trust_user(sb->st_uid, owner, sizeof(owner));
	chown_name(geteuid(), name, sizeof(name));
	return refuse(t,
	    "%s: belongs to %s, mode %04o: %s may not write it; as root, "
	    "chown %s %s",
	    path, owner, (unsigned)(sb->st_mode & 07777), name, name, path);
}

/* The group of new files in the folder. */
static gid_t
group_of_new(const struct walk *w)
{
#ifdef __linux__
	return (w->folder.st_mode & S_ISGID) != 0 ? w->folder.st_gid :
						    getegid();
#else
	return w->folder.st_gid;
#endif
}

/*
 * SQLite creates its log next to the store.  In another user's folder that may
 * be forbidden: report it before SQLite fails.
 */
static enum trust_rc
judge_new_files(struct walk *w, const char *name)
{
	static const char *const suffixes[] = { "-wal", "-shm" };
	char file[NAME_MAX + 16];
	bool is_there = true;
	struct stat sb;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s%s", name, suffixes[i]);
		is_there = is_there &&
		    fstatat(w->dir, file, &sb, AT_SYMLINK_NOFOLLOW) == 0;
	}
	if (is_there || w->folder.st_uid == geteuid() ||
	    faccessat(w->dir, ".", W_OK | X_OK, AT_EACCESS) == 0 ||
	    errno != EACCES)
		return TRUST_OK;
	return refuse(w->t,
	    "%s: mode %04o does not let this user create files next to the store; "
	    "chmod g+w %s",
	    w->at, (unsigned)(w->folder.st_mode & 07777), w->at);
}

/*
 * A store includes the files next to it: SQLite trusts its log and journal,
 * and needs to write them.
 */
static enum trust_rc
judge_store(struct walk *w, const char *name)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal",
		"-turn" };
	char file[NAME_MAX + 16], path[PATH_MAX + NAME_MAX + 32];
	enum trust_rc rc = TRUST_OK;
	struct stat sb;

	if (w->t->is_shared && fstatat(w->dir, name, &sb, 0) == 0 &&
	    sb.st_gid != group_of_new(w))
		return refuse(w->t,
		    "%s: new files get group %lu, the store has %lu; "
		    "chmod g+s %s",
		    w->at, (unsigned long)group_of_new(w),
		    (unsigned long)sb.st_gid, w->at);
	for (size_t i = 0;
	     rc == TRUST_OK && i < sizeof(suffixes) / sizeof(suffixes[0]);
	     i++) {
		(void)snprintf(file, sizeof(file), "%s%s", name, suffixes[i]);
		if (fstatat(w->dir, file, &sb, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", w->at, file);
		if ((rc = judge(w, &sb, path)) == TRUST_OK &&
		    faccessat(w->dir, file, R_OK | W_OK, AT_EACCESS) == -1 &&
		    errno == EACCES)
			rc = refuse_access(w->t, path, &sb);
	}
	return rc == TRUST_OK && w->t->is_shared ? judge_new_files(w, name) :
						   rc;
}

static enum trust_rc
walk_path(struct walk *w, int flags, int *fd)
{
	char name[NAME_MAX + 1];
	enum trust_rc rc;
	struct stat sb;

	if ((rc = enter_root(w)) != TRUST_OK)
		return rc;
	for (;;) {
		bool is_last = next_name(w, name);

		if (is_last && (rc = judge_folder(w)) != TRUST_OK)
			return rc;
		if (fstatat(w->dir, name, &sb, AT_SYMLINK_NOFOLLOW) == -1)
			return absent(w, name);
		if (S_ISLNK(sb.st_mode))
			rc = follow(w, name);
		else if (!is_last)
			rc = enter_folder(w, name);
		else if (w->kind == TRUST_STORE)
			return judge_store(w, name);
		else
			return reach(w, name, flags, fd);
		if (rc != TRUST_OK)
			return rc;
	}
}

static enum trust_rc
walk(struct trust *t, enum trust_kind kind, const char *path, int *fd)
{
	const int flags = fd != NULL ? O_RDONLY | O_NONBLOCK : PATH_FLAGS;
	struct walk w = { .t = t,
		.rule = &rules[kind],
		.kind = kind,
		.dir = -1 };
	char cwd[PATH_MAX] = "";
	enum trust_rc rc;
	int own = -1, len;

	t->by_group = false;
	t->why[0] = '\0';
	if (*path != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return absent(&w, path);
	len = snprintf(w.left, sizeof(w.left), "%s/%s", cwd, path);
	if (len >= (int)sizeof(w.left)) {
		errno = ENAMETOOLONG;
		return absent(&w, "");
	}
	rc = walk_path(&w, flags, fd != NULL ? fd : &own);
	if (own != -1)
		(void)close(own);
	if (w.dir != -1)
		(void)close(w.dir);
	return rc;
}

enum trust_rc
trust_open(struct trust *t, enum trust_kind kind, const char *path, int *fd)
{
	*fd = -1;
	return walk(t, kind, path, fd);
}

enum trust_rc
trust_check(struct trust *t, enum trust_kind kind, const char *path)
{
	return walk(t, kind, path, NULL);
}

const char *
trust_remedy(const char *why)
{
	static const char *const begins[] = { "chmod ", "run this as ",
		"as root, " };
	const char *todo = strrchr(why, ';');

	for (size_t i = 0;
	     todo != NULL && i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (strncmp(todo + 2, begins[i], strlen(begins[i])) == 0)
			return todo + 2;
	}
	return NULL;
}

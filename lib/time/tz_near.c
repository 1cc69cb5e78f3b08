/*
 * What was meant by a name that no zone has: a zone whose name differs by the
 * case of its letters, or by what stands between its words.
 */
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

static int
fold(char c)
{
	return c == ' ' || c == '-' ? '_' : tolower((unsigned char)c);
}

/* Is the n bytes at s the word, but for case and what parts words? */
static bool
is_like(const char *word, const char *s, size_t n)
{
	if (word[0] == '.' || strlen(word) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (fold(word[i]) != fold(s[i]))
			return false;
	return true;
}

/* Put the entry of the folder path that is like the n bytes at s behind it. */
static bool
add_entry(char path[PATH_MAX], const char *s, size_t n)
{
	size_t len = strlen(path);
	DIR *dir = opendir(path);
	bool is_found = false;
	struct dirent *e;

	if (dir == NULL)
		return false;
	while (!is_found && (e = readdir(dir)) != NULL)
		is_found = is_like(e->d_name, s, n) &&
		    (size_t)snprintf(path + len, PATH_MAX - len, "/%s",
			e->d_name) < PATH_MAX - len;
	(void)closedir(dir);
	return is_found;
}

bool
tz_near(const char *dir, const char *name, char *out, size_t size)
{
	const char *fixed = tz_fixed_near(name);
	char path[PATH_MAX];
	size_t n = strlen(dir), len;
	struct stat sb;

	if (fixed != NULL)
		return (size_t)snprintf(out, size, "%s", fixed) < size;
	if ((size_t)snprintf(path, sizeof(path), "%s", dir) >= sizeof(path))
		return false;
	for (;; name += len + 1) {
		len = strcspn(name, "/");
		if (!add_entry(path, name, len))
			return false;
		if (name[len] == '\0')
			break;
	}
	return stat(path, &sb) == 0 && S_ISREG(sb.st_mode) &&
	    (size_t)snprintf(out, size, "%s", path + n + 1) < size;
}

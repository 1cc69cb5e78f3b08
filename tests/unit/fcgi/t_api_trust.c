/*
 * A worker that runs already notices when others may write what it believes:
 * the configuration, the files it names, their folder, the store.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define CONF "configuration-untrusted"
#define STORE "store-untrusted"

static const struct {
	const char *file;
	mode_t good, bad;
	const char *cause;
	bool is_slow; /* noticed within half a second */
} rows[] = {
	{ "minutehand.conf", 0600, 0666, CONF, false },
	{ "minutehand.conf", 0600, 0602, CONF, false },
	{ "minutehand.conf", 0600, 0620, CONF, false },
	{ "", 0700, 0777, CONF, false },
	{ "", 0700, 0770, CONF, false },
	{ "store.db", 0600, 0666, STORE, false },
	{ "store.db", 0600, 0620, STORE, false },
	{ "store.db-wal", 0600, 0666, STORE, true },
	{ "other/key", 0600, 0644, CONF, true },
	{ "other/secret", 0600, 0640, CONF, true },
	{ "other/ca", 0644, 0666, CONF, true },
	{ "other/alert", 0755, 0777, CONF, true },
	{ "other/script", 0755, 0757, CONF, true },
	{ "other", 0755, 0777, CONF, true },
	{ "other/zones", 0755, 0777, CONF, true },
};

static const char conf[] =
    "timezone = \"UTC\"\nca_file = \"other/ca\"\nzoneinfo = \"other/zones\"\n"
    "render_key m {\n\tfile = \"other/key\"\n}\n"
    "alert one {\n\tcommand = {\"%s/other/alert\"}\n}\n"
    "alert two {\n\tcommand = {/bin/sh, \"%s/other/script\"}\n}\n"
    "alert three {\n\turl = \"http://127.0.0.1:1/\"\n"
    "\tsecret = \"other/secret\"\n}\n";

static char *
path_of(const struct api *a, const char *file)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", a->dir, file);
	return path;
}

/* The files, and a configuration that names them. */
static void
make_files(struct api *a)
{
	static const char *const files[] = { "key", "secret", "ca", "alert",
		"script" };
	char text[1024], name[64];
	FILE *f;

	(void)mkdir(path_of(a, "other"), 0755);
	(void)mkdir(path_of(a, "other/zones"), 0755);
	ok(symlink("/usr/share/zoneinfo/UTC", path_of(a, "other/zones/UTC")) ==
		0,
	    "a folder of zones");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(name, sizeof(name), "other/%s", files[i]);
		if ((f = fopen(path_of(a, name), "w")) != NULL)
			(void)fclose(f);
		(void)chmod(path_of(a, name), i < 2 ? 0600 : 0755);
	}
	(void)snprintf(text, sizeof(text), conf, a->dir, a->dir);
	api_conf(a, text);
}

static void
nap(void)
{
	(void)nanosleep(&(struct timespec){ .tv_nsec = 600000000 }, NULL);
}

static void
get(struct api *a, int status, const char *cause, const char *what)
{
	const struct api_request r = { .path = "/v1/queues" };

	is_int(api_call(a, &r), status, "%s: %d", what, status);
	if (cause != NULL)
		is_str(api_value(a, "error_data.cause"), cause, "%s", cause);
}

int
main(void)
{
	struct api a;

	(void)umask(022);
	api_open(&a, NULL);
	(void)chmod(a.dir, 0700);
	(void)chmod(path_of(&a, "minutehand.conf"), 0600);
	make_files(&a);
	get(&a, 200, NULL, "as it should be");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char what[64];

		(void)snprintf(what, sizeof(what), "%s %04o", rows[i].file,
		    (unsigned)rows[i].bad);
		ok(chmod(path_of(&a, rows[i].file), rows[i].bad) == 0, "%s",
		    what);
		if (rows[i].is_slow)
			nap();
		get(&a, 503, rows[i].cause, what);
		get(&a, 503, rows[i].cause, "again");
		(void)chmod(path_of(&a, rows[i].file), rows[i].good);
		get(&a, 200, NULL, "corrected");
	}
	printf("# %zu faults of modes under a running worker\n",
	    sizeof(rows) / sizeof(rows[0]));
	api_close(&a);
	return tap_done();
}

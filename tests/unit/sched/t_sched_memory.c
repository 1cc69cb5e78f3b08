/*
 * The memory store: made, noticed when it is gone, refused to other users
 * (lib/sched/sched.h).
 */
#include <sys/stat.h>

#include "lib/base/err.h"
#include "lib/sched/sched_int.h"
#include "tests/unit/rig.h"

/*
 * The memory store: made when a job first asks for it, noticed when others
 * make, delete or replace it, and trusted only when folder and file are real,
 * ours, and writable by nobody else (DESIGN.md, The store, in words).
 */

static struct rig r;

static const struct rig_job memory_job = { JOB_MEMORY, "q", "m", "interval",
	"seconds", "60" };

static bool
is_there(const char *base)
{
	return access(folder_path(base), F_OK) == 0;
}

static mode_t
mode_of(const char *base)
{
	struct stat sb;

	return stat(folder_path(base), &sb) == 0 ? sb.st_mode & 07777 : 0;
}

/* Remove the memory store with its folder. */
static void
remove_all(void)
{
	ok(folder_run("rm -rf", "ram"), "the memory store is removed");
}

/* Does a job get into a memory store? */
static void
adds(enum store_rc want, const char *what)
{
	is_int(rig_add(&r, &memory_job), want, "%s", what);
}

static void
check_made(void)
{
	struct store *st;
	int64_t n = 0;

	ok(sched_store(&r.s, JOB_MEMORY) == NULL,
	    "asking for it makes no memory store");
	ok(!is_there("ram"), "nor its folder");
	ok(sched_store(&r.s, JOB_DURABLE) != NULL, "the durable one is there");
	adds(STORE_OK, "the first job of kind memory makes it");
	is_int(mode_of("ram"), 0700, "its folder is for its owner alone");
	st = sched_store(&r.s, JOB_MEMORY);
	ok(st != NULL, "now it is there");
	is_str(store_path(st), r.conf->memory_store, "where it was configured");
	ok(sched_store(&r.s, JOB_MEMORY) == st, "and stays open");
	is_int(r.s.memory_opened, 1, "opened once");
	(void)sched_count(&r.s, JOB_DURABLE, NULL, &n);
	is_int(n, 0, "the job is in no other");
	adds(STORE_CONFLICT, "a name is taken in its own store");
}

/* Another program deletes or remakes it under our hands. */
static void
check_noticed(void)
{
	struct rig other;
	int64_t n = -1;

	remove_all();
	(void)sched_count(&r.s, SCHED_ANY, NULL, &n);
	is_int(n, 0, "a store that was deleted has no jobs");
	ok(sched_store(&r.s, JOB_MEMORY) == NULL, "it is noticed");
	rig_open(&other, "");
	(void)rig_add(&other, &memory_job);
	(void)sched_count(&r.s, SCHED_ANY, NULL, &n);
	is_int(n, 1, "one that another program made is noticed");
	is_int(r.s.memory_opened, 2, "and opened: its versions start anew");
	remove_all();
	(void)rig_add(&other, &memory_job);
	(void)sched_delete(&other.s, JOB_MEMORY, "q", "m");
	(void)sched_count(&r.s, SCHED_ANY, NULL, &n);
	is_int(n, 0, "so is one that was deleted and made anew");
	rig_close(&other);
	adds(STORE_OK, "jobs go into the new one");
	is_int(rig_ask(r.conf->memory_store, "SELECT count(*) FROM job"), 1,
	    "and lie in the file that has the name");
}

/* What others may have put in our way; made by a command in the folder. */
static const struct {
	const char *what;
	const char *make; /* "ram" is appended */
	const char *more; /* likewise "ram/store.db", or NULL */
	enum store_rc want;
} traps[] = {
	{ "a folder for us alone", "install -d -m 0700", NULL, STORE_OK },
	{ "a folder others may read", "install -d -m 0755", NULL, STORE_OK },
	{ "a folder the group may write", "install -d -m 0770", NULL,
	    STORE_FULL },
	{ "a folder all may write", "install -d -m 0777", NULL, STORE_FULL },
	{ "a sticky folder all may write", "install -d -m 1777", NULL,
	    STORE_FULL },
	{ "a link to a folder", "ln -s /tmp", NULL, STORE_FULL },
	{ "a link to nowhere", "ln -s /nonexistent/x", NULL, STORE_FULL },
	{ "a file for a folder", "touch", NULL, STORE_FULL },
	{ "an empty file of ours", "install -d -m 0700",
	    "install -m 0600 /dev/null", STORE_OK },
	{ "a file others may read", "install -d -m 0700",
	    "install -m 0644 /dev/null", STORE_OK },
	{ "a file the group may write", "install -d -m 0700",
	    "install -m 0660 /dev/null", STORE_FULL },
	{ "a file all may write", "install -d -m 0700",
	    "install -m 0602 /dev/null", STORE_FULL },
	{ "a link for a file", "install -d -m 0700", "ln -s /tmp/nowhere.db",
	    STORE_FULL },
	{ "a folder for a file", "install -d -m 0700", "mkdir", STORE_FULL },
	{ "a pipe for a file", "install -d -m 0700", "mkfifo -m 600",
	    STORE_FULL },
	{ "somebody's text", "install -d -m 0700",
	    "printf '%2000s' x | install -m 600 /dev/stdin", STORE_ERROR },
};

/* Some refusals come from SQLite and have its kind: any but success. */
static void
check_traps(void)
{
	struct store *st;
	enum store_rc rc;

	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		remove_all();
		ok(folder_run(traps[i].make, "ram") &&
			(traps[i].more == NULL ||
			    folder_run(traps[i].more, "ram/store.db")),
		    "made: %s", traps[i].what);
		rc = rig_add(&r, &memory_job);
		ok((rc == STORE_OK) == (traps[i].want == STORE_OK), "%s is %s",
		    traps[i].what,
		    traps[i].want == STORE_OK ? "used" : "refused");
		st = sched_store(&r.s, JOB_MEMORY);
		ok((st != NULL) == (rc == STORE_OK),
		    "%s: and for readers likewise", traps[i].what);
	}
	remove_all();
	adds(STORE_OK, "with nothing in the way all is well again");
}

/* As root: what belongs to somebody else is not ours. */
static void
check_owner(void)
{
	if (geteuid() != 0) {
		printf("ok %d - owners # SKIP needs root\n", ++tap_n);
		return;
	}
	remove_all();
	ok(folder_run("install -d -m 0700 -o 65534", "ram"),
	    "somebody else's folder");
	adds(STORE_FULL, "is refused");
	remove_all();
	ok(folder_run("install -d -m 0700", "ram") &&
		folder_run("install -m 0600 -o 65534 /dev/null",
		    "ram/store.db"),
	    "somebody else's file");
	adds(STORE_FULL, "is refused");
	remove_all();
}

/* The log has one line for a file that stays refused, not one for each look. */
static void
check_told_once(void)
{
	const char *log = folder_path("log");
	char text[4096] = "";
	int lines = 0;

	remove_all();
	(void)folder_run("install -d -m 0700", "ram");
	(void)folder_run("install -m 0666 /dev/null", "ram/store.db");
	if (freopen(log, "w", stderr) == NULL)
		rig_bail("no log");
	for (int i = 0; i < 5; i++)
		(void)sched_store(&r.s, JOB_MEMORY);
	(void)fflush(stderr);
	(void)folder_read(log, text, sizeof(text) - 1);
	for (char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	is_int(lines, 1, "five looks at a refused file, one line");
	ok(strstr(text, "event=memory-store") != NULL &&
		strstr(text, "belongs to this user alone") != NULL,
	    "that says what is wrong");
	folder_quiet();
}

/* What was refused and then mended is noticed by those who only read. */
static void
check_mended(void)
{
	struct rig other;
	int64_t n = -1;

	remove_all();
	rig_open(&other, "");
	(void)rig_add(&other, &memory_job);
	rig_close(&other);
	(void)folder_run("chmod 0666", "ram/store.db");
	(void)sched_count(&r.s, JOB_MEMORY, NULL, &n);
	is_int(n, 0, "a file that all may write has no jobs for us");
	(void)folder_run("chmod 0600", "ram/store.db");
	(void)sched_count(&r.s, JOB_MEMORY, NULL, &n);
	is_int(n, 1, "once its mode was mended it has");
	rig_close(&r);
	(void)folder_run("chmod 0777", "ram");
	rig_open(&r, "");
	(void)sched_count(&r.s, JOB_MEMORY, NULL, &n);
	is_int(n, 0, "nor has one in a folder that all may write");
	(void)folder_run("chmod 0700", "ram");
	(void)sched_count(&r.s, JOB_MEMORY, NULL, &n);
	is_int(n, 1, "until the folder was mended");
}

/* memory_store = "": there is none, and jobs of that kind are refused. */
static void
check_none(void)
{
	struct rig other;
	struct store *st = NULL;

	rig_open(&other, "store = other.db\nmemory_store = \"\"\n");
	is_int(rig_add(&other, &memory_job), STORE_NOTFOUND,
	    "a host without a place for one refuses memory jobs");
	is_int(sched_store_make(&other.s, JOB_MEMORY, &st), STORE_NOTFOUND,
	    "it cannot be made");
	ok(st == NULL, "none is given");
	is_int(sched_store_make(&other.s, JOB_DURABLE, &st), STORE_OK,
	    "the durable one needs no making");
	ok(st == sched_store(&other.s, JOB_DURABLE), "it is the one there is");
	rig_close(&other);
}

/* sched_open: nothing is left open when it fails; the zones' defaults. */
static void
check_open(void)
{
	struct err why = { "" };
	struct conf *c = rig_conf("store = missing.db\n");
	struct sched s;

	is_int(sched_open(&s, c, NULL, &why), STORE_NOTFOUND,
	    "a store that was not made");
	ok(strstr(why.text, "missing.db") != NULL, "the reason names it");
	ok(s.zones == NULL && s.stores[JOB_DURABLE] == NULL,
	    "nothing is left open");
	ok(!is_there("missing.db"), "and nothing was made");
	rig_make_store(c);
	(void)sched_open(&s, c, "Asia/Tokyo", &why);
	is_str(s.default_zone, "UTC", "the configuration's zone comes first");
	sched_close(&s);
	sched_close(&s);
	ok(s.stores[JOB_DURABLE] == NULL, "closing twice does no harm");
	c->timezone[0] = '\0';
	(void)sched_open(&s, c, "Asia/Tokyo", &why);
	is_str(s.default_zone, "Asia/Tokyo", "then TZ");
	sched_close(&s);
	conf_free(c);
}

int
main(void)
{
	folder_init("t_sched_memory");
	folder_quiet();
	rig_open(&r, "");
	check_made();
	check_noticed();
	check_traps();
	check_owner();
	check_told_once();
	check_mended();
	check_none();
	check_open();
	rig_close(&r);
	folder_fini();
	return tap_done();
}

/*
 * Upcoming fires (lib/sched/fires.h): pages of any length, put together,
 * against a walk through every slot of every job; dense jobs and buckets
 * against counting; pauses, scopes, formats.
 */
#include "lib/base/clock.h"
#include "lib/report/fires_print.h"
#include "lib/sched/fires.h"
#include "lib/trigger/count.h"
#include "tests/unit/rig.h"

#define HOUR (3600 * RIG_S)
#define WINDOW (6 * HOUR)
#define JOBS 60
#define FIRES_MAX 300000

static struct rig r;
static uint64_t seed = 7;

static uint64_t
rnd(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (seed >> 33) % n;
}

/* One fire as both sides see it. */
struct pair {
	int64_t at_us;
	char name[24];
};

static struct pair want[FIRES_MAX], got[FIRES_MAX];
static size_t nwant, ngot;

static int
by_time(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Random jobs of both stores: seconds, minutes, hours; some are jittered. */
static void
fill(void)
{
	static const char *const units[] = { "seconds", "minutes", "hours" };

	for (int i = 0; i < JOBS; i++) {
		char id[16], value[16];
		const struct rig_job job = {
			.store = rnd(4) == 0 ? JOB_MEMORY : JOB_DURABLE,
			.queue = i % 3 == 0 ? "a" : "b",
			.job_id = id,
			.kind = "interval",
			.name = units[rnd(3)],
			.value = value,
		};

		(void)snprintf(id, sizeof(id), "j%02d", i);
		(void)snprintf(value, sizeof(value), "%d", (int)rnd(50) + 5);
		if (rig_add(&r, &job) != STORE_OK)
			rig_bail("a job was not added");
	}
}

/* Every fire of jobs that have at most dense of them. */
static void
walk_all(int64_t from_us, int64_t dense)
{
	const struct sched_list_opts o = { .kind = SCHED_ANY };
	struct job_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	struct faults fs = { .n = 0 };

	nwant = 0;
	if (sched_list(&r.s, &o, &l, next) != STORE_OK)
		rig_bail("no list");
	for (size_t i = 0; i < l.n; i++) {
		struct trigger *t =
		    trigger_from_spec(l.v[i].trigger, r.s.zones, &fs);
		int64_t at = from_us - 1;

		if (trigger_count(t, from_us, from_us + WINDOW - 1) <= dense)
			while ((at = trigger_next(t, at)) < from_us + WINDOW) {
				want[nwant].at_us = at;
				(void)snprintf(want[nwant].name,
				    sizeof(want[nwant].name), "%s",
				    l.v[i].job_id);
				nwant++;
			}
		trigger_free(t);
	}
	job_list_fini(&l);
	qsort(want, nwant, sizeof(want[0]), by_time);
}

static void
take(const struct fires *f)
{
	for (size_t i = 0; i < f->n && ngot < FIRES_MAX; i++, ngot++) {
		got[ngot].at_us = f->v[i].at_us;
		(void)snprintf(got[ngot].name, sizeof(got[ngot].name), "%s",
		    f->job[f->v[i].job].job.job_id);
	}
}

/* All pages of so many fires each; how many pages, -1 after an error. */
static int
read_pages(struct fires_opts *o, int64_t *dense)
{
	char cursor[SCHED_CURSOR_MAX] = "";
	int pages = 0;

	ngot = 0;
	*dense = 0;
	o->cursor = cursor;
	do {
		struct fires f = { .n = 0 };

		if (sched_fires(&r.s, o, &f) != STORE_OK)
			return -1;
		take(&f);
		for (size_t i = 0; i < f.njobs; i++)
			*dense += f.job[i].dense;
		(void)snprintf(cursor, sizeof(cursor), "%s", f.next);
		fires_fini(&f);
		pages++;
	} while (cursor[0] != '\0' && pages < FIRES_MAX);
	return pages;
}

/* Is it in order, and as a set what the walk found? */
static void
check_same(const char *what)
{
	size_t i, bad = 0;

	for (i = 1; i < ngot; i++)
		bad += got[i].at_us < got[i - 1].at_us;
	is_int((long long)bad, 0, "%s: in order", what);
	qsort(got, ngot, sizeof(got[0]), by_time);
	is_int((long long)ngot, (long long)nwant, "%s: as many", what);
	for (i = 0; i < nwant && i < ngot; i++)
		if (by_time(&got[i], &want[i]) != 0)
			break;
	is_int((long long)i, (long long)nwant, "%s: the same", what);
}

static void
test_pages(void)
{
	static const int64_t limits[] = { 1, 2, 7, 100, 1000 };
	struct fires_opts o = { .kind = SCHED_ANY,
		.from_us = RIG_2030,
		.now_us = RIG_2030,
		.to_us = RIG_2030 + WINDOW };
	int64_t dense;
	char what[40];

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		o.limit = limits[i];
		for (o.dense = 1; o.dense <= 400; o.dense *= 20) {
			walk_all(o.from_us, o.dense);
			(void)snprintf(what, sizeof(what),
			    "%d a page, dense %d", (int)o.limit, (int)o.dense);
			ok(read_pages(&o, &dense) > 0, "%s: read", what);
			check_same(what);
		}
	}
}

/* Sum of buckets, total, and what counting the triggers gives. */
static void
test_buckets(void)
{
	struct fires_opts o = { .kind = SCHED_ANY,
		.from_us = RIG_2030 + 17 * RIG_S,
		.now_us = RIG_2030,
		.to_us = RIG_2030 + 17 * RIG_S + WINDOW,
		.limit = 1000,
		.dense = 3 };
	struct fires f = { .n = 0 };
	int64_t sum = 0, first = 0;

	walk_all(o.from_us, INT64_MAX);
	is_int(sched_fires(&r.s, &o, &f), STORE_OK, "a window");
	for (size_t i = 0; i < f.nbuckets; i++)
		sum += f.bucket[i];
	for (size_t i = 0; i < nwant; i++)
		first += want[i].at_us < o.from_us + f.bucket_s * RIG_S;
	is_int(f.complete_us, o.to_us, "complete to its end");
	is_int(f.total, (long long)nwant, "all fires are counted");
	is_int(sum, f.total, "each in a bucket");
	is_int(f.bucket[0], first, "those of the first are right");
	is_str(f.next, "", "and there is no next page");
	fires_fini(&f);
}

static bool
sees_a(const void *cookie, const char *queue)
{
	(void)cookie;
	return strcmp(queue, "a") == 0;
}

static void
test_scope(void)
{
	struct fires_opts o = { .kind = SCHED_ANY,
		.from_us = RIG_2030,
		.now_us = RIG_2030,
		.to_us = RIG_2030 + WINDOW,
		.limit = 1000,
		.dense = 1000,
		.may_see = sees_a };
	struct fires f = { .n = 0 };
	size_t foreign = 0;

	is_int(sched_fires(&r.s, &o, &f), STORE_OK, "for one queue's token");
	for (size_t i = 0; i < f.njobs; i++)
		foreign += strcmp(f.job[i].job.queue, "a") != 0;
	ok(f.n > 0 && foreign == 0, "nothing of another queue");
	fires_fini(&f);
	(void)sched_queue_set_paused(&r.s, "a", true);
	is_int(sched_fires(&r.s, &o, &f), STORE_OK, "its queue is paused");
	is_int(f.total, 0, "nothing will fire");
	ok(f.njobs > 0 && f.job[0].is_paused, "its jobs are shown as paused");
	fires_fini(&f);
	(void)sched_queue_set_paused(&r.s, "a", false);
	(void)sched_pause(&r.s, SCHED_ANY, "a", "j00", NULL);
	o.queue = "a";
	o.job_id = "j00";
	is_int(sched_fires(&r.s, &o, &f), STORE_OK, "a job that is paused");
	is_int(f.total, 0, "will not fire");
	ok(f.njobs == 1 && f.job[0].is_paused && f.n > 0,
	    "and when it would is shown");
	fires_fini(&f);
	(void)sched_resume(&r.s, SCHED_ANY, "a", "j00", NULL);
}

static void
test_cursor(void)
{
	static const char *const bad[] = { "x", "1", "1.0", "1.0.x", "1.0.2.3",
		"-1.0.2", ".0.1", "9999999999999999999999.0.1" };
	struct fires_opts o = { .kind = SCHED_ANY,
		.from_us = RIG_2030,
		.to_us = RIG_2030 + WINDOW,
		.limit = 1,
		.dense = 1 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fires f = { .n = 0 };

		o.cursor = bad[i];
		is_int(sched_fires(&r.s, &o, &f), STORE_NOTFOUND,
		    "no cursor: %s", bad[i]);
		fires_fini(&f);
	}
}

/* Names of clients in formats that have rules of their own. */
static void
test_formats(void)
{
	const struct rig_job job = { JOB_DURABLE, "=cmd,;\"\\q",
		"a-name-that-is-long-enough-to-be-folded-twice-\xe4\xb8\xad"
		"\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87",
		"interval", "hours", "1" };
	struct fires_opts o = { .kind = SCHED_ANY,
		.from_us = RIG_2030,
		.now_us = RIG_2030,
		.to_us = RIG_2030 + 2 * HOUR,
		.queue = job.queue,
		.limit = 10,
		.dense = 10 };
	struct fires f = { .n = 0 };
	struct buf b = BUF_INIT;
	size_t longest = 0;

	is_int(rig_add(&r, &job), STORE_OK, "an odd name");
	is_int(sched_fires(&r.s, &o, &f), STORE_OK, "its fires");
	fires_print(&o, &f, FIRES_CSV, &b);
	ok(strstr(buf_cstr(&b), ",\"'=cmd,;\"\"\\q\",") != NULL,
	    "csv: quoted, and no formula");
	buf_reset(&b);
	fires_print(&o, &f, FIRES_ICS, &b);
	ok(strstr(buf_cstr(&b), "SUMMARY:=cmd\\,\\;\"\\\\q/a-") != NULL,
	    "ics: escaped");
	for (const char *p = buf_cstr(&b); *p != '\0';) {
		size_t n = strcspn(p, "\r");

		longest = n > longest ? n : longest;
		p += n + (p[n] == '\0' ? 0 : 2);
	}
	ok(longest <= 75, "ics: no line of more than 75 octets");
	fires_fini(&f);
	buf_fini(&b);
}

static void
test_load(void)
{
	static int64_t minute[360];
	int64_t sum = 0, first = 0;

	walk_all(RIG_2030, INT64_MAX);
	is_int(sched_fires_load(&r.s, RIG_2030, minute, 360, NULL), STORE_OK,
	    "minute by minute");
	for (size_t i = 0; i < 360; i++)
		sum += minute[i];
	for (size_t i = 0; i < nwant; i++)
		first += want[i].at_us < RIG_2030 + 60 * RIG_S;
	is_int(sum, (long long)nwant, "all fires");
	is_int(minute[0], first, "those of the first minute");
}

/* Many jobs that fire together: a page reads those that it shows. */
static void
test_together(const char *unit, const char *value, int64_t dense)
{
	struct fires_opts o = { .kind = SCHED_ANY,
		.from_us = RIG_2030,
		.now_us = RIG_2030,
		.to_us = RIG_2030 + WINDOW,
		.queue = "many",
		.limit = 10,
		.dense = 40 };
	char id[16], cursor[SCHED_CURSOR_MAX] = "";
	int64_t shown = 0, pages = 0;
	size_t most = 0;

	for (int i = 0; i < 200; i++) {
		const struct rig_job job = { i % 2 == 0 ? JOB_DURABLE :
							  JOB_MEMORY,
			"many", id, "cron", unit, value };

		(void)snprintf(id, sizeof(id), "%s%d", unit, i);
		if (rig_add(&r, &job) != STORE_OK)
			rig_bail("a job was not added");
	}
	do {
		struct fires f = { .n = 0 };

		o.cursor = cursor;
		is_int(sched_fires(&r.s, &o, &f), STORE_OK, "a page");
		most = pages == 0 ? f.njobs : most;
		for (size_t i = 0; i < f.njobs; i++)
			shown += f.job[i].dense > 0;
		shown += (int64_t)f.n;
		(void)snprintf(cursor, sizeof(cursor), "%s", f.next);
		fires_fini(&f);
	} while (cursor[0] != '\0' && ++pages < 200);
	is_int(shown, dense > 0 ? 200 : 200 * 6, "%s=%s: all are shown, once",
	    unit, value);
	ok(most <= 11, "%zu jobs were read for the first ten", most);
	(void)sched_delete_all(&r.s, SCHED_ANY, "many", &shown);
}

int
main(void)
{
	folder_init("t_sched_fires");
	folder_quiet();
	rig_open(&r, "");
	fill();
	test_pages();
	test_buckets();
	test_load();
	test_scope();
	test_cursor();
	test_formats();
	test_together("minute", "*", 1);
	test_together("minute", "0", 0);
	rig_close(&r);
	folder_fini();
	return tap_done();
}

/*
 * A crash sweep: each step that a store takes towards the disk goes wrong, in
 * each way it can, in a process of its own; then the store is opened, ticked
 * on and audited.
 *
 *   sweep [-j PROCESSES] [-t FOLDER] [-n POINTS] [-s SEED] [-e EVERY]
 *   sweep -s SEED -o SCENE:FAULT:STEP      one point again, and its story
 *   sweep -l …      flushes are lies: must find what is lost in power cuts
 *
 * A round is every step of every scene in every way; rounds differ in their
 * seed, and are made until there are that many points.  With -e, only one
 * step of so many is taken.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/num.h"
#include "tests/sweep/audit.h"
#include "tests/sweep/cut.h"
#include "tests/sweep/fake.h"
#include "tests/sweep/scene.h"
#include "lib/base/ban.h"

#define SCENES_MAX 16
#define JOBS_MAX 64
#define COMPLAINTS_MAX 10

struct score {
	uint64_t points, lost, doubles, unexplained;
};

struct totals {
	struct score v[SCENES_MAX][FAULT__MAX];
	unsigned steps[SCENES_MAX];
	uint64_t points;
};

struct options {
	const char *tmp, *one;
	int64_t jobs, points, seed, every;
	bool is_lying;
};

/* One worker's work. */
struct sweep {
	const struct options *o;
	struct world w;
	struct totals *t;
	const struct scene *sc;
	char tmp[128];
	unsigned complaints;
};

/* Zeroed memory that children share; ends the program without. */
static void *
shared(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("sweep: mmap");
		exit(70);
	}
	return p;
}

/* The scene in a child that something happens to; its status. */
static int
child_run(struct sweep *s, const struct vfs_plan *p)
{
	uint64_t random = p->seed | 1;
	pid_t pid;
	int status;

	memset(s->w.shared, 0, sizeof(*s->w.shared));
	world_reset(&s->w);
	if ((pid = fork()) == 0) {
		fake_entropy(p->seed);
		/* It will complain of its disk. */
		if (s->o->one == NULL &&
		    freopen("/dev/null", "w", stderr) == NULL)
			_exit(70);
		if (vfs_install(p) != 0)
			_exit(70);
		scene_act(s->sc, &s->w);
		if (p->fault == FAULT_LOSTSYNC)
			cut_apply(&random);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static void
point_tell(struct sweep *s, const struct vfs_plan *p, const char *why)
{
	if (s->complaints++ < COMPLAINTS_MAX)
		(void)fprintf(stderr, "-s %llu -o %s:%s:%u: %s\n",
		    (unsigned long long)s->w.seed, s->sc->name,
		    vfs_fault_name(p->fault), p->at, why);
}

/* One point: child, audit, score. */
static void
point_run(struct sweep *s, enum vfs_fault fault, unsigned at)
{
	const struct vfs_plan p = {
		.fault = fault,
		.at = at,
		.seed = s->w.seed * 1000003 + at * 64 + fault,
		.is_lying = s->o->is_lying,
		.report = &s->w.shared->report,
	};
	struct score *score = &s->t->v[s->sc - scenes][fault];
	int status = child_run(s, &p);
	struct audit a;

	fake_entropy(p.seed + UINT64_C(0x9e3779b97f4a7c15));
	fake_network(s->sc->is_network);
	audit_store(s->sc, &s->w, &a);
	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != VFS_DIED)) {
		a.unexplained++;
		(void)snprintf(a.why, sizeof(a.why), "child ended with %x",
		    (unsigned)status);
	}
	score->points += p.report->is_hit;
	s->t->points += p.report->is_hit;
	score->lost += a.lost;
	score->doubles += a.doubles;
	score->unexplained += a.unexplained;
	if (a.lost + a.doubles + a.unexplained > 0)
		point_tell(s, &p, a.why);
}

/* How many steps the scene takes when nothing happens, and which. */
static unsigned
scene_steps(struct sweep *s, unsigned char *steps)
{
	const struct vfs_plan p = {
		.seed = s->w.seed * 1000003,
		.report = &s->w.shared->report,
	};
	struct audit a;
	unsigned n;

	if (child_run(s, &p) != 0) {
		point_tell(s, &p, "the scene does not work");
		return 0;
	}
	n = p.report->n < VFS_STEPS_MAX ? p.report->n : VFS_STEPS_MAX;
	memcpy(steps, p.report->steps, n);
	s->t->steps[s->sc - scenes] = n;
	fake_entropy(s->w.seed);
	fake_network(s->sc->is_network);
	audit_store(s->sc, &s->w, &a);
	for (unsigned i = 0; i < s->w.shared->nops; i++) {
		if (!s->w.shared->ops[i].is_done)
			point_tell(s, &p, s->w.shared->ops[i].name);
	}
	if (a.lost + a.doubles + a.unexplained > 0) {
		s->t->v[s->sc - scenes][FAULT_NONE].unexplained++;
		point_tell(s, &p, a.why);
	}
	return n;
}

static void
scene_sweep(struct sweep *s)
{
	unsigned every = (unsigned)s->o->every;
	unsigned char steps[VFS_STEPS_MAX];
	unsigned n = scene_steps(s, steps);
	bool is_taken;

	if (n == 0)
		s->t->v[s->sc - scenes][FAULT_NONE].unexplained++;
	for (unsigned at = 1; at <= n; at++) {
		for (int f = FAULT_BEFORE; f < FAULT__MAX; f++) {
			is_taken = world_number(&s->w, at * 16 + (unsigned)f,
				       every) == 0;
			if (is_taken &&
			    vfs_fault_fits((enum vfs_fault)f,
				(enum vfs_step)steps[at - 1]))
				point_run(s, (enum vfs_fault)f, at);
		}
	}
}

static int
round_run(struct sweep *s, uint64_t seed)
{
	if (world_init(&s->w, s->tmp, seed) != 0)
		return -1;
	s->w.shared = shared(sizeof(*s->w.shared));
	for (s->sc = scenes; s->sc->name != NULL; s->sc++) {
		fake_entropy(seed);
		if (scene_prepare(s->sc, &s->w))
			scene_sweep(s);
		else {
			(void)fprintf(stderr, "sweep: %s: no store\n",
			    s->sc->name);
			s->t->v[s->sc - scenes][FAULT_NONE].unexplained++;
		}
	}
	(void)munmap(s->w.shared, sizeof(*s->w.shared));
	world_fini(&s->w);
	return 0;
}

/* Points of all workers. */
static uint64_t
points_of(const struct totals *t, int64_t jobs)
{
	uint64_t n = 0;

	for (int64_t i = 0; i < jobs; i++)
		n += t[i].points;
	return n;
}

static void
worker_run(const struct options *o, struct totals *all, int64_t me)
{
	struct sweep s = { .o = o, .t = &all[me] };
	uint64_t seed = (uint64_t)(o->seed + me);

	(void)snprintf(s.tmp, sizeof(s.tmp), "%s/sweep.XXXXXX", o->tmp);
	if (mkdtemp(s.tmp) == NULL) {
		perror(s.tmp);
		_exit(70);
	}
	do {
		if (round_run(&s, seed) != 0)
			break;
		seed += (uint64_t)o->jobs;
	} while (points_of(all, o->jobs) < (uint64_t)o->points);
	(void)rmdir(s.tmp);
	_exit(0);
}

static void
score_add(struct score *to, const struct score *from)
{
	to->points += from->points;
	to->lost += from->lost;
	to->doubles += from->doubles;
	to->unexplained += from->unexplained;
}

static void
row_print(const char *name, unsigned steps, const struct score *v)
{
	struct score sum = { 0, 0, 0, 0 };

	for (int f = 0; f < FAULT__MAX; f++)
		score_add(&sum, &v[f]);
	(void)printf("%-8s", name);
	if (steps > 0)
		(void)printf("%6u", steps);
	else
		(void)printf("%6s", "");
	for (int f = FAULT_BEFORE; f < FAULT__MAX; f++)
		(void)printf(" %8llu", (unsigned long long)v[f].points);
	(void)printf(" %8llu %5llu %7llu %11llu\n",
	    (unsigned long long)sum.points, (unsigned long long)sum.lost,
	    (unsigned long long)sum.doubles,
	    (unsigned long long)sum.unexplained);
}

/* The table; 0 when nothing is wrong, else 1. */
static int
table_print(const struct totals *t, int64_t jobs)
{
	struct score all[FAULT__MAX] = { { 0, 0, 0, 0 } }, v[FAULT__MAX];
	bool is_good = true;

	(void)printf("%-8s%6s", "scene", "steps");
	for (int f = FAULT_BEFORE; f < FAULT__MAX; f++)
		(void)printf(" %8s", vfs_fault_name((enum vfs_fault)f));
	(void)printf(" %8s %5s %7s %11s\n", "points", "lost", "doubles",
	    "unexplained");
	for (int i = 0; scenes[i].name != NULL; i++) {
		memset(v, 0, sizeof(v));
		for (int64_t j = 0; j < jobs; j++)
			for (int f = 0; f < FAULT__MAX; f++)
				score_add(&v[f], &t[j].v[i][f]);
		row_print(scenes[i].name, t[0].steps[i], v);
		for (int f = 0; f < FAULT__MAX; f++) {
			score_add(&all[f], &v[f]);
			is_good = is_good &&
			    v[f].lost + v[f].doubles + v[f].unexplained == 0;
		}
	}
	row_print("all", 0, all);
	return is_good ? 0 : 1;
}

/* The point "SCENE:FAULT:STEP" alone; the store is left for a look. */
static int
one_run(const struct options *o)
{
	struct totals *t = shared(sizeof(*t));
	struct sweep s = { .o = o, .t = t };
	char name[16], fault[16];
	unsigned at;

	if (sscanf(o->one, "%15[^:]:%15[^:]:%u", name, fault, &at) != 3)
		return 64;
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_INFO, "sweep");
	if (world_init(&s.w, o->tmp, (uint64_t)o->seed) != 0)
		return 70;
	s.w.shared = shared(sizeof(*s.w.shared));
	for (s.sc = scenes; strcmp(s.sc->name, name) != 0; s.sc++) {
		if (s.sc[1].name == NULL)
			return 64;
	}
	fake_entropy(s.w.seed);
	if (!scene_prepare(s.sc, &s.w))
		return 70;
	for (int f = 0; f < FAULT__MAX; f++) {
		if (strcmp(vfs_fault_name((enum vfs_fault)f), fault) == 0)
			point_run(&s, (enum vfs_fault)f, at);
	}
	for (unsigned i = 0; i < s.w.shared->nops; i++)
		(void)printf("%s %s %s\n", s.w.shared->ops[i].queue,
		    s.w.shared->ops[i].name,
		    s.w.shared->ops[i].is_done ? "told" : "not told");
	(void)printf("store: %s\n", world_store(&s.w));
	return s.complaints == 0 ? 0 : 1;
}

static int
sweep_run(const struct options *o)
{
	struct totals *t = shared(sizeof(*t) * (size_t)o->jobs);
	int status, bad = 0;

	for (int64_t i = 0; i < o->jobs; i++) {
		if (fork() == 0)
			worker_run(o, t, i);
	}
	while (wait(&status) > 0)
		bad |= status;
	return table_print(t, o->jobs) != 0 || bad != 0;
}

int
main(int argc, char **argv)
{
	struct options o = { "/dev/shm", NULL, 1, 1, 1, 1, false };
	int64_t *n;
	int c;

	if (access(o.tmp, W_OK) != 0)
		o.tmp = "/tmp";
	while ((c = getopt(argc, argv, "j:t:n:s:e:o:l")) != -1) {
		n = c == 'j' ? &o.jobs :
		    c == 'n' ? &o.points :
		    c == 's' ? &o.seed :
			       &o.every;
		if (c == 't')
			o.tmp = optarg;
		else if (c == 'l')
			o.is_lying = true;
		else if (c == 'o')
			o.one = optarg;
		else if (c == '?' || num_parse(optarg, 1, 100000000, n) != 0)
			return 64;
	}
	if (o.jobs > JOBS_MAX)
		return 64;
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "sweep");
	return o.one != NULL ? one_run(&o) : sweep_run(&o);
}

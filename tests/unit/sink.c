/*
 * Pushes messages straight through net/sink.h, for tests of brokers without a
 * ticker: see usage().
 */
#include "config.h"

#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/time/tz.h"
#include "net/sink.h"

#include "lib/base/ban.h"

#define IDLEN 40
#define WHYS 8

static const char *const end_names[] = { [SINK_WAITS] = "waits",
	[SINK_DONE] = "done",
	[SINK_LATER] = "later",
	[SINK_UNKNOWN] = "doubt",
	[SINK_REFUSED] = "refused",
	[SINK_GONE] = "gone" };
#define NENDS (sizeof(end_names) / sizeof(end_names[0]))

struct told {
	const char *conf, *queue, *args, *kwargs;
	long n, first, batch, rounds, pause_ms, stop_ms, priority;
};

/* What is being pushed. */
struct batch {
	const struct told *t;
	struct sink *sink;
	struct sink_message *v; /* all of them */
	char (*ids)[IDLEN], (*kwargs)[IDLEN];
	char whys[WHYS][256]; /* different ones */
	long doubts;	      /* how often one was in doubt */
};

static int
usage(void)
{
	(void)fputs(
	    "usage: sink [-options] CONF QUEUE N|count|clear\n"
	    "\n"
	    "Pushes N messages to QUEUE; prints what became of them, how\n"
	    "often one was in doubt, how long it took, and each reason\n"
	    "once.  Or tells how many wait there, or deletes them.\n"
	    "\n"
	    "  -a JSON, -k JSON  args and kwargs (else {\"n\":0}, {\"n\":1}, …)\n"
	    "  -p N              priority\n"
	    "  -f N              the first message's number (0), of which its\n"
	    "                    id is made\n"
	    "  -b N              messages at once (all)\n"
	    "  -r N              how often to try those that are not done (1);\n"
	    "                    a lost connection ends a time\n"
	    "  -w MS             wait so long before each further time (10)\n"
	    "  -s MS             stop the sink after so long\n"
	    "\n"
	    "Exit status: 0 all done, 1 not all, 64 usage, 78 configuration.\n",
	    stderr);
	return 64;
}

/* A reason, unless it is known. */
static void
add_why(struct batch *b, const char *why)
{
	for (size_t i = 0; i < WHYS; i++) {
		if (b->whys[i][0] == '\0')
			(void)snprintf(b->whys[i], sizeof(b->whys[i]), "%s",
			    why);
		if (strcmp(b->whys[i], why) == 0)
			return;
	}
}

static void *
stop_later(void *arg)
{
	const struct batch *b = arg;

	clock_sleep_us(b->t->stop_ms * 1000);
	sink_stop(b->sink);
	return NULL;
}

static void
make(struct batch *b)
{
	const struct told *t = b->t;
	struct sink_message *m;

	for (long i = 0; i < t->n; i++) {
		(void)snprintf(b->ids[i], IDLEN,
		    "00000000-0000-7000-8000-%012ld", t->first + i);
		(void)snprintf(b->kwargs[i], IDLEN, "{\"n\":%ld}",
		    t->first + i);
		m = &b->v[i];
		m->id = b->ids[i];
		m->queue = t->queue;
		m->args = t->args;
		m->kwargs = t->kwargs != NULL ? t->kwargs : b->kwargs[i];
		m->priority = t->priority;
		m->lasts_s = 60;
		m->scheduled_us = clock_now_us();
	}
}

/*
 * Push those of v[0] to v[n - 1] that are not done yet, as copies in w.  -1:
 * the connection is lost.
 */
static int
push(struct batch *b, struct sink_message *v, size_t n, struct sink_message *w)
{
	size_t left = 0, at = 0;
	struct err why = { "" };
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].end == SINK_DONE)
			continue;
		free(v[i].why);
		v[i].attempt++;
		w[left++] = v[i];
	}
	if (left > 0)
		rc = sink_push(b->sink, w, left, &why);
	if (rc == -1)
		add_why(b, why.text);
	for (size_t i = 0; i < n; i++) {
		if (v[i].end == SINK_DONE)
			continue;
		v[i] = w[at++];
		b->doubts += v[i].end == SINK_UNKNOWN;
		if (v[i].why != NULL)
			add_why(b, v[i].why);
	}
	return rc;
}

static long
count_end(const struct batch *b, enum sink_end end)
{
	long n = 0;

	for (long i = 0; i < b->t->n; i++)
		n += b->v[i].end == end;
	return n;
}

static void
push_all(struct batch *b)
{
	const struct told *t = b->t;
	struct sink_message *w = calloc((size_t)t->batch, sizeof(*w));
	long n;

	for (long round = 0;
	     w != NULL && round < t->rounds && count_end(b, SINK_DONE) < t->n;
	     round++) {
		if (round > 0)
			clock_sleep_us(t->pause_ms * 1000);
		for (long i = 0; i < t->n; i += n) {
			n = t->n - i < t->batch ? t->n - i : t->batch;
			if (push(b, &b->v[i], (size_t)n, w) == -1)
				break;
		}
	}
	free(w);
}

static int
run_push(struct batch *b)
{
	const struct told *t = b->t;
	int64_t start = clock_mono_us();
	pthread_t thread;
	int rc;

	b->v = calloc((size_t)t->n, sizeof(*b->v));
	b->ids = calloc((size_t)t->n, sizeof(*b->ids));
	b->kwargs = calloc((size_t)t->n, sizeof(*b->kwargs));
	if (b->v == NULL || b->ids == NULL || b->kwargs == NULL)
		abort();
	make(b);
	if (t->stop_ms >= 0 &&
	    pthread_create(&thread, NULL, stop_later, b) != 0)
		abort();
	push_all(b);
	for (size_t i = 0; i < NENDS; i++)
		printf("%s=%ld ", end_names[i], count_end(b, (int)i));
	printf("doubts=%ld ms=%ld\n", b->doubts,
	    (long)((clock_mono_us() - start) / 1000));
	for (size_t i = 0; i < WHYS && b->whys[i][0] != '\0'; i++)
		printf("why: %s\n", b->whys[i]);
	if (t->stop_ms >= 0)
		(void)pthread_join(thread, NULL);
	rc = count_end(b, SINK_DONE) == t->n ? 0 : 1;
	for (long i = 0; i < t->n; i++)
		free(b->v[i].why);
	free(b->v);
	free(b->ids);
	free(b->kwargs);
	return rc;
}

static int
run(struct batch *b, const char *what)
{
	struct err why;
	int64_t n;
	int rc;

	if (strcmp(what, "count") == 0) {
		rc = sink_count(b->sink, b->t->queue, &n, &why);
		if (rc == 0)
			printf("%lld\n", (long long)n);
	} else if (strcmp(what, "clear") == 0)
		rc = sink_clear(b->sink, b->t->queue, &why);
	else
		return run_push(b);
	if (rc == -1)
		printf("why: %s\n", why.text);
	return rc == 0 ? 0 : 1;
}

static int
parse(int argc, char **argv, struct told *t)
{
	int c;

	while ((c = getopt(argc, argv, "a:k:p:f:b:r:w:s:")) != -1) {
		long n = optarg == NULL ? 0 : strtol(optarg, NULL, 10);

		switch (c) {
		case 'a':
			t->args = optarg;
			break;
		case 'k':
			t->kwargs = optarg;
			break;
		case 'p':
			t->priority = n;
			break;
		case 'f':
			t->first = n;
			break;
		case 'b':
			t->batch = n;
			break;
		case 'r':
			t->rounds = n;
			break;
		case 'w':
			t->pause_ms = n;
			break;
		case 's':
			t->stop_ms = n;
			break;
		default:
			return -1;
		}
	}
	if (argc - optind != 3)
		return -1;
	t->conf = argv[optind];
	t->queue = argv[optind + 1];
	t->n = strtol(argv[optind + 2], NULL, 10);
	if (t->batch <= 0)
		t->batch = t->n;
	return 0;
}

static int
complain(const char *why)
{
	(void)fprintf(stderr, "sink: %s\n", why);
	return 78;
}

int
main(int argc, char **argv)
{
	struct told t = { .rounds = 1, .pause_ms = 10, .stop_ms = -1 };
	struct batch b = { .t = &t };
	struct sink_opts o = { .at = 0 };
	struct tz_cache *zones;
	const struct conf_queue *q;
	struct conf *conf;
	struct err why;
	int rc;

	if (parse(argc, argv, &t) == -1)
		return usage();
	if ((conf = conf_load(t.conf, &why)) == NULL)
		return complain(why.text);
	if ((zones = tz_cache_new(NULL)) == NULL)
		abort();
	q = conf_queue_for(conf, t.queue);
	o.conf = conf;
	o.kind = conf_broker_server(q->broker);
	o.at = q->at;
	o.zone = tz_get(zones, "UTC", &why);
	if (o.kind == CONF_SERVER_NONE)
		rc = complain("that queue has no server");
	else if ((b.sink = sink_new(&o)) == NULL)
		rc = complain("no memory");
	else
		rc = run(&b, argv[argc - 1]);
	sink_free(b.sink);
	tz_cache_free(zones);
	conf_free(conf);
	return rc;
}

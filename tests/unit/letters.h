#ifndef TESTS_UNIT_LETTERS_H
#define TESTS_UNIT_LETTERS_H

#include "lib/sched/dead.h"
#include "tests/unit/rig.h"

/*
 * Dead letters in a scheduler's stores: queues with an r in front are at a
 * broker that is not there.  One program, one translation unit.
 */

static const char letters_conf[] = "webhook \"main\" {\n"
				   "\turl = \"http://127.0.0.1:1/\"\n"
				   "\tsecret = \"s\"\n}\n"
				   "queue \"r*\" {\n\tbroker = webhook\n}\n"
				   "max_deliveries = 1\n";

static struct rig r;

/* Pages of a queue, "kind/place/id" each, spaces between; how many. */
static inline int64_t
list(const char *queue, int64_t limit, struct buf *out)
{
	char cursor[SCHED_DEAD_CURSOR_MAX] = "", next[SCHED_DEAD_CURSOR_MAX];
	const struct sched_dead_opts o = { queue, limit, cursor };
	struct dead_list l = { NULL, 0, 0 };
	enum store_rc rc;
	int64_t n = 0;

	buf_reset(out);
	do {
		rc = sched_dead_list(&r.s, &o, &l, next);
		for (size_t i = 0; i < l.n; i++)
			buf_printf(out, "%s%d/%s/%s", n++ == 0 ? "" : " ",
			    (int)l.v[i].kind, dead_origin_name(l.v[i].origin),
			    l.v[i].id);
		if ((int64_t)l.n > limit)
			rc = STORE_ERROR;
		dead_list_fini(&l);
		memcpy(cursor, next, sizeof(cursor));
	} while (rc == STORE_OK && next[0] != '\0');
	is_int(rc, STORE_OK, "%s in pages of %lld", queue, (long long)limit);
	return n;
}

static inline void
list_is(const char *queue, const char *want, const char *what)
{
	struct buf b = BUF_INIT;

	(void)list(queue, 2, &b);
	is_str(buf_cstr(&b), want, "%s", what);
	buf_fini(&b);
}

static inline int64_t
audits(const char *action)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM audit WHERE action = '%s'", action);
	return rig_ask(r.conf->store, sql);
}

#endif

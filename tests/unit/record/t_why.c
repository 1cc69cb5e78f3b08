/* Each answer of why, from job, trigger and ledger (lib/record/why.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/sched/sched.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "lib/sched/why_words.h"
#include "tests/unit/tap.h"

#define S_US INT64_C(1000000)
#define BASE_US INT64_C(1790000000000000) /* slot 0 of every trigger here */
#define BASE_TEXT "2026-09-21T14:13:20+00:00"
#define NO_ROW RUN_STATE__MAX
#define NO_JOB JOB_STATE__MAX

/*
 * Times are seconds after the base.  A slot each minute from 0 to 3600; the
 * job was added at 30, last changed at 300, and its cursor is at 1200.
 */
static const struct sample {
	const char *what;
	int64_t at_s;
	int64_t now_s;
	enum job_state state;
	enum run_state row;
	int64_t first_s, last_s; /* of the row, decided 5 s after last_s */
	int64_t pruned_s;	 /* 0: nothing was */
	bool is_queue_paused;
	const char *want; /* answer, slot, slots around */
} samples[] = {
	{ "it ran", 600, 1180, JOB_ACTIVE, RUN_SENT, 600, 600, 0, false,
	    "ran 600 540..660 late 5" },
	{ "it was missed", 600, 1180, JOB_ACTIVE, RUN_MISSED, 540, 660, 0,
	    false, "missed 600 540..660 late 125" },
	{ "it was coalesced, the first of a range", 540, 1180, JOB_ACTIVE,
	    RUN_COALESCED, 540, 660, 0, false,
	    "coalesced 540 480..600 late 125" },
	{ "it was paused, the last of a range", 660, 1180, JOB_PAUSED,
	    RUN_PAUSED, 540, 660, 0, false,
	    "was_paused 660 600..720 late 125" },
	{ "another run was not over", 600, 1180, JOB_ACTIVE, RUN_OVERLAP, 600,
	    600, 0, false, "overlap 600 540..660 late 5" },
	{ "it runs elsewhere", 600, 1180, JOB_ACTIVE, RUN_RUNNING, 600, 600, 0,
	    false, "launch 600 540..660 late 5" },
	{ "it was refused", 600, 1180, JOB_ACTIVE, RUN_REFUSED, 600, 600, 0,
	    false, "launch 600 540..660 late 5" },
	{ "between two slots of a range", 570, 1180, JOB_ACTIVE, RUN_PAUSED,
	    540, 660, 0, false, "no_slot - 540..600" },
	{ "a run between the slots", 570, 1180, JOB_ACTIVE, RUN_SENT, 570, 570,
	    0, false, "ran 570 540..600 late 5" },
	{ "the ledger of a job that is gone", 600, 1180, NO_JOB, RUN_SENT, 600,
	    600, 0, false, "ran 600 - late 5" },
	{ "gone, within a range", 570, 1180, NO_JOB, RUN_PAUSED, 540, 660, 0,
	    false, "was_paused 540 - late 125" },
	{ "gone, and no row", 600, 1180, NO_JOB, NO_ROW, 0, 0, 0, false,
	    "gone - -" },
	{ "it lies ahead", 1260, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "will_fire 1260 1200..1320 fires 1260" },
	{ "the cursor itself", 1200, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "will_fire 1200 1140..1260 fires 1200" },
	{ "the tick is late", 1200, 1201, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "due 1200 1140..1260 fires 1200" },
	{ "ahead, but paused", 1260, 1180, JOB_PAUSED, NO_ROW, 0, 0, 0, false,
	    "job_paused 1260 1200..1320 fires 1260" },
	{ "past, and paused still", 1260, 2000, JOB_PAUSED, NO_ROW, 0, 0, 0,
	    false, "job_paused 1260 1200..1320 fires 1260" },
	{ "ahead, the queue is off", 1260, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0,
	    true, "queue_paused 1260 1200..1320 fires 1260" },
	{ "job and queue: the job's switch is told", 1260, 1180, JOB_PAUSED,
	    NO_ROW, 0, 0, 0, true, "job_paused 1260 1200..1320 fires 1260" },
	{ "out of the schedule", 1260, 1180, JOB_QUARANTINED, NO_ROW, 0, 0, 0,
	    false, "quarantined 1260 1200..1320 fires 1260" },
	{ "no slot, past", 601, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "no_slot - 600..660" },
	{ "no slot, ahead", 1999, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "no_slot - 1980..2040" },
	{ "a slot before the job", 0, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "before_job 0 -..60" },
	{ "no slot before the job", 7, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "before_job - 0..60" },
	{ "before everything", -86400, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "before_job - -..0" },
	{ "before the job was changed", 240, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0,
	    false, "changed 240 180..300" },
	{ "pruned", 600, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 660, false,
	    "pruned 600 540..660" },
	{ "the last one pruned", 660, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 660,
	    false, "pruned 660 600..720" },
	{ "a row is missing", 720, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 660, false,
	    "unexplained 720 660..780" },
	{ "the last slot", 3600, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "will_fire 3600 3540..- fires 3600" },
	{ "after the last slot", 3660, 1180, JOB_ACTIVE, NO_ROW, 0, 0, 0, false,
	    "exhausted - 3600..-" },
};

static struct tz_cache *zones;

static struct trigger *
make(void)
{
	static const struct trigger_field f[] = { { "seconds", "60" },
		{ "start_date", BASE_TEXT },
		{ "end_date", "2026-09-21T15:13:20+00:00" } };
	const struct trigger_env env = { zones, "UTC", BASE_US, false };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new("interval", f, 3, &env, &fs);

	if (t == NULL) {
		printf("Bail out! %s: %s\n", fs.v[0].field, fs.v[0].text);
		exit(EXIT_FAILURE);
	}
	return t;
}

static void
show_time(struct buf *out, const char *before, int64_t t_us)
{
	buf_str(out, before);
	if (t_us == WHY_NONE)
		buf_char(out, '-');
	else
		buf_printf(out, "%lld", (long long)((t_us - BASE_US) / S_US));
}

static void
show(struct buf *out, const struct why_out *o)
{
	buf_str(out, why_name(o->answer));
	show_time(out, " ", o->slot_us);
	show_time(out, " ", o->before_us);
	if (o->before_us != WHY_NONE || o->after_us != WHY_NONE)
		show_time(out, "..", o->after_us);
	if (o->late_us != 0)
		buf_printf(out, " late %lld", (long long)(o->late_us / S_US));
	if (o->fire_us != WHY_NONE)
		show_time(out, " fires ", o->fire_us);
}

/* The sample as what sched_why would have gathered. */
static void
fill(struct why *w, const struct sample *s)
{
	struct err why;

	memset(w, 0, sizeof(*w));
	w->queue = "q";
	w->job_id = "j";
	w->at_us = BASE_US + s->at_s * S_US;
	w->now_us = BASE_US + s->now_s * S_US;
	w->zone = tz_get(zones, "UTC", &why);
	if (s->is_queue_paused)
		buf_str(&w->hold, "queue paused by me");
	w->pruned_us = s->pruned_s == 0 ? 0 : BASE_US + s->pruned_s * S_US;
	if (s->state != NO_JOB) {
		w->job = (struct job){
			.id = 1,
			.queue = (char *)(uintptr_t) "q",
			.job_id = (char *)(uintptr_t) "j",
			.state = s->state,
			.cursor_us = BASE_US + 1200 * S_US,
			.created_us = BASE_US + 30 * S_US,
			.changed_us = BASE_US + 300 * S_US,
		};
	}
	if (s->row != NO_ROW) {
		w->row = (struct run){
			.id = "run-id",
			.slot_us = BASE_US + s->first_s * S_US,
			.last_us = BASE_US + s->last_s * S_US,
			.count = 1 + (s->last_s - s->first_s) / 60,
			.state = s->row,
			.decided_us = BASE_US + (s->last_s + 5) * S_US,
		};
	}
}

/* Each answer makes a sentence in both languages, without leftovers. */
static void
check_words(const struct why *w, const char *what)
{
	struct buf b = BUF_INIT;

	for (int l = 0; l < DESCRIBE__MAX; l++) {
		buf_reset(&b);
		why_describe(w, (enum describe_lang)l, &b);
		ok(b.len > 10 && strpbrk(buf_cstr(&b), "{}") == NULL,
		    "%s in %s: %s", what,
		    describe_lang_name((enum describe_lang)l), buf_cstr(&b));
	}
	buf_fini(&b);
}

static void
check_sample(const struct trigger *t, const struct sample *s)
{
	struct buf got = BUF_INIT;
	struct why_in in;
	struct why w;

	fill(&w, s);
	in = (struct why_in){
		.at_us = w.at_us,
		.span_us = S_US,
		.now_us = w.now_us,
		.job = s->state == NO_JOB ? NULL : &w.job,
		.trigger = s->state == NO_JOB ? NULL : t,
		.row = s->row == NO_ROW ? NULL : &w.row,
		.pruned_us = w.pruned_us,
		.is_queue_paused = s->is_queue_paused,
	};
	why_decide(&in, &w.out);
	show(&got, &w.out);
	is_str(buf_cstr(&got), s->want, "%s", s->what);
	check_words(&w, s->what);
	buf_fini(&w.hold);
	buf_fini(&got);
}

/* What is told of a job that is gone depends on how it went. */
static void
check_gone(const struct sample *s)
{
	struct why_in in = { .span_us = S_US, .ended_us = BASE_US };
	struct buf b = BUF_INIT;
	struct why w;

	fill(&w, s);
	w.job = (struct job){ .id = 0 };
	w.row = (struct run){ .row = 0 };
	w.newest.last_us = BASE_US;
	in.at_us = w.at_us;
	why_decide(&in, &w.out);
	is_str(why_name(w.out.answer), "exhausted", "it had its last slot");
	why_describe(&w, DESCRIBE_EN, &b);
	ok(strstr(buf_cstr(&b), "has expired") != NULL &&
		strstr(buf_cstr(&b), "2026-09-21 14:13:20+00:00") != NULL,
	    "%s", buf_cstr(&b));
	in.ended_us = 0;
	w.gone.at_us = BASE_US;
	w.gone.reason = (char *)(uintptr_t) "deleted by owner";
	why_decide(&in, &w.out);
	is_str(why_name(w.out.answer), "gone", "it was deleted");
	buf_reset(&b);
	why_describe(&w, DESCRIBE_EN, &b);
	ok(strstr(buf_cstr(&b),
	       "(deleted by owner, 2026-09-21 14:13:20+00:00)") != NULL,
	    "%s", buf_cstr(&b));
	buf_fini(&b);
}

/* A trigger nobody can read, and the facts of an answer. */
static void
check_unreadable(const struct sample *s)
{
	struct why_in in = { .span_us = 1 };
	struct buf b = BUF_INIT;
	struct why w;

	fill(&w, s);
	in.at_us = w.at_us;
	in.job = &w.job;
	why_decide(&in, &w.out);
	is_str(why_name(w.out.answer), "quarantined", "an unreadable trigger");
	in.row = &w.row;
	why_decide(&in, &w.out);
	is_str(why_name(w.out.answer), "ran", "its ledger still counts");
	why_facts(&w, &b);
	ok(strstr(buf_cstr(&b), "\"run_id\":\"run-id\"") != NULL &&
		strstr(buf_cstr(&b), "\"late_seconds\":5.000000") != NULL &&
		strstr(buf_cstr(&b), "\"slot\":\"2026-09-21T14:23:20Z\"") !=
		    NULL,
	    "facts: %s", buf_cstr(&b));
	buf_fini(&b);
}

/* A second covers a slot within it, a microsecond only itself. */
static void
check_span(const struct trigger *t)
{
	struct why_in in = { .at_us = BASE_US + 60 * S_US - 1, .span_us = 1 };
	struct why_out o;

	in.trigger = t;
	why_decide(&in, &o);
	ok(o.slot_us == WHY_NONE, "a microsecond before is another instant");
	in.span_us = S_US;
	why_decide(&in, &o);
	is_int(o.slot_us, BASE_US + 60 * S_US, "a second holds the slot");
}

static void
check_before(const struct trigger *t)
{
	is_int(why_slot_before(t, BASE_US + 1), BASE_US, "the first slot");
	ok(why_slot_before(t, BASE_US) == WHY_NONE, "none before it");
	is_int(why_slot_before(t, BASE_US + 400 * 86400 * S_US),
	    BASE_US + 3600 * S_US, "long after the last one");
}

int
main(void)
{
	struct trigger *t;

	zones = tz_cache_new(NULL);
	t = make();
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(t, &samples[i]);
	check_unreadable(&samples[0]);
	check_gone(&samples[0]);
	check_span(t);
	check_before(t);
	trigger_free(t);
	tz_cache_free(zones);
	return tap_done();
}

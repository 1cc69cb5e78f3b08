/*
 * minutehand doctor: tokens with globs that grant more, or less, than they seem
 * to.  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include "ctl/doctor/doctor.h"
#include "lib/record/grant.h"
#include "lib/store/token.h"

#include "lib/base/ban.h"

/* Warn if a token's grant is hardly what its owner meant. */
static void
check_token(const struct token *t, struct finding *f)
{
	const char *why = grant_bad_globs(t->queues);

	if (t->services == NULL) {
		doctor_report(f, DOCTOR_WARN,
		    "%s (%s) was created before services had their own globs: "
		    "\"%s\" grants services, too",
		    t->id, t->name, t->queues);
		doctor_advise(f,
		    "minutehand token set --services GLOBS %s (or: none)",
		    t->id);
	} else if (why != NULL) {
		doctor_report(f, DOCTOR_WARN, "%s (%s): --queues \"%s\" %s",
		    t->id, t->name, t->queues, why);
		doctor_advise(f,
		    "create another with minutehand token add, then minutehand "
		    "token revoke %s",
		    t->id);
	}
}

void
doctor_tokens(struct doctor *d, struct finding *f)
{
	struct token_list l = { NULL, 0, 0 };
	enum store_rc rc;

	rc = store_token_list(d->ctl->sched.stores[JOB_DURABLE], &l);
	if (rc != STORE_OK)
		doctor_report(f, DOCTOR_FAIL, "%s", store_strrc(rc));
	else if (l.n == 0)
		doctor_report(f, DOCTOR_OK, "none");
	else
		doctor_report(f, DOCTOR_OK, "%zu", l.n);
	for (size_t i = 0; i < l.n && f->level == DOCTOR_OK; i++)
		check_token(&l.v[i], f);
	token_list_fini(&l);
}

#ifndef LIB_SCHED_APPLY_H
#define LIB_SCHED_APPLY_H

#include <stdbool.h>

#include "lib/base/list.h"
#include "lib/db/store.h"
#include "lib/record/job.h"

struct sched;

/*
 * Jobs of a file, all or none: each is compared with the stored job of its
 * name.  An owner, the name of the file, marks the jobs that belong to it.
 */

enum apply_what {
	APPLY_SAME,    /* nothing to change */
	APPLY_NEW,     /* added */
	APPLY_CHANGED, /* replaced */
	APPLY_RAN,     /* a one-off that ran already; nothing is added */
	APPLY_DELETED, /* is the owner's, and not in the file */
	APPLY_REFUSED, /* cannot be; see rc */
	APPLY__MAX
};

/* "same", "new", "changed", "ran", "deleted", "refused". */
extern const char *const apply_names[APPLY__MAX];

/* What becomes of one job. */
struct apply_step {
	enum apply_what what;
	enum store_rc rc; /* REFUSED: as of sched_add */
	bool is_foreign;  /* REFUSED: was.owner is another owner */
	struct job was;	  /* as it was; queue NULL: there was none */
	struct job is;	  /* as stored then; queue NULL: there is none */
};

/* Make it empty; free what it owns. */
void apply_step_init(struct apply_step *a);
void apply_step_fini(struct apply_step *a);

LIST_DECL_INIT(apply_steps, struct apply_step, apply_step_init,
    apply_step_fini);

struct sched_apply {
	struct job_list *jobs; /* as read, with different names; each with its
				* owner, or NULL: that of a stored job stays */
	const char *prune;     /* delete other jobs of this owner; NULL: none */
	bool is_adopt;	       /* take jobs of other owners */
	bool is_dry;	       /* change nothing: plan */
};

/*
 * Make the durable store have a->jobs, in one transaction; *out (zeroed; the
 * caller frees it in every case) gets a step per job, in the order of
 * a->jobs, then those deleted, by name.  With is_dry, or if a step is refused,
 * nothing is changed.  STORE_OK, STORE_CONFLICT if one is refused, or another
 * failure.
 */
enum store_rc sched_apply(struct sched *s, const struct sched_apply *a,
    struct apply_steps *out);

/*
 * Call see with each job of the durable store that the actor may see, by queue
 * and name: of one queue (NULL: all) and one owner (NULL: of any or none),
 * until it returns false.
 */
struct sched_export {
	const char *queue;
	const char *owner;
	bool (*visit)(void *cookie, const struct job *j);
	void *cookie;
};
enum store_rc sched_export(struct sched *s, const struct sched_export *e);

#endif

#ifndef CTL_DOCTOR_DOCTOR_H
#define CTL_DOCTOR_DOCTOR_H

#include "ctl/ctl.h"

/* Private to `minutehand doctor`: its findings and its checks. */

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL, DOCTOR__MAX };

/* The result of one check, and the advice on it. */
struct finding {
	enum doctor_level level;
	char text[512];
	char advice[512]; /* what the owner can do; "": nothing */
};

struct doctor {
	struct ctl *ctl;     /* conf is NULL if it could not be loaded */
	const char *url;     /* --url, the API on the web server, or NULL */
	const char *ca_file; /* CA certificates to verify it by, or NULL */
};

/*
 * Set level and text of f, cut to 511 bytes.  A call with a lower level than
 * f has is ignored.  doctor_advise sets the advice, whatever the level.
 */
void doctor_report(struct finding *f, enum doctor_level level, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
void doctor_advise(struct finding *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The checks, a finding each.  doctor_configuration runs first; the others are
 * run if ctl->conf is loaded, those that read the store if ctl->is_open.  The
 * table in ctl/cmd/doctor.c has their order and titles.
 */
void doctor_configuration(struct doctor *d, struct finding *f);
void doctor_open(struct doctor *d, struct finding *f);
void doctor_served(struct doctor *d, struct finding *f);
void doctor_permissions(struct doctor *d, struct finding *f);
void doctor_space(struct doctor *d, struct finding *f);
void doctor_journal(struct doctor *d, struct finding *f);
void doctor_integrity(struct doctor *d, struct finding *f);
void doctor_sqlite(struct doctor *d, struct finding *f);
void doctor_clock(struct doctor *d, struct finding *f);
void doctor_ticker(struct doctor *d, struct finding *f);
void doctor_crontab(struct doctor *d, struct finding *f);
void doctor_jobs(struct doctor *d, struct finding *f);
void doctor_dead(struct doctor *d, struct finding *f);
void doctor_failing(struct doctor *d, struct finding *f);
void doctor_consumers(struct doctor *d, struct finding *f);
void doctor_alerts(struct doctor *d, struct finding *f);
void doctor_zone(struct doctor *d, struct finding *f);
void doctor_memory(struct doctor *d, struct finding *f);
void doctor_keys(struct doctor *d, struct finding *f);
void doctor_brokers(struct doctor *d, struct finding *f);
void doctor_anonymous(struct doctor *d, struct finding *f);
void doctor_tokens(struct doctor *d, struct finding *f);
void doctor_web(struct doctor *d, struct finding *f);
void doctor_methods(struct doctor *d, struct finding *f);
void doctor_versions(struct doctor *d, struct finding *f);

/*
 * Part of doctor_zone: copy the TZ that this user's crontab sets for the ticker
 * into tz, of n bytes.  Return false if it sets none.
 */
bool doctor_crontab_tz(struct doctor *d, char *tz, size_t n);

/* Part of doctor_keys: report runs that wait for a key. */
void doctor_waiting(struct doctor *d, struct finding *f);

#endif

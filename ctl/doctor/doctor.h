#ifndef CTL_DOCTOR_DOCTOR_H
#define CTL_DOCTOR_DOCTOR_H

#include "ctl/ctl.h"

/* Private to `minutehand doctor`. */

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL, DOCTOR__MAX };

/* What one check found, and what to do about it. */
struct finding {
	enum doctor_level level;
	char text[512];
	char advice[512]; /* "" when there is nothing to do */
};

struct doctor {
	struct ctl *ctl;     /* conf is loaded */
	const char *url;     /* of the web server, or NULL */
	const char *ca_file; /* to trust there, or NULL */
};

/* Fill f; the level only rises. */
void doctor_report(struct finding *f, enum doctor_level level, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
void doctor_advise(struct finding *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The checks; those of the store need it open (ctl->is_open). */
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
void doctor_consumers(struct doctor *d, struct finding *f);
void doctor_alerts(struct doctor *d, struct finding *f);
void doctor_zone(struct doctor *d, struct finding *f);
void doctor_memory(struct doctor *d, struct finding *f);
void doctor_keys(struct doctor *d, struct finding *f);
/* A part of doctor_zone: the TZ that this user's crontab gives the ticker, into
 * tz (of n bytes); false: none. */
bool doctor_crontab_tz(struct doctor *d, char *tz, size_t n);
/* A part of doctor_keys: what waits for one. */
void doctor_waiting(struct doctor *d, struct finding *f);
void doctor_brokers(struct doctor *d, struct finding *f);
void doctor_anonymous(struct doctor *d, struct finding *f);
void doctor_tokens(struct doctor *d, struct finding *f);
void doctor_web(struct doctor *d, struct finding *f);
void doctor_methods(struct doctor *d, struct finding *f);
void doctor_versions(struct doctor *d, struct finding *f);

#endif

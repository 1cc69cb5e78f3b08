/*
 * minutehand doctor: can each broker of the configuration be reached, and does
 * it accept messages?  Tested in tests/broker/redis.bats and
 * rabbitmq_ticker.bats.
 */
#include "config.h"

#include "ctl/doctor/doctor.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

/*
 * Check that each server can be reached and takes messages; report the first
 * that does not.
 */
static void
check_kind(struct doctor *d, enum conf_server kind, struct finding *f)
{
	size_t n = conf_server_count(d->ctl->conf, kind);
	struct err why;

	for (size_t i = 0; i < n && f->level == DOCTOR_OK; i++) {
		if (brokers_check(ctl_brokers(d->ctl), kind, (int)i, &why) == 0)
			continue;
		doctor_report(f, DOCTOR_FAIL, "%s", why.text);
		doctor_advise(f,
		    "messages for its queues wait, and are tried again");
	}
}

void
doctor_brokers(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;
	size_t n = c->nredis + c->nrabbitmq + c->nwebhooks + c->ncommands;

	if (n == 0) {
		doctor_report(f, DOCTOR_OK,
		    "none: all messages stay in the embedded queue");
		return;
	}
	doctor_report(f, DOCTOR_OK, "%zu, all of them can be reached", n);
	for (int k = 0; k < CONF_SERVER__MAX; k++)
		check_kind(d, (enum conf_server)k, f);
}

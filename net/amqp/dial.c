/*
 * Connects to a RabbitMQ server, with TLS, in a thread that can be left behind.
 * Tested in tests/broker/rabbitmq_faults.bats.
 */
#include "config.h"

#include <sys/time.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "net/amqp/amqp.h"
#include "net/amqp/dial.h"

#include "lib/base/ban.h"

#define NO_ANSWER "no answer within the timeout"
/* A connection attempt, shared by two threads; the last to finish frees it. */
struct dial {
	struct amqp_lib lib;
	amqp_connection_state_t c;
	amqp_socket_t *socket;
	char *host;
	int port;
	struct timeval timeout;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t done_cond;
	bool is_done; /* status is set */
	bool is_left; /* the caller has stopped waiting */
	int status;
};

static void
dial_free(struct dial *d)
{
	if (d->c != NULL)
		d->lib.destroy_connection(d->c);
	free(d->host);
	pthread_cond_destroy(&d->done_cond);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

static struct dial *
dial_new(const struct amqp *a)
{
	struct dial *d = calloc(1, sizeof(*d));
	int64_t left = a->until_us - clock_mono_us();
	pthread_condattr_t attr;

	if (d == NULL)
		return NULL;
	d->lib = a->lib;
	d->port = (int)a->conf->port;
	if (d->port == 0)
		d->port = a->conf->tls == CONF_ON ? 5671 : 5672;
	d->timeout.tv_sec = left / CLOCK_US_PER_S;
	d->timeout.tv_usec = left % CLOCK_US_PER_S;
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&d->done_cond, &attr);
	pthread_condattr_destroy(&attr);
	if ((d->host = strdup(a->conf->host)) != NULL &&
	    (d->c = d->lib.new_connection()) != NULL)
		return d;
	dial_free(d);
	return NULL;
}

/* Make a TLS socket that trusts ca_file, or the system's certificates. */
static amqp_socket_t *
tls_socket(const struct amqp *a, struct dial *d, struct err *why)
{
	const char *ca_file = a->settings->ca_file;
	struct amqp_tls_lib tls;
	amqp_socket_t *s;
	bool is_ok;

	if (conf_check_ca(a->settings, why) == -1 ||
	    amqp_tls_lib_open(&tls, why) == -1)
		return NULL;
	if ((s = tls.socket_new(d->c)) == NULL) {
		err_set(why, "TLS cannot be set up");
		return NULL;
	}
	tls.set_verify_peer(s, 1);
	tls.set_verify_hostname(s, 1);
	is_ok = *ca_file != '\0' ?
	    tls.set_cacert(s, ca_file) == AMQP_STATUS_OK :
	    tls.set_default_verify_paths(tls.get_context(s)) == 1;
	if (is_ok)
		return s;
	err_set(why, "no certificates can be read from %.300s",
	    *ca_file != '\0' ? ca_file : "the system");
	return NULL;
}

/* Connect; true: the caller has stopped waiting. */
static bool
dial_do(struct dial *d)
{
	bool is_left;
	int status;

	status = d->lib.socket_open_noblock(d->socket, d->host, d->port,
	    &d->timeout);
	pthread_mutex_lock(&d->lock);
	d->status = status;
	d->is_done = true;
	is_left = d->is_left;
	pthread_cond_signal(&d->done_cond);
	pthread_mutex_unlock(&d->lock);
	return is_left;
}

static void *
on_thread(void *arg)
{
	struct dial *d = arg;

	if (dial_do(d))
		dial_free(d);
	return NULL;
}

/* Block signals in the new thread. */
static void
dial_start(struct dial *d)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	d->has_thread = pthread_create(&d->thread, NULL, on_thread, d) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	/* Without a thread, connect in the caller's. */
	if (!d->has_thread)
		(void)dial_do(d);
}

/* Wait for the thread; false: it has not finished, and goes on alone. */
static bool
dial_wait(const struct amqp *a, struct dial *d)
{
	struct timespec ts;
	int64_t now, at;
	bool is_done;

	pthread_mutex_lock(&d->lock);
	while (!d->is_done && !atomic_load(a->is_stopped) &&
	    (now = clock_mono_us()) < a->until_us) {
		at = now + AMQP_SLICE_US;
		if (at > a->until_us)
			at = a->until_us;
		ts.tv_sec = at / CLOCK_US_PER_S;
		ts.tv_nsec = at % CLOCK_US_PER_S * 1000;
		pthread_cond_timedwait(&d->done_cond, &d->lock, &ts);
	}
	is_done = d->is_done;
	d->is_left = !is_done;
	if (d->is_left)
		pthread_detach(d->thread);
	pthread_mutex_unlock(&d->lock);
	/* Join: OpenSSL frees its data of the thread when the thread ends. */
	if (is_done && d->has_thread)
		pthread_join(d->thread, NULL);
	return is_done;
}

/* Set why to the cause; rabbitmq-c has few messages for sockets. */
static void
explain(const struct dial *d, struct err *why)
{
	if (d->status == AMQP_STATUS_SOCKET_ERROR)
		err_set(why,
		    "nothing listens at %.255s port %d, or it is out of reach",
		    d->host, d->port);
	else if (d->status == AMQP_STATUS_TIMEOUT)
		err_set(why, NO_ANSWER);
	else
		err_set(why, "%s", d->lib.error_string2(d->status));
}

int
amqp_dial(struct amqp *a, struct err *why)
{
	struct dial *d = dial_new(a);
	int rc = -1;

	if (d == NULL)
		return err_set(why, "out of memory");
	d->socket = a->conf->tls == CONF_ON ? tls_socket(a, d, why) :
					      d->lib.tcp_socket_new(d->c);
	if (d->socket == NULL) {
		if (a->conf->tls == CONF_OFF)
			err_set(why, "out of memory");
		dial_free(d);
		return -1;
	}
	dial_start(d);
	if (!dial_wait(a, d))
		return err_set(why, "%s",
		    atomic_load(a->is_stopped) ? "the tick ends" : NO_ANSWER);
	if (d->status == AMQP_STATUS_OK) {
		a->c = d->c;
		d->c = NULL;
		rc = 0;
	} else
		explain(d, why);
	dial_free(d);
	return rc;
}

/*
 * The thread that talks to one server. It sees batches and a sink, never the
 * store. Tested in tests/broker/.
 */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "ticker/broker/sender.h"
#include "lib/base/ban.h"

struct sender {
	struct sink *sink;
	int wake_fd;
	pthread_t thread;
	bool is_started;
	size_t n; /* batches given; used by the caller's thread only */
	/* Shared by both threads: */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct sender_batch *todo, **todo_end;
	struct sender_batch *done, **done_end;
	bool is_stopped;
	bool is_ended; /* the thread is ending */
};

void
sender_batch_free(struct sender_batch *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++) {
		free(b->m[i].why);
		free(b->m[i].output);
	}
	free(b->m);
	free(b->runs);
	outbox_list_fini(&b->rows);
	alert_list_fini(&b->alerts);
	free(b);
}

struct sender *
sender_new(const struct sink_opts *o, int wake_fd)
{
	struct sender *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->wake_fd = wake_fd;
	l->todo_end = &l->todo;
	l->done_end = &l->done;
	if (pthread_mutex_init(&l->lock, NULL) != 0)
		goto err0;
	if (pthread_cond_init(&l->changed, NULL) != 0)
		goto err1;
	if ((l->sink = sink_new(o)) == NULL)
		goto err2;
	return l;
err2:
	(void)pthread_cond_destroy(&l->changed);
err1:
	(void)pthread_mutex_destroy(&l->lock);
err0:
	free(l);
	return NULL;
}

/* Wait for the next batch; NULL: end. */
static struct sender_batch *
next_batch(struct sender *l)
{
	struct sender_batch *b;

	(void)pthread_mutex_lock(&l->lock);
	while (l->todo == NULL && !l->is_stopped)
		(void)pthread_cond_wait(&l->changed, &l->lock);
	b = l->is_stopped ? NULL : l->todo;
	if (b != NULL && (l->todo = b->next) == NULL)
		l->todo_end = &l->todo;
	l->is_ended = b == NULL;
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	return b;
}

static void
give_back(struct sender *l, struct sender_batch *b)
{
	(void)pthread_mutex_lock(&l->lock);
	b->next = NULL;
	*l->done_end = b;
	l->done_end = &b->next;
	/*
	 * A full pipe wakes the reader as well.  After a stop the caller polls,
	 * and may have closed the pipe.
	 */
	if (!l->is_stopped && write(l->wake_fd, "", 1) == -1)
		(void)0;
	(void)pthread_mutex_unlock(&l->lock);
}

static void *
on_thread(void *arg)
{
	struct sender *l = arg;
	struct sender_batch *b;

	while ((b = next_batch(l)) != NULL) {
		b->is_lost = sink_push(l->sink, b->m, b->n, &b->why) == -1;
		give_back(l, b);
	}
	return NULL;
}

/* Signals are handled by the main thread. */
static int
start(struct sender *l)
{
	sigset_t all, old;
	int e;

	if (l->is_started)
		return 0;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	e = pthread_create(&l->thread, NULL, on_thread, l);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	l->is_started = e == 0;
	return e == 0 ? 0 : -1;
}

int
sender_give(struct sender *l, struct sender_batch *b)
{
	if (start(l) == -1)
		return -1;
	(void)pthread_mutex_lock(&l->lock);
	b->next = NULL;
	*l->todo_end = b;
	l->todo_end = &b->next;
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	l->n++;
	return 0;
}

/* Remove the first batch of a queue that ends at *end. */
static struct sender_batch *
unlink_first(struct sender_batch **first, struct sender_batch ***end)
{
	struct sender_batch *b = *first;

	if (b != NULL && (*first = b->next) == NULL)
		*end = first;
	return b;
}

struct sender_batch *
sender_take(struct sender *l)
{
	struct sender_batch *b;

	(void)pthread_mutex_lock(&l->lock);
	b = unlink_first(&l->done, &l->done_end);
	if (b == NULL && l->is_stopped)
		b = unlink_first(&l->todo, &l->todo_end);
	(void)pthread_mutex_unlock(&l->lock);
	if (b != NULL)
		l->n--;
	return b;
}

size_t
sender_count(const struct sender *l)
{
	return l->n;
}

void
sender_stop(struct sender *l)
{
	(void)pthread_mutex_lock(&l->lock);
	l->is_stopped = true;
	(void)pthread_cond_broadcast(&l->changed);
	(void)pthread_mutex_unlock(&l->lock);
	sink_stop(l->sink);
}

/* Wait up to wait_us for the end of the thread; return whether it ended. */
static bool
await_end(struct sender *l, int64_t wait_us)
{
	int64_t at_us = clock_now_us() + wait_us;
	const struct timespec at = {
		.tv_sec = (time_t)(at_us / CLOCK_US_PER_S),
		.tv_nsec = (long)(at_us % CLOCK_US_PER_S * 1000),
	};
	bool is_ended;
	int e = 0;

	(void)pthread_mutex_lock(&l->lock);
	while (!l->is_ended && e == 0)
		e = pthread_cond_timedwait(&l->changed, &l->lock, &at);
	is_ended = l->is_ended;
	(void)pthread_mutex_unlock(&l->lock);
	return is_ended;
}

static void
free_all(struct sender_batch *b)
{
	while (b != NULL) {
		struct sender_batch *next = b->next;

		sender_batch_free(b);
		b = next;
	}
}

void
sender_free(struct sender *l, int64_t wait_us)
{
	if (l == NULL)
		return;
	sender_stop(l);
	if (l->is_started) {
		if (!await_end(l, wait_us)) {
			(void)pthread_detach(l->thread);
			return;
		}
		(void)pthread_join(l->thread, NULL);
	}
	free_all(l->todo);
	free_all(l->done);
	sink_free(l->sink);
	(void)pthread_cond_destroy(&l->changed);
	(void)pthread_mutex_destroy(&l->lock);
	free(l);
}

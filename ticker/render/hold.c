/*
 * Keys that Render does not accept (401), or not for a service (403): nothing
 * was launched, so runs wait.  They go on when the key is read anew, or when
 * one of them, sent now and then to try it, is taken.  Tested in t_deliver_key.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/list.h"
#include "lib/base/log.h"
#include "lib/store/denial.h"
#include "ticker/render/deliver_int.h"
#include "lib/base/ban.h"

/*
 * Interval between attempts with a key that was not accepted, and after an
 * attempt whose answer did not show whether it is.
 */
#define HOLD_US (60 * CLOCK_US_PER_S)
#define HOLD_AGAIN_US (5 * CLOCK_US_PER_S)

#define WAITING "waiting: "
#define WAITING_LEN (sizeof(WAITING) - 1)

struct hold {
	int key;
	char *service; /* "": any */
	unsigned version;
	int64_t until_us; /* time of the next attempt */
	bool is_tried;	  /* an attempt is under way */
	char reason[RENDER_MESSAGE_MAX + 256];
};

/* Is the hold about the service, by its key or by itself? */
static bool
hold_covers(const struct hold *h, int key, const char *service)
{
	return h->key == key &&
	    (h->service[0] == '\0' || strcmp(h->service, service) == 0);
}

/* The hold of exactly that key and service, or NULL. */
static struct hold *
hold_find(const struct deliver *d, int key, const char *service)
{
	for (size_t i = 0; i < d->nholds; i++) {
		if (d->holds[i].key == key &&
		    strcmp(d->holds[i].service, service) == 0)
			return &d->holds[i];
	}
	return NULL;
}

static void
hold_drop(struct deliver *d, struct hold *h)
{
	struct hold *last = &d->holds[--d->nholds];

	free(h->service);
	h->service = NULL;
	if (h != last)
		*h = *last;
	last->service = NULL;
}

/* Add a hold.  NULL: out of memory; the next answer will add it. */
static struct hold *
hold_new(struct deliver *d, int key, const char *service)
{
	struct hold *v, *h;
	char *copy = strdup(service);

	v = list_reserve(d->holds, d->nholds, &d->holds_cap, sizeof(*v));
	if (v != NULL)
		d->holds = v;
	if (v == NULL || copy == NULL) {
		free(copy);
		return NULL;
	}
	h = &d->holds[d->nholds++];
	*h = (struct hold){ .key = key, .service = copy };
	h->version = render_key_version(d->render, key);
	return h;
}

enum hold_state
hold_find_state(struct deliver *d, int key, const char *service, int64_t now_us,
    const char **why)
{
	enum hold_state state = HOLD_NONE;
	unsigned version = render_key_version(d->render, key);

	for (size_t i = 0; i < d->nholds;) {
		struct hold *h = &d->holds[i];

		if (h->key == key && h->version != version) {
			hold_drop(d, h);
			continue;
		}
		i++;
		if (!hold_covers(h, key, service) || state == HOLD_HELD)
			continue;
		state = h->until_us > now_us ? HOLD_HELD : HOLD_TRY;
		*why = h->reason;
	}
	return state;
}

void
hold_try(struct deliver *d, int key, const char *service, int64_t now_us)
{
	for (size_t i = 0; i < d->nholds; i++) {
		struct hold *h = &d->holds[i];

		if (!hold_covers(h, key, service))
			continue;
		h->until_us = now_us + HOLD_US;
		h->is_tried = true;
	}
}

int
deliver_key(struct deliver *d, const char *service, int64_t now_us)
{
	struct err why;
	int key = render_key(d->render, service, &why);
	struct hold *h = key < 0 ? NULL : hold_find(d, key, "");

	if (h != NULL && h->until_us > now_us &&
	    h->version == render_key_version(d->render, key))
		return -1;
	return key;
}

/*
 * The key is not accepted: hold it, and store the denial, which makes the
 * alert.
 */
static enum store_rc
hold_add(struct deliver *d, const struct request *f, const char *service,
    int64_t now_us)
{
	const char *name = d->conf->render_keys[f->key].name;
	struct hold *h = hold_find(d, f->key, service);
	enum store_rc rc;

	if (h == NULL && (h = hold_new(d, f->key, service)) == NULL)
		return STORE_FULL;
	h->version = render_key_version(d->render, f->key);
	h->until_us = now_us + HOLD_US;
	h->is_tried = false;
	(void)snprintf(h->reason, sizeof(h->reason),
	    WAITING "Render does not %s render_key \"%.64s\"%s%s: %s",
	    service[0] == '\0' ? "accept" : "permit", name,
	    service[0] == '\0' ? "" : " for ", service, f->answer->message);
	rc = store_denial_add(d->st, name, service, h->reason + WAITING_LEN,
	    now_us);
	log_event(LOG_LEVEL_WARN, "denied", "render_key", name, "service",
	    f->service, LOG_KEY_ERROR, f->answer->message, NULL);
	return rc;
}

/* The key is accepted: end the hold. */
static enum store_rc
hold_end(struct deliver *d, const struct request *f, const char *service,
    int64_t now_us)
{
	struct hold *h = hold_find(d, f->key, service);
	enum store_rc rc;

	/* Only creates update the store if no hold is known here. */
	if (h == NULL && f->kind != REQUEST_SEND)
		return STORE_OK;
	if (h != NULL)
		hold_drop(d, h);
	rc = store_denial_end(d->st, d->conf->render_keys[f->key].name, service,
	    now_us);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* No answer, or one that does not show whether the key is accepted. */
static void
hold_retry_soon(struct deliver *d, const struct request *f, int64_t now_us)
{
	for (size_t i = 0; i < d->nholds; i++) {
		struct hold *h = &d->holds[i];

		if (!h->is_tried || !hold_covers(h, f->key, f->service))
			continue;
		h->is_tried = false;
		h->until_us = now_us + HOLD_AGAIN_US;
	}
}

enum store_rc
hold_update(struct deliver *d, const struct request *f, int64_t now_us)
{
	const struct render_answer *a = f->answer;
	enum store_rc rc;

	if (a->class == RENDER_DENIED && a->status == 401)
		return hold_add(d, f, "", now_us);
	/* A 403 for a read does not show whether jobs may be created. */
	if (a->class == RENDER_DENIED && f->kind == REQUEST_SEND)
		return hold_add(d, f, f->service, now_us);
	if (a->class != RENDER_OK) {
		hold_retry_soon(d, f, now_us);
		return STORE_OK;
	}
	rc = hold_end(d, f, "", now_us);
	return rc == STORE_OK && f->kind == REQUEST_SEND ?
	    hold_end(d, f, f->service, now_us) :
	    rc;
}

/* A denial of an earlier tick: the key is tried at once, with one run. */
static void
add_denial(void *arg, const struct store_denial *n)
{
	struct deliver *d = arg;
	struct hold *h;

	for (size_t i = 0; i < d->conf->nrender_keys; i++) {
		if (strcmp(d->conf->render_keys[i].name, n->key) != 0 ||
		    (h = hold_new(d, (int)i, n->service)) == NULL)
			continue;
		(void)snprintf(h->reason, sizeof(h->reason), WAITING "%s",
		    n->reason);
	}
}

enum store_rc
hold_load(struct deliver *d)
{
	if (d->has_holds)
		return STORE_OK;
	d->has_holds = true;
	return store_denial_each(d->st, add_denial, d);
}

void
hold_free(struct deliver *d)
{
	while (d->nholds > 0)
		hold_drop(d, &d->holds[0]);
	free(d->holds);
}

/*
 * The requests under way of a tick, and how many more there may be. Tested in
 * t_deliver.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/base/list.h"
#include "ticker/render/deliver_int.h"
#include "lib/base/ban.h"

/*
 * Reads may use one part in so many of max_parallel; the rest is for creates.
 */
#define READ_PART 4

void
request_done(struct request *f)
{
	if (f->answer != &f->unsent)
		render_answer_free(f->answer);
	delivery_fini(&f->run);
	delivery_list_fini(&f->rows);
	free(f->index);
	free(f->found);
	free(f->foreign);
	free(f->follow.service);
	free(f->cursor);
	free(f->service);
	free(f);
}

struct request *
request_new(struct deliver *d, enum request_kind kind, const char *service,
    int key)
{
	struct request **v = list_reserve(d->v, d->n, &d->cap, sizeof(void *));
	struct request *f;

	if (v == NULL)
		return NULL;
	d->v = v;
	if ((f = calloc(1, sizeof(*f))) == NULL)
		return NULL;
	f->kind = kind;
	f->key = key;
	f->is_new = true;
	if ((f->service = strdup(service)) == NULL) {
		free(f);
		return NULL;
	}
	d->v[d->n++] = f;
	return f;
}

bool
request_is_open(const struct deliver *d, enum request_kind kind,
    const char *service, int64_t run)
{
	const struct request *f;

	for (size_t i = 0; i < d->n; i++) {
		f = d->v[i];
		if (f->kind == kind && f->end != REQUEST_DONE &&
		    strcmp(f->service, service) == 0 &&
		    (run == 0 || run == f->run.run))
			return true;
	}
	return false;
}

bool
deliver_is_read(const struct request *f)
{
	return f->kind != REQUEST_SEND && f->kind != REQUEST_CANCEL;
}

int64_t
deliver_room(const struct deliver *d)
{
	int64_t room = d->conf->max_parallel;

	for (size_t i = 0; i < d->n; i++)
		room -= d->v[i]->end != REQUEST_DONE;
	return room;
}

int64_t
deliver_room_to_read(const struct deliver *d)
{
	int64_t room = d->conf->max_parallel / READ_PART;

	if (room < 1)
		room = 1;
	for (size_t i = 0; i < d->n; i++)
		room -=
		    deliver_is_read(d->v[i]) && d->v[i]->end != REQUEST_DONE;
	return room < deliver_room(d) ? room : deliver_room(d);
}

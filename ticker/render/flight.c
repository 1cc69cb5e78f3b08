#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/base/list.h"
#include "ticker/render/deliver_int.h"
#include "lib/base/ban.h"

/* Reads leave the greater part of the requests to creation. */
#define READ_PART 4

void
deliver_land(struct flight *f)
{
	if (f->answer != &f->unsent)
		render_answer_free(f->answer);
	delivery_fini(&f->run);
	delivery_list_fini(&f->rows);
	free(f->sought);
	free(f->found);
	free(f->foreign);
	free(f->follow.place);
	free(f->cursor);
	free(f->place);
	free(f);
}

struct flight *
deliver_fly(struct deliver *d, enum flight_kind kind, const char *place,
    int key)
{
	struct flight **v = list_room(d->v, d->n, &d->cap, sizeof(void *));
	struct flight *f;

	if (v == NULL)
		return NULL;
	d->v = v;
	if ((f = calloc(1, sizeof(*f))) == NULL)
		return NULL;
	f->kind = kind;
	f->key = key;
	f->is_new = true;
	if ((f->place = strdup(place)) == NULL) {
		free(f);
		return NULL;
	}
	d->v[d->n++] = f;
	return f;
}

bool
deliver_is_flying(const struct deliver *d, enum flight_kind kind,
    const char *place, int64_t run)
{
	const struct flight *f;

	for (size_t i = 0; i < d->n; i++) {
		f = d->v[i];
		if (f->kind == kind && f->end != FLIGHT_OVER &&
		    strcmp(f->place, place) == 0 &&
		    (run == 0 || run == f->run.run))
			return true;
	}
	return false;
}

bool
deliver_is_read(const struct flight *f)
{
	return f->kind != FLIGHT_SEND && f->kind != FLIGHT_CANCEL;
}

int64_t
deliver_room(const struct deliver *d)
{
	int64_t room = d->conf->max_parallel;

	for (size_t i = 0; i < d->n; i++)
		room -= d->v[i]->end != FLIGHT_OVER;
	return room;
}

int64_t
deliver_room_to_read(const struct deliver *d)
{
	int64_t room = d->conf->max_parallel / READ_PART;

	if (room < 1)
		room = 1;
	for (size_t i = 0; i < d->n; i++)
		room -= deliver_is_read(d->v[i]) && d->v[i]->end != FLIGHT_OVER;
	return room < deliver_room(d) ? room : deliver_room(d);
}

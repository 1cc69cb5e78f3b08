#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/record/dead.h"
#include "lib/base/list.h"
#include "lib/base/ban.h"

static const char *const names[DEAD_PLACE__MAX] = {
	[DEAD_QUEUE] = "queue",
	[DEAD_BROKER] = "broker",
};

const char *
dead_place_name(enum dead_place p)
{
	return names[p];
}

void
dead_fini(struct dead *d)
{
	free(d->id);
	free(d->queue);
	free(d->job_id);
	free(d->reason);
	free(d->body);
	memset(d, 0, sizeof(*d));
}

void
dead_list_fini(struct dead_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		dead_fini(&l->v[i]);
	free(l->v);
	*l = (struct dead_list){ NULL, 0, 0 };
}

struct dead *
dead_list_add(struct dead_list *l)
{
	struct dead *v = list_room(l->v, l->n, &l->cap, sizeof(*v));

	if (v == NULL)
		return NULL;
	l->v = v;
	v = &l->v[l->n++];
	memset(v, 0, sizeof(*v));
	return v;
}

/*
 * A sorted set of names: the queues that are known to be at the server. Tested
 * in t_amqp_names.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/list.h"
#include "net/amqp/names.h"

#include "lib/base/ban.h"

/* The index of the name, or where to insert it. */
static size_t
find(const struct amqp_names *l, const char *name)
{
	size_t low = 0, high = l->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(l->v[mid], name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
amqp_names_have(const struct amqp_names *l, const char *name)
{
	size_t i = find(l, name);

	return i < l->n && strcmp(l->v[i], name) == 0;
}

void
amqp_names_add(struct amqp_names *l, const char *name)
{
	char **v = list_reserve(l->v, l->n, &l->cap, sizeof(*l->v));
	char *copy = strdup(name);
	size_t i;

	if (v != NULL)
		l->v = v;
	if (v == NULL || copy == NULL) {
		free(copy);
		return;
	}
	i = find(l, name);
	memmove(&v[i + 1], &v[i], (l->n - i) * sizeof(*v));
	v[i] = copy;
	l->n++;
}

void
amqp_names_forget(struct amqp_names *l, const char *name)
{
	size_t i = find(l, name);

	if (!amqp_names_have(l, name))
		return;
	free(l->v[i]);
	l->n--;
	memmove(&l->v[i], &l->v[i + 1], (l->n - i) * sizeof(*l->v));
}

void
amqp_names_fini(struct amqp_names *l)
{
	while (l->n > 0)
		free(l->v[--l->n]);
	free(l->v);
	*l = (struct amqp_names){ .v = NULL };
}

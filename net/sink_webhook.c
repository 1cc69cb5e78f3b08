#include "config.h"

#include "net/sink_int.h"

#include "lib/ban.h"

/* (to come) */
static int
push(struct sink *s, struct sink_message *v, size_t n, char *why, size_t whylen)
{
	(void)s; (void)v; (void)n; (void)why; (void)whylen;
	return 0;
}
static void
close_it(struct sink *s)
{
	(void)s;
}

const struct sink_ops sink_webhook = {
	.size = sizeof(struct sink),
	.push = push,
	.close = close_it,
};

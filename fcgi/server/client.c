/* The way to a client, whichever server it leads through: calls of its ops. */
#include "config.h"

#include "fcgi/server/client.h"

#include "lib/base/ban.h"

enum client_read
client_read(const struct client *c, char *p, size_t *n, int64_t wait_us)
{
	return c->ops->read(c->self, p, n, wait_us);
}

bool
client_wait(const struct client *c, int64_t us)
{
	return c->ops->wait(c->self, us);
}

int
client_write(const struct client *c, const char *p, size_t n)
{
	return c->ops->write(c->self, p, n);
}

bool
client_is_there(struct client *c)
{
	return client_wait(c, 0) && !peer_is_gone(&c->peer);
}

/* The set of names of queues (net/amqp/names.h). */
#include "config.h"

#include <stdio.h>

#include "net/amqp/names.h"

#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define MANY 100

/* Each name before those that are known: the table moves while it is full. */
int
main(void)
{
	struct amqp_names l = { .v = NULL };
	char name[8];
	int n = 0;

	ok(!amqp_names_have(&l, "q"), "none is known");
	for (int i = MANY; i > 0; i--) {
		(void)snprintf(name, sizeof(name), "q%03d", i);
		amqp_names_add(&l, name);
	}
	for (int i = 1; i <= MANY; i++) {
		(void)snprintf(name, sizeof(name), "q%03d", i);
		n += amqp_names_have(&l, name);
	}
	is_int(n, MANY, "all are known");
	amqp_names_forget(&l, "q050");
	amqp_names_forget(&l, "nobody");
	ok(!amqp_names_have(&l, "q050") && amqp_names_have(&l, "q051"),
	    "but the one that is forgotten");
	amqp_names_fini(&l);
	ok(!amqp_names_have(&l, "q001"), "and then none");
	return tap_done();
}

/* The other end of a connection, in tables as Linux writes them. */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/server/peer.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define HEAD \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n"
#define REST " 00000000:00000000 00:00000000 00000000     0        0 1 1\n"

static const struct {
	const char *what, *address, *port, *table;
	bool is_v6;
	enum peer_state state;
} cases[] = {
	{ "there", "192.0.2.1", "8080",
	    HEAD "   0: 0100007F:1F90 010200C0:1F90 01" REST, false,
	    PEER_THERE },
	{ "has closed", "192.0.2.1", "8080",
	    HEAD "   0: 0100007F:1F90 010200C0:1F90 08" REST, false,
	    PEER_CLOSED },
	{ "one of two is open", "192.0.2.1", "8080",
	    HEAD "   0: 0100007F:1F90 010200C0:1F90 08" REST
		 "  12: 0100007F:1F91 010200C0:1F90 01" REST,
	    false, PEER_THERE },
	{ "another port", "192.0.2.1", "8081",
	    HEAD "   0: 0100007F:1F90 010200C0:1F90 01" REST, false,
	    PEER_UNKNOWN },
	{ "our end is not theirs", "127.0.0.1", "8080",
	    HEAD "   0: 0100007F:1F90 010200C0:1F91 01" REST, false,
	    PEER_UNKNOWN },
	{ "another state", "192.0.2.1", "8080",
	    HEAD "   0: 0100007F:1F90 010200C0:1F90 06" REST, false,
	    PEER_UNKNOWN },
	{ "an empty table", "192.0.2.1", "8080", HEAD, false, PEER_UNKNOWN },
	{ "nonsense", "192.0.2.1", "8080", "x\n\n:::\n 0: 1 2\n", false,
	    PEER_UNKNOWN },
	{ "IPv6", "2001:db8::1", "443",
	    HEAD "   0: 00000000000000000000000001000000:1F90 "
		 "B80D0120000000000000000001000000:01BB 08" REST,
	    true, PEER_CLOSED },
	{ "IPv4 of a server on [::]", "192.0.2.1", "443",
	    HEAD "   0: 00000000000000000000000001000000:1F90 "
		 "0000000000000000FFFF0000010200C0:01BB 01" REST,
	    true, PEER_THERE },
};

static void
test_tables(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *f = fmemopen((void *)cases[i].table,
		    strlen(cases[i].table), "r");
		struct peer p;

		peer_init(&p, cases[i].address, cases[i].port);
		ok(f != NULL &&
			peer_find(&p, f, cases[i].is_v6) == cases[i].state,
		    "%s", cases[i].what);
		if (f != NULL)
			(void)fclose(f);
	}
}

static void
test_unknown(void)
{
	static const char *const bad[][2] = { { NULL, "80" },
		{ "192.0.2.1", NULL }, { "192.0.2.1", "0" },
		{ "192.0.2.1", "65536" }, { "localhost", "80" }, { "", "" } };
	struct peer p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		peer_init(&p, bad[i][0], bad[i][1]);
		ok(!peer_is_gone(&p), "nothing is known of bad peer %zu", i);
	}
}

/* A real one: open, closed by the client, closed by both. */
static void
test_real(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int l = socket(AF_INET, SOCK_STREAM, 0), c, s;
	socklen_t len = sizeof(sa);
	char port[8];
	struct peer p;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(l, (struct sockaddr *)&sa, len) != 0 || listen(l, 1) != 0 ||
	    getsockname(l, (struct sockaddr *)&sa, &len) != 0)
		return;
	c = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(c, (struct sockaddr *)&sa, len) != 0 ||
	    (s = accept(l, (struct sockaddr *)&sa, &len)) < 0)
		return;
	(void)snprintf(port, sizeof(port), "%d", ntohs(sa.sin_port));
	peer_init(&p, "127.0.0.1", port);
	ok(!peer_is_gone(&p), "a client that waits");
	(void)close(c);
	ok(peer_is_gone(&p), "one that has gone");
	(void)close(s);
	ok(peer_is_gone(&p), "and whose connection has, too");
	(void)close(l);
}

int
main(void)
{
	test_tables();
	test_unknown();
	test_real();
	return tap_done();
}

/* Reads the system's table of TCP connections; see peer.h.  The table has
 * addresses as words of the machine in hex, and states as <net/tcp_states.h>
 * of Linux numbers them. */
#include "config.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"

#include "fcgi/server/peer.h"

#include "lib/base/ban.h"

#define LINE_LEN 512
#define V4_OFFSET 12 /* bytes before the IPv4 address in a mapped one */

enum tcp_state { TCP_STATE_ESTABLISHED = 1, TCP_STATE_CLOSE_WAIT = 8 };

static int
parse_address(const char *text, uint8_t out[16])
{
	if (inet_pton(AF_INET6, text, out) == 1)
		return 0;
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	return inet_pton(AF_INET, text, out + V4_OFFSET) == 1 ? 0 : -1;
}

/* Return whether text is p: "0100007F:1F90", four words for IPv6. */
static bool
is_peer(const struct peer *p, const char *text, bool is_v6)
{
	size_t at = is_v6 ? 0 : V4_OFFSET;
	char hex[9] = "";
	uint32_t want;

	for (; at < sizeof(p->address); at += 4, text += 8) {
		if (strspn(text, "0123456789ABCDEF") < 8)
			return false;
		memcpy(hex, text, 8);
		memcpy(&want, p->address + at, sizeof(want));
		if (strtoul(hex, NULL, 16) != want)
			return false;
	}
	return *text == ':' && strtoul(text + 1, NULL, 16) == p->port;
}

/* The word after the one that s points into. */
static const char *
next_word(const char *s)
{
	s += strcspn(s, " ");
	return s + strspn(s, " ");
}

enum peer_state
peer_find(const struct peer *p, FILE *table, bool is_v6)
{
	enum peer_state found = PEER_UNKNOWN;
	char line[LINE_LEN];

	while (fgets(line, sizeof(line), table) != NULL) {
		/* Number, local address, remote address, state. */
		const char *s = next_word(next_word(line + strspn(line, " ")));

		if (!is_peer(p, s, is_v6))
			continue;
		switch (strtoul(next_word(s), NULL, 16)) {
		case TCP_STATE_ESTABLISHED:
			return PEER_THERE;
		case TCP_STATE_CLOSE_WAIT:
			found = PEER_CLOSED;
			break;
		default:
			break;
		}
	}
	return found;
}

/* IPv4 peers of a socket bound to [::] are in the table of IPv6. */
static enum peer_state
find_state(const struct peer *p)
{
	static const uint8_t mapped[V4_OFFSET] = { [10] = 0xff, [11] = 0xff };
	static const char *const names[] = { "/proc/net/tcp",
		"/proc/net/tcp6" };
	bool is_v4 = memcmp(p->address, mapped, sizeof(mapped)) == 0;
	enum peer_state found = PEER_UNKNOWN;

	for (int i = is_v4 ? 0 : 1; i < 2 && found != PEER_THERE; i++) {
		FILE *f = fopen(names[i], "re");
		enum peer_state s;

		if (f == NULL)
			continue;
		if ((s = peer_find(p, f, i == 1)) != PEER_UNKNOWN)
			found = s;
		(void)fclose(f);
	}
	return found;
}

void
peer_init(struct peer *p, const char *address, const char *port)
{
	int64_t n;

	memset(p, 0, sizeof(*p));
	if (address == NULL || port == NULL ||
	    num_parse(port, 1, UINT16_MAX, &n) != 0 ||
	    parse_address(address, p->address) != 0)
		return;
	p->port = (uint16_t)n;
}

bool
peer_is_gone(struct peer *p)
{
	if (p->port == 0)
		return false;
	switch (find_state(p)) {
	case PEER_THERE:
		p->is_seen = true;
		return false;
	case PEER_CLOSED:
		return true;
	case PEER_UNKNOWN:
		break;
	}
	return p->is_seen;
}

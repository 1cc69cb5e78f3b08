/*
 * minutehand doctor: can the web server be reached from other hosts while
 * "anonymous = loopback" is set?  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <strings.h>

#include "ctl/doctor/doctor.h"
#include "ctl/probe/probe.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

#define ADDRESSES_MAX 8 /* addresses of this host tried */

/* Find the host in url and its length, with brackets. */
static size_t
host_of(const char *url, const char **host)
{
	const char *s = strstr(url, "://");

	*host = s == NULL ? url : s + 3;
	return **host == '[' ? strcspn(*host, "]") + 1 : strcspn(*host, ":/");
}

static bool
is_loopback(const char *host, size_t n)
{
	return (n == 9 && strncasecmp(host, "localhost", n) == 0) ||
	    (n >= 4 && strncmp(host, "127.", 4) == 0) ||
	    (n == 5 && strncmp(host, "[::1]", n) == 0);
}

/* Report a failure if a web server answers at base. */
static bool
answers(const struct doctor *d, const char *base, struct finding *f)
{
	const struct probe_request r = { .base = base,
		.path = "/healthz",
		.ca_file = d->ca_file };
	struct probe_answer a;
	bool is_there = probe_ask(&r, &a) == 0 && a.status != 0;

	probe_fini(&a);
	if (!is_there)
		return false;
	doctor_report(f, DOCTOR_FAIL,
	    "anonymous = loopback, and the web server answers at %s", base);
	doctor_advise(f,
	    "set anonymous = off and use tokens: otherwise a proxy that "
	    "hides its clients gives all of them access");
	return true;
}

/* The same URL with the host replaced by an address of this host. */
static bool
answers_at(const struct doctor *d, const struct ifaddrs *i, struct finding *f)
{
	char address[NI_MAXHOST];
	struct buf base = BUF_INIT;
	bool is_there;
	const char *host;
	size_t n = host_of(d->url, &host);
	bool is_v6 = i->ifa_addr->sa_family == AF_INET6;
	socklen_t len =
	    is_v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

	if (getnameinfo(i->ifa_addr, len, address, sizeof(address), NULL, 0,
		NI_NUMERICHOST) != 0 ||
	    strchr(address, '%') != NULL)
		return false;
	buf_printf(&base, "%.*s%s%s%s%s", (int)(host - d->url), d->url,
	    is_v6 ? "[" : "", address, is_v6 ? "]" : "", host + n);
	is_there = !base.is_failed && answers(d, buf_cstr(&base), f);
	buf_fini(&base);
	return is_there;
}

static void
lookup_elsewhere(const struct doctor *d, struct finding *f)
{
	struct ifaddrs *all = NULL;
	int naddresses = 0;
	bool is_there = false;

	(void)getifaddrs(&all);
	for (struct ifaddrs *i = all; i != NULL && !is_there; i = i->ifa_next) {
		if (i->ifa_addr == NULL || (i->ifa_flags & IFF_LOOPBACK) != 0 ||
		    (i->ifa_addr->sa_family != AF_INET &&
			i->ifa_addr->sa_family != AF_INET6) ||
		    naddresses++ == ADDRESSES_MAX)
			continue;
		is_there = answers_at(d, i, f);
	}
	freeifaddrs(all);
}

void
doctor_anonymous(struct doctor *d, struct finding *f)
{
	const char *host;
	size_t n;

	if (d->ctl->conf->anonymous != CONF_ANONYMOUS_LOOPBACK) {
		doctor_report(f, DOCTOR_OK, "a token is required");
		return;
	}
	if (d->url == NULL) {
		doctor_report(f, DOCTOR_WARN,
		    "programs of this host need no token; not known whether "
		    "the web server answers at other addresses");
		doctor_advise(f, "give --url, or set anonymous = off");
		return;
	}
	doctor_report(f, DOCTOR_OK, "programs of this host need no token");
	n = host_of(d->url, &host);
	if (is_loopback(host, n))
		lookup_elsewhere(d, f);
	else
		(void)answers(d, d->url, f);
}

/* rabbitmq-c, loaded when needed. */
#include "config.h"

#include "net/amqp/lib.h"
#include "net/dl.h"

#include "lib/base/ban.h"

#define MEMBER(name) \
	{ \
		"amqp_" #name, offsetof(struct amqp_lib, name) \
	}

static const struct dl_member members[] = {
	MEMBER(new_connection),
	MEMBER(destroy_connection),
	MEMBER(tcp_socket_new),
	MEMBER(socket_open_noblock),
	MEMBER(get_sockfd),
	MEMBER(tune_connection),
	MEMBER(send_header),
	MEMBER(send_method),
	MEMBER(basic_publish),
	MEMBER(simple_wait_frame_noblock),
	MEMBER(maybe_release_buffers),
	MEMBER(error_string2),
};
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

_Static_assert(sizeof(struct amqp_lib) == NMEMBERS * sizeof(void (*)(void)),
    "each member is in the table");

#define TLS_MEMBER(function, name) \
	{ \
		function, offsetof(struct amqp_tls_lib, name) \
	}

/* dlsym(3) searches the dependencies of a library, too. */
static const struct dl_member tls_members[] = {
	TLS_MEMBER("amqp_ssl_socket_new", socket_new),
	TLS_MEMBER("amqp_ssl_socket_get_context", get_context),
	TLS_MEMBER("amqp_ssl_socket_set_cacert", set_cacert),
	TLS_MEMBER("amqp_ssl_socket_set_verify_peer", set_verify_peer),
	TLS_MEMBER("amqp_ssl_socket_set_verify_hostname", set_verify_hostname),
	TLS_MEMBER("SSL_CTX_set_default_verify_paths",
	    set_default_verify_paths),
};
#define NTLS_MEMBERS (sizeof(tls_members) / sizeof(tls_members[0]))

_Static_assert(sizeof(struct amqp_tls_lib) ==
	NTLS_MEMBERS * sizeof(void (*)(void)),
    "each member is in the table");

int
amqp_lib_open(struct amqp_lib *l, struct err *why)
{
	static const struct dl_table table = { LIBRABBITMQ_SONAME, "rabbitmq-c",
		members, NMEMBERS, false };

	return dl_open(&table, l, why);
}

int
amqp_tls_lib_open(struct amqp_tls_lib *l, struct err *why)
{
	static const struct dl_table table = { LIBRABBITMQ_SONAME,
		"the TLS of rabbitmq-c", tls_members, NTLS_MEMBERS, false };

	return dl_open(&table, l, why);
}

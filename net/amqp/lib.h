#ifndef NET_AMQP_LIB_H
#define NET_AMQP_LIB_H

#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

struct err;

/*
 * Private to net/amqp* and net/sink_rabbitmq: rabbitmq-c, loaded when needed.
 * Its data (amqp_empty_bytes, …) is not used: zeros do.
 */
struct amqp_lib {
	__typeof__(amqp_new_connection) *new_connection;
	__typeof__(amqp_destroy_connection) *destroy_connection;
	__typeof__(amqp_tcp_socket_new) *tcp_socket_new;
	__typeof__(amqp_socket_open_noblock) *socket_open_noblock;
	__typeof__(amqp_get_sockfd) *get_sockfd;
	__typeof__(amqp_tune_connection) *tune_connection;
	__typeof__(amqp_send_header) *send_header;
	__typeof__(amqp_send_method) *send_method;
	__typeof__(amqp_basic_publish) *basic_publish;
	__typeof__(amqp_simple_wait_frame_noblock) *simple_wait_frame_noblock;
	__typeof__(amqp_maybe_release_buffers) *maybe_release_buffers;
	__typeof__(amqp_error_string2) *error_string2;
};

/* What TLS needs besides. */
struct amqp_tls_lib {
	__typeof__(amqp_ssl_socket_new) *socket_new;
	__typeof__(amqp_ssl_socket_get_context) *get_context;
	__typeof__(amqp_ssl_socket_set_cacert) *set_cacert;
	__typeof__(amqp_ssl_socket_set_verify_peer) *set_verify_peer;
	__typeof__(amqp_ssl_socket_set_verify_hostname) *set_verify_hostname;
	/* OpenSSL's own: rabbitmq-c 0.11 has no name for it. */
	int (*set_default_verify_paths)(void *context);
};

/* Load them; 0, or -1 with one line in why. */
int amqp_lib_open(struct amqp_lib *l, struct err *why);
int amqp_tls_lib_open(struct amqp_tls_lib *l, struct err *why);

#endif

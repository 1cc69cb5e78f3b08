#ifndef NET_HTTP_SMTP_H
#define NET_HTTP_SMTP_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct secret;

/* Mail by libcurl, which also sends HTTP. */

/* One mail; strings are borrowed for the call. */
struct smtp_mail {
	const char *server;  /* smtp://host[:port] or smtps://… */
	const char *ca_file; /* certificates to trust, or "": the system's */
	const char *user;    /* "": no log-in */
	const struct secret *password; /* or NULL */
	const char *from;	       /* of the envelope */
	char *const *to;	       /* n recipients */
	size_t n;
	const char *text; /* lines end with \n */
	int64_t total_us; /* maximum duration */
	const atomic_bool *is_stopped;
};

/*
 * Send a mail, and wait for it.  smtps is TLS from the start; smtp has to
 * become TLS (STARTTLS), except at a loopback address: there it does if the
 * server offers it and there is a user.  Certificates are verified.
 * SMTP_DONE: the server has taken it, for all recipients; with one line in
 * why, the status.  SMTP_REFUSED: it has answered otherwise.  SMTP_LOST: no
 * connection, or not as it must be.
 */
enum smtp_end { SMTP_DONE, SMTP_REFUSED, SMTP_LOST };
enum smtp_end smtp_send(const struct smtp_mail *m, struct err *why);

#endif

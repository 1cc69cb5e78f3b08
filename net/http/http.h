#ifndef NET_HTTP_HTTP_H
#define NET_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct secret;

/*
 * The HTTP client of all programs: one curl multi handle, whose connections are
 * reused.  Certificates are verified, redirects are not followed, plain http is
 * allowed to loopback addresses only.  libcurl is loaded by http_new, so that a
 * tick without requests does not load it.
 */
struct http;

enum http_method { HTTP_GET, HTTP_POST };

/* Members that are 0 or NULL have the default in brackets. */
struct http_opts {
	const char *ca_file; /* certificates to trust [the system's] */
	int64_t connect_us;  /* longest wait for a connection [10 s] */
	int64_t total_us;    /* of a request with its answer [30 s] */
	size_t max_parallel; /* requests under way at once [32] */
	size_t max_body;     /* bytes of an answer [1 MiB] */
	bool drops_rest;     /* a longer answer is cut, not an error */
	bool allows_plain;   /* http:// to any host: without a key */
};

/* Strings are copied by http_start, except for the secret. */
struct http_request {
	enum http_method method;
	const char *verb;	     /* instead of the method's name, or NULL */
	const char *url;	     /* https://…, or http:// to loopback */
	const char *const *headers;  /* "Name: value", then NULL; may be NULL */
	const struct secret *bearer; /* Authorization: Bearer …, or NULL */
	const char *body;	     /* of a POST, len bytes; may be NULL */
	size_t len;
	void *cookie; /* copied to the result */
};

/* The end of a request. */
enum http_end {
	HTTP_ANSWERED,	/* a complete answer, of any status */
	HTTP_NOT_SENT,	/* nothing was sent: address, refusal, TLS */
	HTTP_MAYBE_SENT /* it may have arrived; no complete answer */
};

/* Why there is no answer. */
enum http_trouble {
	HTTP_TROUBLE_NONE,
	HTTP_TROUBLE_NAME,	 /* the host's name has no address */
	HTTP_TROUBLE_CONNECTION, /* no connection: refused, unreachable */
	HTTP_TROUBLE_TIME,	 /* timeout */
	HTTP_TROUBLE_TLS,  /* no TLS, or a certificate that is not trusted */
	HTTP_TROUBLE_OTHER /* not HTTP, truncated, too long */
};

/* A request that has ended. */
struct http_result {
	void *cookie;
	enum http_end end;
	enum http_trouble trouble;
	int status;	     /* also of a truncated answer; 0: no answer */
	const char *headers; /* lines "Name: value\r\n" as received */
	char *body;	     /* len bytes and a NUL; as far as received */
	size_t len;
	int64_t took_us;
	char error[256]; /* why there is no answer, one line; else "" */
};

/*
 * Create a client; one per process, when the first request is to be sent.
 * Strings of o are copied.  NULL with one line in why.
 */
struct http *http_new(const struct http_opts *o, struct err *why);

/*
 * Start a request; it is sent by http_wait, at most once: a POST with a body is
 * not repeated, even if a kept connection turns out to be dead.  r->bearer is
 * borrowed for the call.  0: http_result will return its result.  -1 with one
 * line in why: nothing was sent and no result follows (no memory, max_parallel
 * requests under way, or an address that is not allowed).
 */
int http_start(struct http *h, const struct http_request *r, struct err *why);

/*
 * Return the number of requests under way, including those whose result was not
 * fetched.
 */
size_t http_count(const struct http *h);

/*
 * Send and receive until a request has ended or clock_mono_us() is until_us.
 * May return earlier, and returns when a signal arrives; at once if nothing is
 * under way.  To obey signals, call it for 200 ms at a time.
 */
void http_wait(struct http *h, int64_t until_us);

/* Make http_wait return when fd, too, is readable; -1: no such fd. */
void http_watch(struct http *h, int fd);

/* Return the next request that has ended, for http_result_free; NULL: none. */
struct http_result *http_result(struct http *h);

/* Free a result.  NULL does nothing. */
void http_result_free(struct http_result *r);

/* Abort the requests under way and free h.  NULL does nothing. */
void http_free(struct http *h);

#endif

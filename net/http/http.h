#ifndef NET_HTTP_HTTP_H
#define NET_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct secret;

/*
 * All HTTP that a program sends: one curl multi handle, whose connections are
 * reused, behind a few functions.  Certificates are verified, redirects are
 * not followed, plain http goes to loopback addresses alone.  libcurl is
 * loaded by http_new: a tick that has nothing to send goes without it.
 */
struct http;

enum http_method { HTTP_GET, HTTP_POST };

/* Members that are 0 or NULL have the default in brackets. */
struct http_opts {
	const char *ca_file; /* certificates to trust [the system's] */
	int64_t connect_us;  /* longest wait for a connection [10 s] */
	int64_t total_us;    /* of a whole request, and its answer [30 s] */
	size_t max_parallel; /* requests under way at once [32] */
	size_t max_body;     /* bytes of an answer [1 MiB] */
	bool drops_rest;     /* what is longer is cut, instead of an error */
	bool allows_plain;   /* http:// to any host: for what bears no key */
};

/* Strings are copied by http_start, but for the secret. */
struct http_request {
	enum http_method method;
	const char *verb;	     /* instead of the method's name, or NULL */
	const char *url;	     /* https://…, or http:// to loopback */
	const char *const *headers;  /* "Name: value", then NULL; may be NULL */
	const struct secret *bearer; /* Authorization: Bearer …, or NULL */
	const char *body;	     /* of a POST, len bytes; may be NULL */
	size_t len;
	void *cookie; /* given back with the result */
};

/* What came of a request. */
enum http_end {
	HTTP_ANSWERED,	/* a whole answer is there, whatever its status */
	HTTP_NOT_SENT,	/* nothing of the request left: address, refusal, TLS */
	HTTP_MAYBE_SENT /* it may have arrived; no whole answer came back */
};

/* Why there is no answer. */
enum http_trouble {
	HTTP_TROUBLE_NONE,
	HTTP_TROUBLE_NAME,	 /* the host's name has no address */
	HTTP_TROUBLE_CONNECTION, /* no connection: refused, unreachable */
	HTTP_TROUBLE_TIME,	 /* not within the time there was */
	HTTP_TROUBLE_TLS,  /* no TLS, or a certificate that is not trusted */
	HTTP_TROUBLE_OTHER /* no HTTP, cut short, too long */
};

/* One request that ended. */
struct http_result {
	void *cookie;
	enum http_end end;
	enum http_trouble trouble;
	int status;	     /* also of an answer cut short; 0: none began */
	const char *headers; /* lines "Name: value\r\n" as they came */
	char *body;	     /* len bytes, and a NUL; what came of it */
	size_t len;
	int64_t took_us;
	char error[256]; /* why it was not answered, one line; else "" */
};

/*
 * A place for requests; one for each program, made when the first is to be
 * sent.  Strings of o are copied.  NULL with one line in why.
 */
struct http *http_new(const struct http_opts *o, struct err *why);

/*
 * Begin a request; nothing is sent before http_wait.  It is sent at most once:
 * a POST with a body is never repeated behind the caller's back, even when a
 * connection that was kept open turns out to be dead.  r->bearer is borrowed
 * for the call.  0, and a result will come; -1 with one line in why: nothing
 * was sent, no result will come (no memory, max_parallel are under way, or an
 * address that is not allowed).
 */
int http_start(struct http *h, const struct http_request *r, struct err *why);

/* How many requests are under way, those with a result to fetch included. */
size_t http_count(const struct http *h);

/*
 * Work on the requests until one has ended or until_us by clock_mono_us.
 * Returns early for no reason too, and when a signal arrives; at once when
 * none is under way.  Who must obey signals waits 200 ms at a time.
 */
void http_wait(struct http *h, int64_t until_us);

/* Let http_wait return early when fd is readable, too; -1: none. */
void http_watch(struct http *h, int fd);

/* The next request that has ended, for http_result_free; NULL: none has. */
struct http_result *http_result(struct http *h);

/* Free what http_result gave; NULL is fine. */
void http_result_free(struct http_result *r);

/* End everything, requests under way without a result; NULL is fine. */
void http_free(struct http *h);

#endif

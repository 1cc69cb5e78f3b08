#ifndef NET_ALERT_FORM_H
#define NET_ALERT_FORM_H

#include <stdbool.h>

#include "lib/base/buf.h"

struct conf_alert;
struct alert_news;

/* Alerts as chat and push services want them. */

#define FORM_HEADERS_MAX 4

/* A POST.  Members are made by form_post and freed by form_post_fini. */
struct form_post {
	struct buf url;
	struct buf headers[FORM_HEADERS_MAX]; /* empty: none */
	struct buf body;
	bool is_bearer; /* the token goes into Authorization */
};

/*
 * Make the POST of an alert into the zeroed *out, by the form of the section
 * to; url is its address ("": the service's usual one), token what its file
 * says, or NULL.  0, or -1: out of memory.
 */
struct form_way {
	const struct conf_alert *to;
	const char *url;
	const char *token;
};
int form_post(const struct form_way *w, const struct alert_news *n,
    struct form_post *out);
void form_post_fini(struct form_post *p);

/*
 * Did a service that answered with a status of 200 to 299 refuse it
 * nevertheless, by this text?
 */
bool form_is_refused(const struct conf_alert *to, const char *answer);

/*
 * Append text as the value of a header: as it is if it is printable ASCII, else
 * as words of RFC 2047 with separator between them; the name of the header
 * takes column bytes of the first line.
 */
void form_header(const char *text, const char *separator, size_t column,
    struct buf *out);

#endif

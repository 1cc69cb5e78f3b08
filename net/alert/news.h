#ifndef NET_ALERT_NEWS_H
#define NET_ALERT_NEWS_H

#include "lib/record/alert_text.h"

struct conf;
struct err;
struct json_object;
struct sink_message;

#define NEWS_SUMS_MAX 100 /* sums of a digest */

/* An alert as it is sent to a webhook, read back. */
struct news {
	struct alert_news of; /* borrowed from root and from the message */
	struct json_object *root;
	struct alert_sum sums[NEWS_SUMS_MAX];
	char kind[32];
};

/*
 * Read the JSON of m, in the language of c.  0, or -1 with one line in why.
 * End with news_fini either way.
 */
int news_read(const struct sink_message *m, const struct conf *c,
    struct news *out, struct err *why);
void news_fini(struct news *n);

#endif

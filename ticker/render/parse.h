#ifndef TICKER_RENDER_PARSE_H
#define TICKER_RENDER_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "ticker/render/api.h"

/*
 * Private to ticker/render/: parses answers of Render, which are not trusted.
 * Unknown members of a reason are kept as text.
 */

/*
 * Parse the body of a 2xx answer into a, whose op is set: one job, or a page
 * of jobs or events.  0, or -1 with the reason in a->message.  What is
 * allocated is freed by render_answer_free after either.
 */
int render_parse(struct render_answer *a, const char *body, size_t len);

/*
 * Set a->message from the body of an answer with an error status: its member
 * "message" if it is JSON, else its first 300 bytes, as one line of UTF-8
 * without control characters; "" if it is empty.
 */
void render_parse_error(struct render_answer *a, const char *body, size_t len);

/*
 * Return a time of RFC 3339, with Z or an offset and any number of decimals
 * (those after the 6th are dropped), in microseconds since the epoch;
 * RENDER_NO_TIME if text is anything else, or NULL.
 */
int64_t render_time(const char *text);

#endif

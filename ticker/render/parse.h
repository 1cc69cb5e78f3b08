#ifndef TICKER_RENDER_PARSE_H
#define TICKER_RENDER_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "ticker/render/api.h"

/*
 * Private to ticker/render*: from the bytes of an answer to a struct
 * render_answer.  No input may hurt; what is not understood is said.
 */

/*
 * Read the body of a 2xx answer into a, whose op is set: one job, or a page
 * of jobs or events.  0, or -1 with a->message saying what is wrong.
 */
int render_parse(struct render_answer *a, const char *body, size_t len);

/*
 * Put what an answer with an error status says of itself into a->message:
 * its "message" if it is JSON, else the beginning of its text, as one line of
 * UTF-8 without control characters; "" if there is nothing.
 */
void render_parse_error(struct render_answer *a, const char *body, size_t len);

/*
 * An instant of RFC 3339 with 0 to 9 decimals (cut to 6) and Z or an offset;
 * RENDER_NO_TIME for anything else.
 */
int64_t render_time(const char *text);

#endif

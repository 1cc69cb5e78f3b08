#ifndef LIB_JOB_RENDER_WARN_H
#define LIB_JOB_RENDER_WARN_H

#include <stdbool.h>

#include "lib/trigger/warn.h"

struct conf;
struct render_target;

/*
 * Is there a key for the service, as far as can be determined without reading
 * it?  false if no section applies, or the section's file is missing or other
 * users may read it.
 */
bool render_has_key(const struct conf *c, const char *service);

/*
 * Add to ws what may surprise about a valid target, each code once: an unknown
 * plan, a service without a key.
 */
void render_warns(const struct conf *conf, const struct render_target *t,
    struct warns *ws);

#endif

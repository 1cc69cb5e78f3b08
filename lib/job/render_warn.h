#ifndef LIB_JOB_RENDER_WARN_H
#define LIB_JOB_RENDER_WARN_H

#include <stdbool.h>

#include "lib/trigger/warn.h"

struct conf;
struct render_target;

/*
 * Is there a key for the service, as far as can be told without reading it?
 * false: no section is for it, or the file of the one that is is not there,
 * or may be read by others.
 */
bool render_has_key(const struct conf *c, const char *service);

/*
 * Add to ws what may surprise about a target that is right in form: a plan
 * that is not known here, a service without a key; each once.
 */
void render_warns(const struct conf *conf, const struct render_target *t,
    struct warns *ws);

/* Add to ws that a job of messages has a max_runtime. */
void render_warn_runtime(struct warns *ws);

#endif

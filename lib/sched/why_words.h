#ifndef LIB_SCHED_WHY_WORDS_H
#define LIB_SCHED_WHY_WORDS_H

#include "lib/trigger/describe.h"

struct buf;
struct why;

/* Append the answer as one sentence, times in the job's zone. */
void why_describe(const struct why *w, enum describe_lang lang,
    struct buf *out);

/* Append the facts as a JSON object; times in UTC. */
void why_facts(const struct why *w, struct buf *out);

#endif

#ifndef LIB_TRIGGER_DESCRIBE_H
#define LIB_TRIGGER_DESCRIBE_H

#include <stdint.h>

struct buf;
struct trigger;

enum describe_lang { DESCRIBE_EN, DESCRIBE_ZH, DESCRIBE__MAX };

/* "en", "zh". */
const char *describe_lang_name(enum describe_lang lang);

/*
 * Append a sentence that says when t fires: "at 03:00, Monday to Friday, in
 * America/New_York", "every 10 seconds".  It is exact for every trigger, and
 * natural for common ones.  No full stop.
 */
void trigger_describe(const struct trigger *t, enum describe_lang lang,
    struct buf *out);

/* Append a wall second (lib/time/civil.h): "2030-12-03 15:00:00". */
void describe_wall(int64_t wall_s, struct buf *out);

/* Append a duration in microseconds: "1 hour 30 minutes", "1小时30分钟". */
void describe_length(int64_t us, enum describe_lang lang, struct buf *out);

#endif

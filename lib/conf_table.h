#ifndef LIB_CONF_TABLE_H
#define LIB_CONF_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* Private to lib/conf*: what there is to configure, as data. */

enum conf_type {
	CONF_ZONE,     /* char *, a zone's name or "" */
	CONF_PATH,     /* char *, relative to the file's folder */
	CONF_INT,      /* int64_t, min to max */
	CONF_DURATION, /* int64_t microseconds, min to max */
	CONF_CHOICE,   /* an enum, one of words */
	CONF_NAMES     /* list of parameter names */
};

struct conf_word {
	const char *name; /* NULL ends a list */
	int value;
};

/* One option.  The example and every complaint are made from it. */
struct conf_option {
	const char *name;
	enum conf_type type;
	size_t offset;	      /* in struct conf or struct conf_queue */
	const char *fallback; /* text read when it is not given, or NULL */
	const char *shown;    /* in the example instead of fallback, or NULL */
	const char *help;     /* lines parted by \n */
	int64_t min, max;
	const char *special; /* word taken besides a number, or NULL */
	int64_t special_value;
	const struct conf_word *words;
};

/* Options at the top of the file, and of a queue section; name NULL ends. */
extern const struct conf_option conf_options[];
extern const struct conf_option conf_queue_options[];

/* Append what option o takes: "auto, or a duration from 0s to 1h". */
void conf_option_range(const struct conf_option *o, struct buf *b);

/*
 * Read text as a value of option o into the member at base + o->offset; a
 * string there is freed first.  0, or -1 with a reason in why.  CONF_NAMES
 * is only checked, not stored.
 */
int conf_option_set(const struct conf_option *o, const char *text, void *base,
    char *why, size_t whylen);

#endif

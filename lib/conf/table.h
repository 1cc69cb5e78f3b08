#ifndef LIB_CONF_TABLE_H
#define LIB_CONF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/trust.h"

struct buf;
struct conf;
struct conf_list;

/* Private to lib/conf*: what there is to configure, as data. */

enum conf_type {
	CONF_TEXT,     /* char *, min to max bytes of one line */
	CONF_ZONE,     /* char *, a zone's name or "" */
	CONF_ENV,      /* char *, an environment variable's name or "" */
	CONF_URL,      /* char *, as url_check allows */
	CONF_PATH,     /* char *, relative to the file's folder */
	CONF_INT,      /* int64_t, min to max */
	CONF_DURATION, /* int64_t microseconds, min to max */
	CONF_CHOICE,   /* an enum, one of words */
	CONF_SET,      /* an int, values of words added up */
	CONF_LIST      /* struct conf_list of words */
};

struct conf_choice {
	const char *name; /* NULL ends a list */
	int value;
	const char *missing; /* the package it was built without, or NULL */
};

/* One option.  The example and every complaint are made from it. */
struct conf_option {
	const char *name;
	enum conf_type type;
	size_t offset;	      /* in struct conf or that of the section */
	const char *fallback; /* text read when it is not given, or NULL */
	const char *shown;    /* in the example instead of fallback, or NULL */
	const char *help;     /* lines parted by \n */
	int64_t min, max;
	const char *special; /* word taken besides a number, or NULL */
	int64_t special_value;
	const struct conf_choice *words;
	enum trust_kind trust; /* what the file it names is to us */
};

/*
 * A kind of section that may come several times, each with a title.  Its
 * struct begins with the title, a char *.
 */
struct conf_section {
	const char *name;
	const char *shown; /* title in the example */
	const char *help;  /* lines parted by \n */
	const char *title; /* what a title is, for complaints */
	size_t size;	   /* of its struct, CONF_SECTION_MAX at most */
	size_t array;	   /* in struct conf: the array, and how many */
	size_t count;
	const struct conf_option *options;
	const char *either, *other; /* just one of them is needed, or NULL */
	bool is_optional;	    /* … or none of the two */
};

#define CONF_SECTION_MAX 256

/* Options of queues, and of what their messages travel to. */
extern const struct conf_choice conf_broker_words[];
extern const struct conf_option conf_queue_options[];
extern const struct conf_option conf_redis_options[];
extern const struct conf_option conf_rabbitmq_options[];
extern const struct conf_option conf_webhook_options[];
extern const struct conf_option conf_command_options[];

/*
 * Find the servers of the queues, and fill in what hangs on the broker.  0, or
 * -1 with one line in why that names the section.
 */
int conf_settle_queues(struct conf *c, char *why, size_t whylen);

/* Options at the top of the file, and the sections; name NULL ends. */
extern const struct conf_option conf_options[];
extern const struct conf_section conf_sections[];

/* The sections of a kind in c, borrowed; *end is behind the last. */
void *conf_section_array(const struct conf *c, const struct conf_section *sec,
    char **end);

/* Append what option o takes: "auto, or a duration from 0s to 1h". */
void conf_option_range(const struct conf_option *o, struct buf *b);

/*
 * Read text as a value of option o into the member at base + o->offset; a
 * string there is freed first, to a list it is added.  0, or -1 with a reason
 * in why.
 */
int conf_option_set(const struct conf_option *o, const char *text, void *base,
    char *why, size_t whylen);

/* Set the members of base to what options fall back to; 0 or -1 as above. */
int conf_option_defaults(const struct conf_option *options, void *base,
    char *why, size_t whylen);

/*
 * Note that the value of option o, in section number at of its kind, stands
 * in that line; 0, or -1 without memory.
 */
int conf_note_line(struct conf *c, const struct conf_option *o, size_t at,
    int line);

/* The same of a section: the line of its end. */
int conf_note_section(struct conf *c, const struct conf_section *sec, size_t at,
    int line);

/* Append "FILE:LINE: section NAME \"TITLE\"". */
void conf_where_section(const struct conf *c, const char *name, size_t at,
    struct buf *out);

/* Append "FILE:LINE: option \"NAME\"" of it, without a line that it lacks. */
void conf_where_option(const struct conf *c, const struct conf_option *o,
    size_t at, struct buf *out);

/*
 * Examine the files that the options name.  0, or -1 with one line in why:
 * others could have written one, or read a secret.
 */
int conf_check_files(const struct conf *c, char *why, size_t whylen);

/* Free what the members of base own, by its options. */
void conf_option_free(const struct conf_option *options, void *base);

#endif

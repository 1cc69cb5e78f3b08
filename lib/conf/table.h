#ifndef LIB_CONF_TABLE_H
#define LIB_CONF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/trust.h"

struct buf;
struct conf;
struct conf_list;
struct err;

/* Private to lib/conf/: the options and sections as tables. */

enum conf_type {
	CONF_TEXT,     /* char *, one line of min to max bytes */
	CONF_ZONE,     /* char *, a zone's name or "" */
	CONF_ENV,      /* char *, an environment variable's name or "" */
	CONF_URL,      /* char *, see url_check */
	CONF_PATH,     /* char *, relative to the file's folder */
	CONF_INT,      /* int64_t, min to max */
	CONF_DURATION, /* int64_t microseconds, min to max */
	CONF_CHOICE,   /* an enum, one of words */
	CONF_SET,      /* an int, the sum of the values of words */
	CONF_LIST      /* struct conf_list of strings */
};

struct conf_choice {
	const char *name; /* NULL ends a list */
	int value;
	const char *missing; /* package it was built without, or NULL */
};

/* One option.  The example and every error message are made from it. */
struct conf_option {
	const char *name;
	enum conf_type type;
	size_t offset;	      /* in struct conf or the struct of the section */
	const char *fallback; /* text of the default, or NULL */
	const char *shown;    /* in the example, if not fallback; or NULL */
	const char *help;     /* lines separated by \n */
	int64_t min, max;
	const char *special; /* word allowed besides a number, or NULL */
	int64_t special_value;
	const struct conf_choice *words;
	enum trust_kind trust; /* what the named file is used for */
};

/*
 * A kind of section that can occur several times, each with a title.  Its
 * struct begins with the title, a char *.
 */
struct conf_section {
	const char *name;
	const char *shown; /* title in the example */
	const char *help;  /* lines separated by \n */
	const char *title; /* what the title is, for messages */
	size_t size;	   /* of its struct, at most CONF_SECTION_MAX */
	size_t array;	   /* offsets in struct conf: the array, its length */
	size_t count;
	const struct conf_option *options;
	const char *either, *other; /* exactly one is required; or NULL */
	bool is_optional;	    /* … or neither */
};

#define CONF_SECTION_MAX 256

/* Options of queues and of the servers of their brokers. */
extern const struct conf_choice conf_broker_names[];
extern const struct conf_option conf_queue_options[];
extern const struct conf_option conf_redis_options[];
extern const struct conf_option conf_rabbitmq_options[];
extern const struct conf_option conf_webhook_options[];
extern const struct conf_option conf_command_options[];
extern const struct conf_option conf_alert_options[];

/*
 * Find the servers of the queues, and fill in what depends on the broker.  0,
 * or -1 with one line in why that names the section.
 */
int conf_resolve_queues(struct conf *c, struct err *why);

/*
 * Choose the forms of alerts that name none, and check that each has what its
 * form needs, and nothing else.  0, or -1 likewise.
 */
int conf_resolve_alerts(struct conf *c, struct err *why);

/* Options at the top of the file, and the kinds of sections; name NULL ends. */
extern const struct conf_option conf_options[];
extern const struct conf_section conf_sections[];

/* The sections of a kind in c, borrowed; *end is past the last. */
void *conf_section_array(const struct conf *c, const struct conf_section *sec,
    char **end);

/* Append the values option o accepts: "auto, or a duration from 0s to 1h". */
void conf_option_range(const struct conf_option *o, struct buf *b);

/*
 * Read text as the value of option o into the member at base + o->offset; an
 * old string there is freed, a list is appended to.  0, or -1 with a reason in
 * why.
 */
int conf_option_set(const struct conf_option *o, const char *text, void *base,
    struct err *why);

/* Set the members of base to the options' defaults; 0 or -1 as above. */
int conf_option_defaults(const struct conf_option *options, void *base,
    struct err *why);

/*
 * Record that the value of option o, in section number at of its kind, is on
 * that line; 0, or -1 without memory.
 */
int conf_note_line(struct conf *c, const struct conf_option *o, size_t at,
    int line);

/* The same for a section: the line on which it ends. */
int conf_note_section(struct conf *c, const struct conf_section *sec, size_t at,
    int line);

/* Append "FILE:LINE: section NAME \"TITLE\"". */
void conf_where_section(const struct conf *c, const char *name, size_t at,
    struct buf *out);

/*
 * Append "FILE:LINE: option \"NAME\"" of it, without the line if it is
 * unknown.
 */
void conf_where_option(const struct conf *c, const struct conf_option *o,
    size_t at, struct buf *out);

/*
 * Check the files that the options name.  0, or -1 with one line in why if
 * another user could have written one, or can read a secret.
 */
int conf_check_files(const struct conf *c, struct err *why);

/* Free the members of base that its options own. */
void conf_option_free(const struct conf_option *options, void *base);

#endif

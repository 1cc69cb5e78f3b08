#ifndef LIB_REPORT_FIRES_PRINT_H
#define LIB_REPORT_FIRES_PRINT_H

#include "lib/base/buf.h"
#include "lib/sched/fires.h"

/* A page of upcoming fires as text, the same over HTTP and from the command. */

enum fires_format {
	FIRES_JSON,
	FIRES_CSV, /* RFC 4180, a heading first */
	FIRES_ICS, /* RFC 5545: an event per fire, one for a dense job */
	FIRES_FORMAT__MAX
};

#define FIRES_FORMAT_NAMES "json, csv or ics"

/* "json", "csv", "ics"; 0, or -1: no such format. */
int fires_format_parse(const char *word, enum fires_format *out);

/* The media type: "text/csv; charset=utf-8" and the like. */
const char *fires_format_type(enum fires_format format);

/* Append the page that o requested. */
void fires_print(const struct fires_opts *o, const struct fires *f,
    enum fires_format format, struct buf *out);

#endif

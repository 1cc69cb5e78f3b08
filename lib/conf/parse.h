#ifndef LIB_CONF_PARSE_H
#define LIB_CONF_PARSE_H

#include <stddef.h>

struct conf;

/*
 * Private to lib/conf/: read text, the contents of c->path, into c, whose
 * members hold the defaults.  0, or -1 with "FILE:LINE: …" in why; c may
 * then be filled in partly.
 */
int conf_parse(struct conf *c, const char *text, char *why, size_t whylen);

#endif

#ifndef LIB_CONF_PARSE_H
#define LIB_CONF_PARSE_H

struct conf;
struct err;

/*
 * Private to lib/conf/: read text, the contents of c->path, into c, whose
 * members hold the defaults.  0, or -1 with "FILE:LINE: …" in why; c may
 * then be filled in partly.
 */
int conf_parse(struct conf *c, const char *text, struct err *why);

#endif

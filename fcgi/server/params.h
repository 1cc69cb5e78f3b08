#ifndef FCGI_SERVER_PARAMS_H
#define FCGI_SERVER_PARAMS_H

#include <stddef.h>

#include "lib/base/buf.h"

#define FASTCGI_PARAMS_MAX 1048576 /* bytes of all of them */
#define FASTCGI_PARAM_COUNT 1024   /* how many */

/*
 * Parse the name-value pairs of a FCGI_PARAMS stream (FastCGI specification
 * 1.0, section 3.4): n bytes at p become consecutive "NAME=value" strings in
 * text (emptied first), each with its NUL.  Return their number, or -1 if a
 * length exceeds the end, a name is empty or has a "=", a name or value has a
 * NUL, there are too many, or memory is exhausted.
 */
int fastcgi_params_read(const void *p, size_t n, struct buf *text);

#endif

#ifndef FCGI_SERVER_PARAMS_H
#define FCGI_SERVER_PARAMS_H

#include <stddef.h>

#include "lib/base/buf.h"

#define FASTCGI_PARAMS_MAX 1048576 /* bytes of all of them */
#define FASTCGI_PARAM_COUNT 1024   /* how many */

/*
 * Take the name-value pairs of a FCGI_PARAMS stream (FastCGI specification
 * 1.0, section 3.4) apart: n bytes at p become "NAME=value" strings in text
 * (emptied first), one behind the other, each with its NUL.  Returns their
 * number, or -1 where lengths lead past the end, a name is empty or has a "=",
 * there is a NUL inside, there are too many, or memory ran out.
 */
int fastcgi_params_read(const void *p, size_t n, struct buf *text);

#endif

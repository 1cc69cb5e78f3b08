#ifndef LIB_BASE_XID_H
#define LIB_BASE_XID_H

#include <stdint.h>

#define XID_LEN 20

/*
 * Write a new xid for the time now_us, microseconds since the epoch, with a
 * NUL into out: 20 characters [0-9a-v] that begin with the seconds, so that
 * later ids sort later.  In place of machine, process and counter it has 64
 * random bits.
 */
void xid_make(int64_t now_us, char out[XID_LEN + 1]);

#endif

#ifndef LIB_BASE_XID_H
#define LIB_BASE_XID_H

#include <stdint.h>

#define XID_LEN 20

/*
 * Write a fresh xid for the instant now_us: 20 characters [0-9a-v] that begin
 * with the seconds, so that later ones sort later.  Where others have machine,
 * process and counter there are 64 random bits.
 */
void xid_make(int64_t now_us, char out[XID_LEN + 1]);

#endif

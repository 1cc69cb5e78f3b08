/*
 * Ids of runs and messages in the format of github.com/rs/xid: 4 bytes of
 * seconds, big-endian, and 8 random bytes that distinguish ids of one second,
 * in base32hex (RFC 4648 section 7), lower case, without padding: 96 bits in
 * 20 digits, of which the last holds one bit.  Tested in t_messages.
 */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/xid.h"
#include "lib/base/ban.h"

void
xid_make(int64_t now_us, char out[XID_LEN + 1])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint32_t s = (uint32_t)(now_us / 1000000), acc = 0;
	unsigned char b[12];
	int bits = 0, n = 0;

	/* For up to 256 bytes it fails only on a kernel without it. */
	if (getentropy(b + 4, sizeof(b) - 4) != 0)
		abort();
	for (int i = 0; i < 4; i++)
		b[i] = (unsigned char)(s >> (24 - 8 * i));
	for (size_t i = 0; i < sizeof(b); i++) {
		acc = acc << 8 | b[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[n++] = digits[acc >> (bits - 5) & 31];
	}
	out[n++] = digits[acc << (5 - bits) & 31];
	out[n] = '\0';
}

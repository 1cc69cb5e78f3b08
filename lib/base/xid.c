#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/xid.h"
#include "lib/base/ban.h"

/*
 * The format of github.com/rs/xid: 4 bytes of seconds, big-endian, and 8 bytes
 * that tell ids of one second apart, in base32hex (RFC 4648 section 7), lower
 * case, without padding: 96 bits in 20 digits, the last has one bit of them.
 */
void
xid_make(int64_t now_us, char out[XID_LEN + 1])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint32_t s = (uint32_t)(now_us / 1000000), acc = 0;
	unsigned char b[12];
	int bits = 0, n = 0;

	/* Cannot fail for so few bytes where the kernel has it. */
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

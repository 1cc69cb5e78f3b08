/* FNV-1a against the vectors of its authors (lib/base/hash.h). */
#include "config.h"

#include <inttypes.h>

#include "lib/base/hash.h"
#include "tests/unit/tap.h"

int
main(void)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} vectors[] = {
		{ "", UINT64_C(0xcbf29ce484222325) },
		{ "a", UINT64_C(0xaf63dc4c8601ec8c) },
		{ "b", UINT64_C(0xaf63df4c8601f1a5) },
		{ "foobar", UINT64_C(0x85944171f73967e8) },
	};
	uint64_t ab;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		ok(hash_bytes(HASH_INIT, vectors[i].text,
		       strlen(vectors[i].text)) == vectors[i].hash,
		    "\"%s\"", vectors[i].text);
	ab = hash_text(hash_text(HASH_INIT, "a"), "b");
	ok(ab == hash_bytes(HASH_INIT, "a\0b", 4), "texts end with their NUL");
	ok(ab != hash_text(hash_text(HASH_INIT, ""), "ab"),
	    "which tells apart where one ends");
	return tap_done();
}

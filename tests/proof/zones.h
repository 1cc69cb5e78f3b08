#ifndef TESTS_PROOF_ZONES_H
#define TESTS_PROOF_ZONES_H

#include <stdbool.h>
#include <stddef.h>

/* Where Debian has its zones; libc reads them there too. */
#define ZONES_DIR "/usr/share/zoneinfo"

struct zone_list {
	char **name; /* in the order of strcmp */
	size_t n;
};

/*
 * The names of all zone files below ZONES_DIR but for posix/ and right/; if
 * is_distinct, of files with the same content one (the first found in order).
 * 0, or -1 with a message on standard error.
 */
int zones_list(bool is_distinct, struct zone_list *out);
void zones_fini(struct zone_list *z);

#endif

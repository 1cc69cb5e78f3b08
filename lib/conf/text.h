#ifndef LIB_CONF_TEXT_H
#define LIB_CONF_TEXT_H

#include <stddef.h>

struct buf;
struct trust;

/* Private to lib/conf*: the text of a file before libConfuse gets it. */

/*
 * Append the contents of a file to b, without a byte-order mark: only of a
 * regular one or /dev/null, as
 * the parser ends the program when a read fails, and a pipe could block for
 * ever; at most 1 MiB and no NUL, up to which the parser would read.  What
 * trust_open finds is in *t.  0, or -1 with "PATH: …" in why.
 */
int conf_read_file(const char *path, struct trust *t, struct buf *b, char *why,
    size_t whylen);

/* The number of the last line that is not blank. */
int conf_last_line(const char *text);

/*
 * Blank out comments that go to the end of their line: libConfuse counts
 * their lines twice, and the lines in complaints would be wrong.  Within a
 * word // is letters, but # is not.
 *
 * The line of the first * or + outside of quotes, which libConfuse drops
 * without a word; 0 if there is none.
 */
int conf_blank_comments(char *text);

#endif

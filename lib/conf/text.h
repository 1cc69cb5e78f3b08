#ifndef LIB_CONF_TEXT_H
#define LIB_CONF_TEXT_H

struct buf;
struct err;
struct trust;

/* Private to lib/conf/: the text of a file before libConfuse parses it. */

/*
 * Append the contents of a file to b, without a byte-order mark.  The file
 * must be regular or /dev/null (libConfuse ends the program if a read fails,
 * and a pipe could block forever), have at most 1 MiB, and contain no NUL,
 * where libConfuse would stop.  *t has the result of trust_open.  0, or -1
 * with "PATH: …" in why.
 */
int conf_read_file(const char *path, struct trust *t, struct buf *b,
    struct err *why);

/* The number of the last line that is not blank. */
int conf_last_line(const char *text);

/*
 * Blank out comments up to the end of their line: libConfuse counts their
 * lines twice, so the lines in messages would be wrong.  Within a word // is
 * text, but # is a comment.
 *
 * Returns the line of the first * or + outside of quotes, which libConfuse
 * ignores silently; 0 if there is none.
 */
int conf_blank_comments(char *text);

#endif

#ifndef CTL_SHELL_H
#define CTL_SHELL_H

#include <stdbool.h>

struct buf;

/*
 * Append word to out, quoted so that a POSIX shell reads it back as one word.
 * A word of letters, digits and "/._+-:,@=%" is appended as it is.  With
 * for_cron the text is for a crontab line, where crontab(5) ends the command at
 * an unescaped "%", even between quotes: "%" is escaped for cron.  A failed
 * allocation sets out->is_failed.
 */
void shell_word(struct buf *out, const char *word, bool for_cron);

/*
 * Append words (at least one, NULL at the end) to out as one command line,
 * which a POSIX shell splits into the same words.  A single word is appended
 * unquoted: it is a complete command line.  A failed allocation sets
 * out->is_failed.
 */
void shell_join(char *const *words, struct buf *out);

#endif

#ifndef CTL_SHELL_H
#define CTL_SHELL_H

#include <stdbool.h>

struct buf;

/*
 * Append one word as a shell reads it, in quotes unless no shell could see
 * anything in it.  for_cron: as it stands in a line of a crontab, where a bare
 * "%" is the end of the command, even in quotes.
 */
void shell_word(struct buf *out, const char *word, bool for_cron);

/*
 * Append the words as one line for a shell, which takes it apart into the
 * same words.  A single one is taken for a line that is written already.
 */
void shell_join(char *const *words, struct buf *out);

#endif

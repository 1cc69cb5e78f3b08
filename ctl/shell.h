#ifndef CTL_SHELL_H
#define CTL_SHELL_H

struct buf;

/*
 * Append the words as one line for a shell, which takes it apart into the
 * same words.  A single one is taken for a line that is written already.
 */
void shell_join(char *const *words, struct buf *out);

#endif

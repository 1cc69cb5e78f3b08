/*
 * Quotes words for a shell command line or a crontab.  Tested in t_ctl_text.
 */
#include <string.h>

#include "ctl/shell.h"
#include "lib/base/buf.h"

#include "lib/base/ban.h"

void
shell_word(struct buf *out, const char *word, bool for_cron)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789/._+-:,@=%";
	size_t n = strspn(word, plain);

	if (*word != '\0' && word[n] == '\0' &&
	    !(for_cron && strpbrk(word, "%=") != NULL)) {
		buf_str(out, word);
		return;
	}
	buf_char(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buf_str(out, "'\\''");
		else if (*word == '%' && for_cron)
			/* The backslash is for cron, and outside the quotes. */
			buf_str(out, "'\\%'");
		else
			buf_char(out, *word);
	}
	buf_char(out, '\'');
}

void
shell_join(char *const *words, struct buf *out)
{
	if (words[1] == NULL) {
		buf_str(out, words[0]);
		return;
	}
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_char(out, ' ');
		shell_word(out, words[i], false);
	}
}

#include <string.h>

#include "ctl/shell.h"
#include "lib/base/buf.h"

#include "lib/base/ban.h"

/* In quotes unless no shell could see anything in it. */
static void
add_word(struct buf *out, const char *word)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789/._+-:,@%=";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		buf_str(out, word);
		return;
	}
	buf_char(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buf_str(out, "'\\''");
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
		add_word(out, words[i]);
	}
}

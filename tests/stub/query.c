/* Reads the parameters of a query. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/stub/stub.h"

#include "lib/base/ban.h"

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)((at - digits) % 16);
}

static char *
decode(const char *s, size_t n)
{
	struct buf b = BUF_INIT;

	buf_reserve(&b, 1);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '+')
			buf_char(&b, ' ');
		else if (s[i] == '%' && i + 2 < n && hex(s[i + 1]) >= 0 &&
		    hex(s[i + 2]) >= 0) {
			buf_char(&b,
			    (char)(hex(s[i + 1]) * 16 + hex(s[i + 2])));
			i += 2;
		} else
			buf_char(&b, s[i]);
	}
	return buf_take(&b);
}

int
query_each(const char *query,
    int (*fn)(void *cookie, const char *name, const char *value), void *cookie)
{
	size_t n, name;
	int rc = 0;

	for (; *query != '\0' && rc == 0; query += n + (query[n] != '\0')) {
		char *k, *v;

		n = strcspn(query, "&");
		name = strcspn(query, "=&");
		k = decode(query, name);
		v = decode(query + name + (name < n), n - name - (name < n));
		rc = fn(cookie, k, v);
		free(k);
		free(v);
	}
	return rc;
}

struct wanted {
	const char *name;
	char *value;
};

static int
visit(void *cookie, const char *name, const char *value)
{
	struct wanted *w = cookie;

	if (strcmp(name, w->name) != 0)
		return 0;
	w->value = strdup(value);
	return -1;
}

char *
query_get(const char *query, const char *name)
{
	struct wanted w = { name, NULL };

	(void)query_each(query, visit, &w);
	return w.value;
}

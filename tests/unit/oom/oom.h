#ifndef TESTS_UNIT_OOM_OOM_H
#define TESTS_UNIT_OOM_OOM_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/tap.h"

/*
 * Memory that runs out: the program is linked with --wrap (see Makemodule.am),
 * so that each allocation of lib/ goes through here.  A case is run with its
 * first allocation failing, then its second, and so on until none is left to
 * fail.  Each time it must give the error its contract names or, where it can
 * do without, the right result; and all that it took is given back.
 */
enum oom_rc {
	OOM_DONE,    /* the right result */
	OOM_REFUSED, /* the documented error */
	OOM_WRONG    /* neither */
};

struct oom_case {
	const char *name;
	enum oom_rc (*run)(void);
};

/* At most so many allocations are looked at; then a case is too large. */
#define OOM_MAX 20000

static struct {
	long countdown; /* the allocation that fails; 0: none */
	long live;	/* not yet freed */
	bool is_hit;
} oom;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
char *__real_realpath(const char *path, char *out);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
char *__wrap_realpath(const char *path, char *out);
void __wrap_free(void *p);

/* Is this the one that fails? */
static inline bool
oom_step(void)
{
	if (oom.countdown == 0 || --oom.countdown > 0)
		return false;
	oom.is_hit = true;
	errno = ENOMEM;
	return true;
}

static inline void *
oom_count(void *p)
{
	oom.live += p != NULL;
	return p;
}

void *
__wrap_malloc(size_t n)
{
	return oom_step() ? NULL : oom_count(__real_malloc(n));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return oom_step() ? NULL : oom_count(__real_calloc(n, size));
}

void *
__wrap_realloc(void *p, size_t n)
{
	void *q;

	if (oom_step())
		return NULL;
	q = __real_realloc(p, n);
	return p == NULL ? oom_count(q) : q;
}

char *
__wrap_strdup(const char *s)
{
	return oom_step() ? NULL : oom_count(__real_strdup(s));
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return oom_step() ? NULL : oom_count(__real_strndup(s, n));
}

char *
__wrap_realpath(const char *path, char *out)
{
	char *p = __real_realpath(path, out);

	return out == NULL ? oom_count(p) : p;
}

void
__wrap_free(void *p)
{
	oom.live -= p != NULL;
	__real_free(p);
}

/* Run one case with each of its allocations failing in turn. */
static inline void
oom_try(const struct oom_case *c)
{
	int wrong = 0, leaks = 0, refused = 0;
	enum oom_rc rc = OOM_DONE;
	long live, n;

	for (n = 1; n < OOM_MAX; n++) {
		live = oom.live;
		oom.countdown = n;
		oom.is_hit = false;
		rc = c->run();
		oom.countdown = 0;
		if (oom.live != live && leaks++ == 0)
			printf("# %s: allocation %ld of those failing: %ld "
			       "not freed\n",
			    c->name, n, oom.live - live);
		if (!oom.is_hit)
			break;
		if (rc == OOM_WRONG && wrong++ == 0)
			printf("# %s: wrong when allocation %ld fails\n",
			    c->name, n);
		refused += rc == OOM_REFUSED;
	}
	ok(rc == OOM_DONE && !oom.is_hit, "%s works with memory", c->name);
	ok(n > 1, "%s allocates, %ld times", c->name, n - 1);
	is_int(wrong, 0,
	    "%s without memory: %d documented errors, else right results",
	    c->name, refused);
	is_int(leaks, 0, "%s gives everything back", c->name);
}

static inline void
oom_try_all(const struct oom_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		oom_try(&cases[i]);
}

#endif

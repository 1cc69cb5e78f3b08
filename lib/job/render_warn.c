/*
 * Warnings about a target at Render: over HTTP, from the command, for a job or
 * a single run.  Errors are render_target.c's.  Tested in t_render_warn.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/job/render_target.h"
#include "lib/job/render_warn.h"

#include "lib/base/ban.h"

/* A warning in both languages; %s is its subject. */
struct phrase {
	enum warn_code code;
	const char *text[DESCRIBE__MAX];
};

/* Render adds plans, and a misspelt one looks the same. */
static const struct phrase plan_phrase = { WARN_PLAN,
	{ [DESCRIBE_EN] = "planId %s is not among the known plans; Render "
			  "may refuse it",
	    [DESCRIBE_ZH] = "planId %s 不在已知方案之列；以 Render 为准" } };

static const struct phrase key_phrase = { WARN_NO_KEY,
	{ [DESCRIBE_EN] =
		"there is no usable key for %s: its runs wait for one, "
		"and are given up after a day or the max_age of their "
		"retry",
	    [DESCRIBE_ZH] =
		"没有可用于 %s 的密钥：运行将等待，超过一天或 retry "
		"的 max_age 后放弃" } };

static void
drop_last(struct warns *ws)
{
	struct warn *w = &ws->v[--ws->n];

	for (int lang = 0; lang < DESCRIBE__MAX; lang++)
		buf_fini(&w->text[lang]);
}

/* What is said of a service already is not said again. */
static void
add(struct warns *ws, const struct phrase *p, const char *what)
{
	struct warn *w = &ws->v[ws->n];

	if (ws->n == WARNS_MAX)
		return;
	ws->n++;
	w->code = p->code;
	for (int lang = 0; lang < DESCRIBE__MAX; lang++) {
		const char *hole = strstr(p->text[lang], "%s");

		buf_init(&w->text[lang]);
		buf_add(&w->text[lang], p->text[lang],
		    (size_t)(hole - p->text[lang]));
		buf_str(&w->text[lang], what);
		buf_str(&w->text[lang], hole + 2);
	}
	for (size_t i = 0; i + 1 < ws->n; i++)
		if (ws->v[i].code == w->code &&
		    strcmp(buf_cstr(&ws->v[i].text[DESCRIBE_EN]),
			buf_cstr(&w->text[DESCRIBE_EN])) == 0) {
			drop_last(ws);
			return;
		}
}

bool
render_has_key(const struct conf *c, const char *service)
{
	int i = conf_render_key_for(c, service);
	struct stat sb;

	if (i < 0)
		return false;
	if (*c->render_keys[i].file == '\0')
		return true;
	/* A file in a folder that this user cannot enter may be readable. */
	if (stat(c->render_keys[i].file, &sb) != 0)
		return errno != ENOENT;
	return S_ISREG(sb.st_mode) && (sb.st_mode & 077) == 0;
}

void
render_warns(const struct conf *conf, const struct render_target *t,
    struct warns *ws)
{
	if (t->plan != NULL && !render_plan_is_known(t->plan))
		add(ws, &plan_phrase, t->plan);
	if (!render_has_key(conf, t->service))
		add(ws, &key_phrase, t->service);
}

/* Every allocation fails once: configurations and the gate. */
#include "config.h"

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/db/gate.h"
#include "tests/unit/folder.h"
#include "tests/unit/oom/oom.h"

/* Configurations and the gate without memory. */

static const char *conf_path;

static enum oom_rc
run_conf(void)
{
	struct err why = { "" };
	struct conf *c = conf_load(conf_path, &why);
	enum oom_rc rc = OOM_DONE;

	if (c == NULL)
		return why.text[0] != '\0' && strchr(why.text, '\n') == NULL ?
		    OOM_REFUSED :
		    OOM_WRONG;
	if (c->nqueues != 2 || c->queues[0].params.n != 2 ||
	    strcmp(c->queues[0].params.v[1], "y") != 0 ||
	    strcmp(c->timezone, "UTC") != 0 || c->busy_us != 250000)
		rc = OOM_WRONG;
	conf_free(c);
	return rc;
}

static enum oom_rc
run_conf_new(void)
{
	struct err why = { "" };
	struct conf *c = conf_new(conf_path, &why);
	enum oom_rc rc = OOM_DONE;

	if (c == NULL)
		return why.text[0] != '\0' ? OOM_REFUSED : OOM_WRONG;
	if (c->store == NULL || c->memory_store == NULL)
		rc = OOM_WRONG;
	conf_free(c);
	return rc;
}

static enum oom_rc
run_conf_find(void)
{
	char *a = conf_find("/x", NULL, NULL), *b = conf_find(NULL, NULL, "/"),
	     *c = conf_find(NULL, "/y", NULL);
	enum oom_rc rc =
	    a == NULL || b == NULL || c == NULL ? OOM_REFUSED : OOM_DONE;

	free(a);
	free(b);
	free(c);
	return rc;
}

static enum oom_rc
run_gate(void)
{
	struct gate *t = gate_open(folder_path("turn"), NULL);

	if (t == NULL)
		return OOM_REFUSED;
	gate_enter(t, 1000);
	gate_leave(t);
	gate_close(t);
	return OOM_DONE;
}

static const struct oom_case cases[] = {
	{ "conf_load", run_conf },
	{ "conf_new", run_conf_new },
	{ "conf_find", run_conf_find },
	{ "gate_open", run_gate },
};

int
main(void)
{
	static const char text[] =
	    "timezone = UTC\nbusy = 250ms\nstore = \"s.db\"\n"
	    "queue \"a*\" {\n params = {x, y}\n}\nqueue b {\n}\n";
	char path[300];

	folder_init("t_oom_conf");
	folder_quiet();
	(void)snprintf(path, sizeof(path), "%s",
	    folder_put("minutehand.conf", text, strlen(text)));
	conf_path = path;
	oom_try_all(cases, sizeof(cases) / sizeof(cases[0]));
	is_int(oom.live, 0, "nothing is left at the end");
	folder_fini();
	return tap_done();
}

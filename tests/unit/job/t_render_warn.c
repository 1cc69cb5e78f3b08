/* Warnings about targets at Render, and whether a key can be had. */
#include "config.h"

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf/conf.h"
#include "lib/job/render_target.h"
#include "lib/job/render_warn.h"
#include "tests/unit/tap.h"

#define SRV "srv-c3rfdgg6n88pa7t3a6ag"
#define CRN "crn-c3rfdgg6n88pa7t3a6ag"

static char *globs[] = { (char *)"srv-*" };
static struct conf_render_key keys[1] = { {
    .name = (char *)"main",
    .services = { globs, 1 },
} };

/* Where the key is, and whether a service has one. */
static const struct {
	const char *what, *file, *env, *service;
	int mode; /* of the file; 0: there is none */
	bool has;
} rows[] = {
	{ "a file for us alone", "t_render_warn.key", "", SRV, 0600, true },
	{ "that may only be read", "t_render_warn.key", "", SRV, 0400, true },
	{ "a file for all", "t_render_warn.key", "", SRV, 0644, false },
	{ "a file for the group", "t_render_warn.key", "", SRV, 0640, false },
	{ "no file", "t_render_warn.key", "", SRV, 0, false },
	{ "a folder", "/", "", SRV, 0, false },
	{ "a variable, which others have", "", "KEY", SRV, 0, true },
	{ "no section for it", "t_render_warn.key", "", CRN, 0600, false },
};

static void
check(size_t i)
{
	struct conf conf = { .render_keys = keys, .nrender_keys = 1 };
	const struct render_target t = { .service = rows[i].service };
	struct warns ws = { .n = 0 };
	FILE *f;

	(void)unlink("t_render_warn.key");
	if (rows[i].mode != 0 && (f = fopen("t_render_warn.key", "w")) != NULL)
		(void)fclose(f);
	(void)chmod("t_render_warn.key", (mode_t)rows[i].mode);
	keys[0].file = (char *)rows[i].file;
	keys[0].env = (char *)rows[i].env;
	is_int(render_has_key(&conf, rows[i].service), rows[i].has, "%s",
	    rows[i].what);
	render_warns(&conf, &t, &ws);
	is_int((long long)ws.n, rows[i].has ? 0 : 1, "warned of if not");
	if (ws.n == 1) {
		is_str(warn_code_name(ws.v[0].code), "no_key", "by its code");
		for (int lang = 0; lang < DESCRIBE__MAX; lang++)
			ok(strstr(buf_cstr(&ws.v[0].text[lang]),
			       rows[i].service) != NULL &&
				strstr(buf_cstr(&ws.v[0].text[lang]), "%s") ==
				    NULL,
			    "the text names the service");
	}
	warns_fini(&ws);
	(void)unlink("t_render_warn.key");
}

static void
check_others(void)
{
	struct conf conf = { .nrender_keys = 0 };
	const struct render_target t = { .service = SRV,
		.plan = "plan-srv-999" };
	struct warns ws = { .n = 0 };

	render_warns(&conf, &t, &ws);
	is_int((long long)ws.n, 2, "all at once");
	is_str(warn_code_name(ws.v[0].code), "plan", "the plan");
	is_str(warn_code_name(ws.v[1].code), "no_key", "the key");
	warns_fini(&ws);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(i);
	check_others();
	return tap_done();
}

/*
 * minutehand doctor: can each key of Render be read, and libcurl be loaded?
 * Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/keys.h"

#include "lib/base/ban.h"

/*
 * Check that each key can be read; report the first that cannot.  A variable
 * may be set for cron only.
 */
static void
check_keys(const struct conf *c, struct finding *f)
{
	struct keys *keys = keys_new(c, getenv);
	struct err why = { "out of memory" };

	for (size_t i = 0; i < c->nrender_keys; i++) {
		if (keys != NULL && keys_get(keys, (int)i, &why) != NULL)
			continue;
		if (*c->render_keys[i].env == '\0') {
			doctor_report(f, DOCTOR_FAIL, "%s", why.text);
			doctor_advise(f, "jobs of its services wait for it");
		} else {
			doctor_report(f, DOCTOR_WARN, "%s here", why.text);
			doctor_advise(f,
			    "set it in the crontab, too, or use a file");
		}
		break;
	}
	keys_free(keys);
}

/* Check that libcurl can be loaded, as the ticker does before it sends. */
static void
check_curl(struct finding *f)
{
	void *lib = dlopen(LIBCURL_SONAME, RTLD_LAZY | RTLD_LOCAL);

	if (lib == NULL) {
		doctor_report(f, DOCTOR_FAIL, "%s cannot be loaded",
		    LIBCURL_SONAME);
		doctor_advise(f, "install libcurl");
	} else
		(void)dlclose(lib);
}

void
doctor_keys(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;

	if (c->nrender_keys == 0) {
		doctor_report(f, DOCTOR_OK,
		    "none: jobs at Render are not for "
		    "this host");
	} else {
		doctor_report(f, DOCTOR_OK, "%zu, readable by you alone",
		    c->nrender_keys);
		check_keys(c, f);
		check_curl(f);
	}
	if (d->ctl->is_open)
		doctor_waiting(d, f);
}

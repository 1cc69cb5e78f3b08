/*
 * minutehand doctor --url: does the web server let DELETE and PATCH through to
 * our program?  Some hosts forbid both.  Asked without a token, so that nothing
 * can be changed.
 */
#include "config.h"

#include <string.h>

#include "ctl/doctor/doctor.h"
#include "ctl/probe/probe.h"
#include "lib/base/buf.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

/* Return whether the program answers a request with the method. */
static bool
is_answered(const struct doctor *d, const char *verb,
    const char *const *headers, int *status)
{
	const struct probe_request r = {
		.base = d->url,
		.path = "/v1/job",
		.verb = verb,
		.headers = headers,
		.ca_file = d->ca_file,
	};
	struct json_object *o = NULL;
	struct probe_answer a;
	bool is_ours = false;

	*status = 0;
	if (probe_ask(&r, &a) == 0 && a.trouble == HTTP_TROUBLE_NONE) {
		*status = a.status;
		o = json_parse(a.body, a.len, NULL);
		/* Nothing is named: 401 or 400, never executed. */
		is_ours = (a.status == 401 || a.status == 400) &&
		    json_is_object(o) && json_has(o, "message") &&
		    json_has(o, "error_data");
	}
	json_free(o);
	probe_fini(&a);
	return is_ours;
}

/* Advise the remedy, if it was tried with success. */
static void
advise(const struct doctor *d, struct finding *f)
{
	static const char *const headers[] = { "X-HTTP-Method-Override: DELETE",
		NULL };
	int status;

	if (is_answered(d, "POST", headers, &status))
		doctor_advise(f,
		    "let clients send POST with the header "
		    "X-HTTP-Method-Override: DELETE or PATCH, which arrives "
		    "here; or permit the methods (Apache: Limit, mod_security; "
		    "nginx: limit_except)");
	else
		doctor_advise(f,
		    "permit the methods (Apache: Limit, mod_security; nginx: "
		    "limit_except); POST does not arrive either (status %d)",
		    status);
}

void
doctor_methods(struct doctor *d, struct finding *f)
{
	static const char *const verbs[] = { "DELETE", "PATCH" };
	struct buf bad = BUF_INIT;
	int status;

	if (d->url == NULL) {
		doctor_report(f, DOCTOR_OK, "not checked (give --url URL)");
		return;
	}
	if (!is_answered(d, NULL, NULL, &status)) {
		doctor_report(f, DOCTOR_OK,
		    "not checked: minutehand.fcgi does not answer at %s",
		    d->url);
		return;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!is_answered(d, verbs[i], NULL, &status))
			buf_printf(&bad, "%s%s (status %d)",
			    bad.len > 0 ? ", " : "", verbs[i], status);
	if (bad.len == 0)
		doctor_report(f, DOCTOR_OK, "DELETE and PATCH arrive");
	else {
		doctor_report(f, DOCTOR_WARN, "the web server forbids %s",
		    buf_cstr(&bad));
		advise(d, f);
	}
	buf_fini(&bad);
}

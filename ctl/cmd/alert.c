/*
 * minutehand alert list, alert test: the receivers of alerts, and a message
 * that is sent to one of them by the code that sends alerts.  Tested in
 * tests/ticker/alert_forms.bats.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/json/json.h"
#include "lib/record/run.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "net/sink.h"

#include "lib/base/ban.h"

static const struct ctl_option options[] = {
	{ "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

/*
 * Append where it goes: of an address the host alone, since the rest may be a
 * secret.
 */
static void
print_target(const struct conf_alert *a, struct buf *out)
{
	const char *host = strstr(a->url, "://");

	if (a->form == CONF_FORM_COMMAND)
		buf_str(out, a->command.v[0]);
	else if (a->form == CONF_FORM_MAIL)
		for (size_t i = 0; i < a->to.n; i++)
			buf_printf(out, "%s%s", i == 0 ? "" : ",", a->to.v[i]);
	else if (*a->url_file != '\0')
		buf_printf(out, "the address in %s", a->url_file);
	else if (host != NULL)
		buf_printf(out, "%.*s",
		    (int)(strcspn(host + 3, "/") + 3 + (size_t)(host - a->url)),
		    a->url);
	else if (a->form == CONF_FORM_TELEGRAM)
		buf_printf(out, "chat %s", a->chat);
}

static void
print_events(const struct conf_alert *a, struct buf *out)
{
	if (a->on.n == 0)
		buf_str(out, "all");
	for (size_t i = 0; i < a->on.n; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ",", a->on.v[i]);
}

static void
add_json(const struct conf_alert *a, struct buf *out)
{
	struct buf target = BUF_INIT;

	print_target(a, &target);
	json_out_open(out, NULL, '{');
	json_out_str(out, "name", a->name);
	json_out_str(out, "form", conf_form_name(a->form));
	json_out_str(out, "target", buf_cstr(&target));
	json_out_open(out, "on", '[');
	for (size_t i = 0; i < a->on.n; i++)
		json_out_str(out, NULL, a->on.v[i]);
	json_out_close(out, ']');
	json_out_close(out, '}');
	buf_fini(&target);
}

static int
list_json(const struct conf *c)
{
	struct buf out = BUF_INIT;

	json_out_open(&out, NULL, '[');
	for (size_t i = 0; i < c->nalerts; i++)
		add_json(&c->alerts[i], &out);
	json_out_close(&out, ']');
	return json_out_print(&out);
}

static int
list_text(const struct conf *c)
{
	static const char *const headings[] = { "NAME", "FORM", "ON",
		"TARGET" };
	struct table t;
	int rc;

	table_init(&t, headings, 4);
	for (size_t i = 0; i < c->nalerts; i++) {
		const struct conf_alert *a = &c->alerts[i];
		struct buf target = BUF_INIT, events = BUF_INIT;

		print_target(a, &target);
		print_events(a, &events);
		table_add(&t, a->name);
		table_add(&t, conf_form_name(a->form));
		table_add(&t, buf_cstr(&events));
		table_add(&t, buf_cstr(&target));
		buf_fini(&target);
		buf_fini(&events);
	}
	rc = table_print(&t, stdout);
	table_fini(&t);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	int status = ctl_load(c);

	if (status != CTL_OK)
		return status;
	return a->opt[0] != NULL ? list_json(c->conf) : list_text(c->conf);
}

/* The section of that name; NULL after an error. */
static const struct conf_alert *
find(const struct conf *c, const char *name)
{
	const char **names = calloc(c->nalerts + 1, sizeof(*names));
	const char *near_name = NULL;

	for (size_t i = 0; i < c->nalerts; i++) {
		if (strcmp(c->alerts[i].name, name) == 0) {
			free(names);
			return &c->alerts[i];
		}
		if (names != NULL)
			names[i] = c->alerts[i].name;
	}
	if (names != NULL)
		near_name = json_suggest(name, names, c->nalerts);
	(void)ctl_fail(CTL_NO, "%s: no such alert in the configuration%s%s%s",
	    name, near_name == NULL ? "" : "; did you mean ",
	    near_name == NULL ? "" : near_name, near_name == NULL ? "" : "?");
	free(names);
	return NULL;
}

/* The JSON of a test, for every form. */
static void
make_body(const char *name, int64_t now_us, struct buf *out)
{
	buf_str(out, "{\"type\":\"alert.test\",\"timestamp\":\"");
	datetime_rfc3339_s(now_us, out);
	buf_str(out, "\",\"data\":{\"alert\":");
	buf_json(out, name);
	buf_str(out, ",\"reason\":\"minutehand alert test\"}}");
}

/* Send m to a; what came back is in why. */
static int
send_to(struct ctl *c, const struct conf_alert *a, struct sink_message *m,
    struct err *why)
{
	const struct sink_opts o = {
		.conf = c->conf,
		.kind = conf_alert_server(a),
		.alert = a,
	};
	struct sink *s = sink_new(&o);
	int rc =
	    s == NULL ? err_set(why, "out of memory") : sink_push(s, m, 1, why);

	sink_free(s);
	if (m->why != NULL)
		(void)err_set(why, "%s", m->why);
	free(m->why);
	if (rc == -1)
		return CTL_DOWN;
	return m->end == SINK_DONE ? CTL_OK : CTL_NO;
}

static int
print_result(const struct conf_alert *a, int status, const struct err *why,
    bool is_json)
{
	const char *outcome = status == CTL_OK ? "sent" :
	    status == CTL_NO		       ? "not taken" :
						 "not sent";
	struct buf target = BUF_INIT, out = BUF_INIT;
	int rc = CTL_OK;

	print_target(a, &target);
	if (is_json) {
		json_out_open(&out, NULL, '{');
		json_out_str(&out, "name", a->name);
		json_out_str(&out, "form", conf_form_name(a->form));
		json_out_str(&out, "target", buf_cstr(&target));
		json_out_str(&out, "outcome", outcome);
		json_out_str(&out, "answer",
		    why->text[0] == '\0' ? NULL : why->text);
		json_out_close(&out, '}');
		rc = json_out_print(&out);
	} else
		text_line("%s: %s by %s to %s%s%s", a->name, outcome,
		    conf_form_name(a->form), buf_cstr(&target),
		    why->text[0] == '\0' ? "" : ": ", why->text);
	buf_fini(&target);
	return status != CTL_OK ? status : rc;
}

static int
run_test(struct ctl *c, const struct ctl_args *a)
{
	int64_t now_us = clock_now_us();
	struct buf body = BUF_INIT, when = BUF_INIT;
	struct err why = { "" };
	char id[RUN_ID_LEN + 1];
	const struct conf_alert *to;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	if ((to = find(c->conf, a->operand[0])) == NULL)
		return CTL_NO;
	/* A command may close its input without reading the message. */
	(void)signal(SIGPIPE, SIG_IGN);
	run_make_id(now_us, id);
	make_body(to->name, now_us, &body);
	tz_format(sched_tz(&c->sched), now_us - now_us % CLOCK_US_PER_S, &when);
	if (body.is_failed || when.is_failed)
		status = ctl_fail(CTL_BUG, "out of memory");
	else {
		struct sink_message m = {
			.id = id,
			.queue = "",
			.text = buf_cstr(&body),
			.when = buf_cstr(&when),
			.when_zone = tz_name(sched_tz(&c->sched)),
			.attempt = 1,
		};

		status = send_to(c, to, &m, &why);
		status = print_result(to, status, &why, a->opt[0] != NULL);
	}
	buf_fini(&body);
	buf_fini(&when);
	return status;
}

const struct ctl_command cmd_alert_list = {
	.name = "alert list",
	.args = "[--json]",
	.help = "list the receivers of alerts in the configuration",
	.options = options,
	.run = run_list,
};

const struct ctl_command cmd_alert_test = {
	.name = "alert test",
	.args = "NAME [--json]",
	.help =
	    "send a test to a receiver of alerts, and report what came back",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_test,
};

/*
 * minutehand token: creates, lists, changes and revokes tokens of the HTTP API.
 * Tested in tests/ctl/ctl.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/list_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "ctl/token_new.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/time/datetime.h"
#include "lib/base/num.h"
#include "lib/store/log.h"
#include "lib/secret/token.h"
#include "lib/store/token.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define SCOPES_TEXT 64
#define NONE "none"

enum { ADD_NAME, ADD_SCOPES, ADD_QUEUES, ADD_SERVICES, ADD_EXPIRES, ADD_JSON };

static const struct ctl_option add_options[] = {
	[ADD_NAME] = { "name", "NAME",
	    "name of the client (default: unnamed)" },
	[ADD_SCOPES] = { "scopes", "LIST",
	    "of read,write,consume,admin (default: read,write)" },
	[ADD_QUEUES] = { "queues", "GLOBS",
	    "queues, comma-separated (default: *)" },
	[ADD_SERVICES] = { "services", "GLOBS",
	    "Render services, comma-separated (default: none)" },
	[ADD_EXPIRES] = { "expires", "TIME",
	    "expiry: 90d, 2030-12-03, \"tomorrow 09:00\"" },
	[ADD_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

static const struct ctl_option list_options[] = {
	{ "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

/* Check the globs of the option --field. */
static int
check_globs(const char *field, const char *globs)
{
	const char *why;
	int status;

	if (globs == NULL)
		return CTL_OK;
	if ((status = ctl_check_name(field, globs)) != CTL_OK)
		return status;
	why = grant_bad_globs(globs);
	return why == NULL ? CTL_OK : ctl_fail(CTL_DATA, "%s: %s", field, why);
}

/*
 * Copy globs in their stored form: "none" and an absent option are no service.
 */
static char *
copy_services(const char *globs)
{
	return strdup(globs == NULL || strcmp(globs, NONE) == 0 ? "" : globs);
}

/* Read --expires: "30d" or "+30d", or a time, which must be in the future. */
static int
read_expires(const struct ctl *c, const char *text, struct token *t)
{
	struct datetime_relative words = { NULL, t->created_us };
	int64_t us = 0;

	if (text == NULL)
		return CTL_OK;
	if (num_parse_duration(text, &us) == 0) {
		t->expires_us = us == 0 ? 0 : t->created_us + us;
		return CTL_OK;
	}
	words.tz = tz_get(c->sched.zones, c->sched.default_zone, NULL);
	if (words.tz != NULL &&
	    datetime_parse_relative(text, &words, &t->expires_us, NULL) ==
		NULL &&
	    t->expires_us > t->created_us)
		return CTL_OK;
	return ctl_fail(CTL_USAGE,
	    "--expires: a duration such as 90d, or a time that lies ahead, "
	    "such as 2030-12-03, is needed, not \"%s\"",
	    text);
}

/* Fill t from the options; strings are copied. */
static int
fill_token(const struct ctl_args *a, struct token *t)
{
	const char *name = a->opt[ADD_NAME], *queues = a->opt[ADD_QUEUES];
	const char *scopes = a->opt[ADD_SCOPES];
	int status;

	if (token_scopes_parse(scopes == NULL ? "read,write" : scopes,
		&t->scopes) == -1)
		return ctl_fail(CTL_USAGE,
		    "--scopes: a list of read, write, "
		    "consume and admin is needed, not \"%s\"",
		    scopes);
	if (name != NULL && (status = ctl_check_name("--name", name)) != CTL_OK)
		return status;
	if ((status = check_globs("--queues", queues)) != CTL_OK ||
	    (status = check_globs("--services", a->opt[ADD_SERVICES])) !=
		CTL_OK)
		return status;
	t->created_us = clock_now_us();
	t->name = strdup(name == NULL ? "unnamed" : name);
	t->queues = strdup(queues == NULL ? "*" : queues);
	t->services = copy_services(a->opt[ADD_SERVICES]);
	if (t->name == NULL || t->queues == NULL || t->services == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	return CTL_OK;
}

static int
print_new(const struct token *t, const char *text, bool is_json)
{
	struct buf o = BUF_INIT;

	if (!is_json) {
		text_line("%s", text);
		return CTL_OK;
	}
	json_out_open(&o, NULL, '{');
	json_out_str(&o, "id", t->id);
	json_out_str(&o, "token", text);
	json_out_close(&o, '}');
	return json_out_print(&o);
}

static int
run_add(struct ctl *c, const struct ctl_args *a)
{
	struct token t = { .scopes = 0 };
	char text[TOKEN_TEXT_MAX];
	enum store_rc rc;
	int status;

	if ((status = fill_token(a, &t)) == CTL_OK &&
	    (status = ctl_open(c)) == CTL_OK &&
	    (status = read_expires(c, a->opt[ADD_EXPIRES], &t)) == CTL_OK) {
		rc = token_new(c, &t, text);
		status = rc == STORE_OK ?
		    print_new(&t, text, a->opt[ADD_JSON] != NULL) :
		    ctl_fail_rc(rc, "token");
	}
	token_fini(&t);
	return status;
}

static void
add_row(const struct ctl *c, const void *row, struct table *tab)
{
	const struct token *t = row;
	const int64_t times[] = { t->created_us, t->expires_us, t->used_us };
	struct buf b = BUF_INIT;
	char scopes[SCOPES_TEXT];

	token_scopes_print(t->scopes, scopes, sizeof(scopes));
	table_add(tab, t->id);
	table_add(tab, t->name);
	table_add(tab, scopes);
	table_add(tab, t->queues);
	table_add(tab,
	    t->services == NULL	       ? "(as queues)" :
		t->services[0] == '\0' ? "-" :
					 t->services);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		buf_reset(&b);
		ctl_time(c, times[i] - times[i] % CLOCK_US_PER_S, &b);
		table_add(tab, buf_cstr(&b));
	}
	buf_fini(&b);
}

static void
add_json(const void *row, struct buf *o)
{
	const struct token *t = row;
	char scopes[SCOPES_TEXT];

	token_scopes_print(t->scopes, scopes, sizeof(scopes));
	json_out_open(o, NULL, '{');
	json_out_str(o, "id", t->id);
	json_out_str(o, "name", t->name);
	json_out_str(o, "scopes", scopes);
	json_out_str(o, "queues", t->queues);
	json_out_str(o, "services", t->services);
	json_out_time(o, "created", t->created_us);
	json_out_time(o, "expires", t->expires_us);
	json_out_time(o, "last_used", t->used_us);
	json_out_close(o, '}');
}

static int
print_list(const struct ctl *c, const struct token_list *l, bool is_json)
{
	static const char *const headings[] = {
		"ID",
		"NAME",
		"SCOPES",
		"QUEUES",
		"SERVICES",
		"CREATED",
		"EXPIRES",
		"LAST USED",
		NULL,
	};
	static const struct list_out how = { headings, sizeof(l->v[0]),
		add_json, add_row };

	int status = list_out_print(c, &how, l->v, l->n, is_json);

	for (size_t i = 0; status == CTL_OK && i < l->n; i++) {
		if (l->v[i].services == NULL)
			(void)ctl_fail(CTL_OK,
			    "token %s was created before services had their own "
			    "globs: its globs of queues grant services, too; "
			    "see token set --services",
			    l->v[i].id);
	}
	return status;
}

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	struct token_list l = { .n = 0 };
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = store_token_list(c->sched.stores[JOB_DURABLE], &l);
	status = rc == STORE_OK ? print_list(c, &l, a->opt[0] != NULL) :
				  ctl_fail_rc(rc, "tokens");
	token_list_fini(&l);
	return status;
}

/* Change the token, or revoke it (services NULL), in one transaction with its
 * audit row. */
static enum store_rc
change(struct ctl *c, const char *id, const char *services)
{
	struct store *st = c->sched.stores[JOB_DURABLE];
	const struct store_audit audit = {
		.at_us = clock_now_us(),
		.actor = c->sched.actor,
		.action = services == NULL ? "token.revoke" : "token.change",
		.job_id = id,
	};
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = services == NULL ? store_token_revoke(st, id, audit.at_us) :
				store_token_services(st, id, services);
	if (rc == STORE_OK)
		rc = store_audit_add(st, &audit);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

static int
run_revoke(struct ctl *c, const struct ctl_args *a)
{
	int status;

	if ((status = ctl_check_name("ID", a->operand[0])) != CTL_OK ||
	    (status = ctl_open(c)) != CTL_OK)
		return status;
	return ctl_fail_rc(change(c, a->operand[0], NULL), a->operand[0]);
}

static int
run_set(struct ctl *c, const struct ctl_args *a)
{
	const char *globs = a->opt[0], *id = a->operand[0];
	int status;

	if (globs == NULL)
		return ctl_fail(CTL_USAGE, "token set: --services is required");
	if ((status = check_globs("--services", globs)) != CTL_OK ||
	    (status = ctl_check_name("ID", id)) != CTL_OK ||
	    (status = ctl_open(c)) != CTL_OK)
		return status;
	if (strcmp(globs, NONE) == 0)
		globs = "";
	return ctl_fail_rc(change(c, id, globs), id);
}

const struct ctl_command cmd_token_add = {
	.name = "token add",
	.args = "[OPTIONS]",
	.help = "create a token for the HTTP API; it is shown only once",
	.options = add_options,
	.run = run_add,
};

const struct ctl_command cmd_token_list = {
	.name = "token list",
	.args = "[--json]",
	.help = "list the tokens, without their secrets",
	.options = list_options,
	.run = run_list,
};

static const struct ctl_option set_options[] = {
	{ "services", "GLOBS", "Render services, comma-separated, or none" },
	{ .name = NULL },
};

const struct ctl_command cmd_token_set = {
	.name = "token set",
	.args = "--services GLOBS ID",
	.help = "change the services of a token",
	.options = set_options,
	.min = 1,
	.max = 1,
	.run = run_set,
};

const struct ctl_command cmd_token_revoke = {
	.name = "token revoke",
	.args = "ID",
	.help = "revoke a token: requests with it are refused",
	.min = 1,
	.max = 1,
	.run = run_revoke,
};

/*
 * minutehand consume: the arguments, environment and input of the command of a
 * message.  Processes are started by net/command/child.h.  Tested in
 * tests/ctl/consume.bats.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/consume.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

extern char **environ;

/* What the envelope says under key, "" if it says nothing. */
static const char *
envelope_text(struct json_object *body, const char *key)
{
	struct faults fs = { .n = 0 };
	const char *text = "";

	if (json_is_object(body))
		(void)json_get_str(body, key, &text, &fs);
	return text;
}

static char **
make_environment(const struct consume *c, const struct message *m)
{
	struct json_object *body;
	char attempt[24], id[24], **env;

	(void)snprintf(attempt, sizeof(attempt), "%" PRId64, m->attempt);
	(void)snprintf(id, sizeof(id), "%" PRId64, m->id);
	body = json_parse(m->body, strlen(m->body), NULL);
	env = child_env(environ,
	    &(struct child_message){
		.queue = c->queue,
		.message_id = id,
		.attempt = attempt,
		.job_id = envelope_text(body, "job_id"),
		.task_id = envelope_text(body, "task_id"),
		.scheduled_at = envelope_text(body, "scheduled_at"),
	    },
	    NULL);
	json_free(body);
	return env;
}

int
worker_start(const struct consume *c, struct worker *w)
{
	const struct child_opts o = {
		.argv = c->command,
		.env = make_environment(c, &w->msg),
		.out = -1,
		.err = -1,
	};
	int e = o.env == NULL ?
	    ENOMEM :
	    child_start(&w->child, &o, w->msg.body, strlen(w->msg.body));

	child_env_free((char **)o.env);
	return e;
}

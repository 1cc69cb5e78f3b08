/*
 * Completion of a command line, by the tables of commands and the store.
 * Tested in tests/ctl/completion.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/complete.h"
#include "lib/base/err.h"
#include "lib/base/text.h"

#include "lib/base/ban.h"

#define NAMES_MAX 1000 /* jobs of a queue that are offered */

/* What was typed: words before the last, which is to be completed. */
struct typed {
	char **word;
	int n;
	const char *last;
};

static void
offer(const struct typed *t, const char *prefix, const char *text)
{
	size_t n = strlen(prefix), m = strlen(t->last);

	/* A word of "" has any as a completion; a name may hold spaces. */
	if (m <= n ? strncmp(prefix, t->last, m) != 0 :
		     strncmp(t->last, prefix, n) != 0 ||
		    strncmp(text, t->last + n, m - n) != 0)
		return;
	text_to(stdout, "%s%s", prefix, text);
}

/* Offer the first words of all commands, or the second ones after word 0. */
static void
offer_commands(const struct typed *t)
{
	char word[64], before[64] = "";
	size_t skip = t->n == 0 ? 0 : strlen(t->word[0]) + 1;

	for (size_t i = 0; ctl_commands[i] != NULL; i++) {
		const char *name = ctl_commands[i]->name;

		if (skip > 0 &&
		    (strncmp(name, t->word[0], skip - 1) != 0 ||
			name[skip - 1] != ' '))
			continue;
		(void)snprintf(word, sizeof(word), "%.*s",
		    (int)strcspn(name + skip, " "), name + skip);
		if (strcmp(word, before) != 0)
			offer(t, "", word);
		memcpy(before, word, sizeof(before));
	}
	if (t->n == 0)
		offer(t, "", "help");
}

static void
offer_options(const struct ctl_command *cmd, const struct typed *t)
{
	for (const struct ctl_option *o = cmd->options;
	     o != NULL && o->name != NULL; o++)
		offer(t, "--", o->name);
	if (cmd->is_list)
		offer(t, "--", args_watch.name);
	offer(t, "--", "help");
}

/* The value that the option before the last word needs, or NULL. */
static const char *
value_needed(const struct ctl_command *cmd, const struct typed *t)
{
	const char *before = t->word[t->n - 1];

	for (const struct ctl_option *o = cmd->options;
	     o != NULL && o->name != NULL; o++)
		if (strncmp(before, "--", 2) == 0 &&
		    strcmp(before + 2, o->name) == 0)
			return o->arg;
	return NULL;
}

/*
 * Copy the name of operand i in the usage of the command ("QUEUE" of "[QUEUE
 * [JOB]] [--json]") into out; "" if it has none.
 */
static void
operand_name(const struct ctl_command *cmd, int i, char out[32])
{
	const char *s = cmd->args;

	for (out[0] = '\0'; *s != '\0' && strncmp(s, "--", 2) != 0;) {
		size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (n > 0 && i-- == 0) {
			(void)snprintf(out, 32, "%.*s", (int)n, s);
			return;
		}
		s += n > 0 ? n : 1;
	}
}

static void
offer_queues(struct ctl *c, const struct typed *t)
{
	struct queue_list l = { NULL, 0, 0 };

	if (sched_queues(&c->sched, &l) == STORE_OK)
		for (size_t i = 0; i < l.n; i++)
			offer(t, "", l.v[i].name);
	queue_list_fini(&l);
}

static void
offer_jobs(struct ctl *c, const struct typed *t, const char *queue)
{
	const struct sched_list_opts o = { SCHED_ANY, queue, NAMES_MAX, NULL };
	struct job_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];

	if (sched_list(&c->sched, &o, &l, next) == STORE_OK)
		for (size_t i = 0; i < l.n; i++)
			offer(t, "", l.v[i].job_id);
	job_list_fini(&l);
}

/* Offer the names of what the usage calls name; queue is operand 0. */
static void
offer_names(struct ctl *c, const struct typed *t, const char *name,
    const char *queue)
{
	struct err why;
	bool is_job = queue != NULL &&
	    (strcmp(name, "ID") == 0 || strcmp(name, "JOB") == 0);

	if ((!is_job && strcmp(name, "QUEUE") != 0) ||
	    ctl_try_open(c, &why) != CTL_OK)
		return;
	if (is_job)
		offer_jobs(c, t, queue);
	else
		offer_queues(c, t);
	ctl_close(c);
}

static void
offer_words(struct ctl *c, const struct typed *t)
{
	const char *queue = NULL, *value;
	const struct ctl_command *cmd;
	char name[32];
	int nwords, n = 0;

	if ((cmd = args_find(t->n, t->word, &nwords)) == NULL) {
		if (t->n < 2)
			offer_commands(t);
		return;
	}
	if (t->last[0] == '-') {
		offer_options(cmd, t);
		return;
	}
	if ((value = value_needed(cmd, t)) != NULL) {
		offer_names(c, t, value, NULL);
		return;
	}
	for (int i = nwords; i < t->n; i++) {
		const struct typed before = { t->word, i, "" };

		if (t->word[i][0] == '-' || value_needed(cmd, &before) != NULL)
			continue;
		if (n++ == 0)
			queue = t->word[i];
	}
	operand_name(cmd, n, name);
	offer_names(c, t, name, queue);
}

int
complete(struct ctl *c, int argc, char **argv)
{
	struct typed t = { .last = "" };

	if (argc >= 3 && strcmp(argv[0], "-c") == 0) {
		c->conf_path = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (argc > 0 && strcmp(argv[0], "help") == 0 && argc > 1) {
		argc--;
		argv++;
	}
	t.word = argv;
	t.n = argc > 0 ? argc - 1 : 0;
	if (argc > 0)
		t.last = argv[argc - 1];
	for (int i = 0; i < t.n; i++)
		if (strcmp(t.word[i], "--") == 0)
			return CTL_OK;
	offer_words(c, &t);
	return CTL_OK;
}

/* Creates a token with an unused id.  Tested in tests/ctl/ctl.bats. */
#include "ctl/token_new.h"
#include "lib/store/token.h"
#include "lib/store/log.h"

#include "lib/base/ban.h"

#define TRIES 8 /* a random id of 32 bits may be in use */

enum store_rc
token_new(struct ctl *c, struct token *t, char text[TOKEN_TEXT_MAX])
{
	struct store *st = c->sched.stores[JOB_DURABLE];
	struct store_audit audit = {
		.at_us = t->created_us,
		.actor = c->sched.actor,
		.action = "token.add",
		.job_id = t->id,
	};
	enum store_rc rc;
	int tries = 0;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	do {
		token_make(t, text);
		rc = store_token_insert(st, t);
	} while (rc == STORE_CONFLICT && ++tries < TRIES);
	if (rc == STORE_OK)
		rc = store_audit_add(st, &audit);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

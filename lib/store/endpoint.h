#ifndef LIB_STORE_ENDPOINT_H
#define LIB_STORE_ENDPOINT_H

#include <stdbool.h>

#include "lib/base/list.h"
#include "lib/db/store.h"

/*
 * The servers that messages are sent to, by name ("redis:main"): one tick at a
 * time sends to each, and the state is shared by all.  Functions that change
 * need an open transaction.
 */
struct endpoint_info {
	char *name;
	int64_t holder;
	int64_t lease_us;
	int64_t fails;	  /* attempts in a row that found no connection */
	int64_t next_us;  /* time of the next attempt */
	int64_t since_us; /* failing or refusing since; 0: neither */
	char *reason;	  /* reason, or NULL */
};

/* Free what is owned; empty afterwards. */
void endpoint_info_fini(struct endpoint_info *l);

LIST_DECL(endpoint_list, struct endpoint_info, endpoint_info_fini);

/*
 * Lease an endpoint until until_us; holder is any number.  STORE_NOTFOUND:
 * another holder has it at now_us.
 */
enum store_rc store_endpoint_take(struct store *st, const char *name,
    int64_t holder, int64_t now_us, int64_t until_us);

/* Release it, if holder has it. */
enum store_rc store_endpoint_release(struct store *st, const char *name,
    int64_t holder);

/*
 * Record that the server cannot be reached, until an attempt at next_us; that
 * it can, but refuses all; that it works again.
 */
enum store_rc store_endpoint_fail(struct store *st, const char *name,
    int64_t now_us, int64_t next_us, const char *reason);
enum store_rc store_endpoint_refuse(struct store *st, const char *name,
    int64_t now_us, const char *reason);
enum store_rc store_endpoint_mend(struct store *st, const char *name);

/*
 * Read one endpoint into *out, which must be zero; STORE_NOTFOUND.  Read all.
 */
enum store_rc store_endpoint_get(struct store *st, const char *name,
    struct endpoint_info *out);
enum store_rc store_endpoint_list(struct store *st, struct endpoint_list *out);

#endif

#ifndef LIB_STORE_ENDPOINT_H
#define LIB_STORE_ENDPOINT_H

#include <stdbool.h>

#include "lib/base/list.h"
#include "lib/db/store.h"

/*
 * The servers that messages are handed over to, by name ("redis:main"): one
 * tick at a time hands over to each, and what keeps it from that is known to
 * all.  Calls that change need an open transaction.
 */
struct endpoint_info {
	char *name;
	int64_t holder;
	int64_t lease_us;
	int64_t fails;	  /* attempts in a row that found no connection */
	int64_t next_us;  /* and the next one */
	int64_t since_us; /* since when, or takes nothing; 0: all is well */
	char *reason;	  /* why, or NULL */
};

/* Free what is owned; empty afterwards. */
void endpoint_info_fini(struct endpoint_info *l);

LIST_DECL(endpoint_list, struct endpoint_info, endpoint_info_fini);

/*
 * Hold a endpoint as holder, any number, until until_us.  STORE_NOTFOUND:
 * somebody else holds it at now_us.
 */
enum store_rc store_endpoint_take(struct store *st, const char *name,
    int64_t holder, int64_t now_us, int64_t until_us);

/* Hold it no longer; harmless when it is somebody else's. */
enum store_rc store_endpoint_release(struct store *st, const char *name,
    int64_t holder);

/* The server could not be reached, is tried again at next_us; it could, and
 * takes nothing; all is well again. */
enum store_rc store_endpoint_fail(struct store *st, const char *name,
    int64_t now_us, int64_t next_us, const char *reason);
enum store_rc store_endpoint_refuse(struct store *st, const char *name,
    int64_t now_us, const char *reason);
enum store_rc store_endpoint_mend(struct store *st, const char *name);

/* What is known of one, into the zeroed *out; STORE_NOTFOUND.  Of all. */
enum store_rc store_endpoint_get(struct store *st, const char *name,
    struct endpoint_info *out);
enum store_rc store_endpoint_list(struct store *st, struct endpoint_list *out);

#endif

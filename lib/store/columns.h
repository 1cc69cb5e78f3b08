#ifndef LIB_STORE_COLUMNS_H
#define LIB_STORE_COLUMNS_H

#include "lib/db/row.h"

/*
 * Private to lib/store/: the columns of statements.  Each table has the name
 * and the order of a list of columns in sql/, and is defined in the file of its
 * table; t_sql compares them with the columns that the statements return.
 */
extern const struct columns columns_alert;
extern const struct columns columns_attempt;
extern const struct columns columns_audit_name;
extern const struct columns columns_audit_row;
extern const struct columns columns_audit_run_name;
extern const struct columns columns_audit_version;
extern const struct columns columns_clock_queue;
extern const struct columns columns_clock_row;
extern const struct columns columns_dead;
extern const struct columns columns_delivery;
extern const struct columns columns_denial;
extern const struct columns columns_endpoint;
extern const struct columns columns_follow;
extern const struct columns columns_follow_open;
extern const struct columns columns_gone;
extern const struct columns columns_job;
extern const struct columns columns_message;
extern const struct columns columns_message_dead_name;
extern const struct columns columns_outbox;
extern const struct columns columns_outbox_dead_name;
extern const struct columns columns_output;
extern const struct columns columns_params;
extern const struct columns columns_policy;
extern const struct columns columns_policy_retry;
extern const struct columns columns_prune_once;
extern const struct columns columns_prune_seen;
extern const struct columns columns_queue;
extern const struct columns columns_run;
extern const struct columns columns_run_bad;
extern const struct columns columns_sim_count;
extern const struct columns columns_sim_job;
extern const struct columns columns_sim_total;
extern const struct columns columns_target;
extern const struct columns columns_tick;
extern const struct columns columns_tick_believed;
extern const struct columns columns_tick_doubted;
extern const struct columns columns_tick_span;
extern const struct columns columns_token;
extern const struct columns columns_token_revoked;
extern const struct columns columns_zone;
extern const struct columns columns_zone_job;

#endif

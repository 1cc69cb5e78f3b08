#ifndef LIB_STORE_COLUMNS_H
#define LIB_STORE_COLUMNS_H

#include "lib/db/row.h"

/*
 * Private to lib/store: what the rows of statements are made of.  Each is
 * named like the list of columns in sql/ whose order it has, and stands in the
 * file of its table; t_sql compares them with what the statements return.
 */
extern const struct columns columns_gone;
extern const struct columns columns_job;
extern const struct columns columns_token;
extern const struct columns columns_token_revoked;

#endif

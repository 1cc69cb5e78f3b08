#ifndef LIB_STORE_DELIVERY_INT_H
#define LIB_STORE_DELIVERY_INT_H

#include "lib/db/stmt.h"

#include "lib/store/delivery.h"

/* Private to lib/store_delivery*: rows in the column order of delivery.sql. */

/* The row q stands on into the zeroed *d. */
enum store_rc delivery_read(sqlite3_stmt *q, struct delivery *d);

/* The one row of q; all its rows, added.  q, perhaps NULL, is put back. */
enum store_rc delivery_read_one(struct store *st, sqlite3_stmt *q,
    struct delivery *out);
enum store_rc delivery_read_all(struct store *st, sqlite3_stmt *q,
    struct delivery_list *out);

#endif

-- What a connection sets and asks when it is opened.

-- name: open_journal_wal
PRAGMA journal_mode = WAL;

-- name: open_journal_delete
PRAGMA journal_mode = DELETE;

-- name: open_journal
PRAGMA journal_mode;

-- name: open_foreign_keys
PRAGMA foreign_keys = ON;

-- name: open_trusted_schema
PRAGMA trusted_schema = OFF;

-- name: open_bulk_cache
PRAGMA cache_size = -8192;

-- name: open_synchronous_extra
PRAGMA synchronous = EXTRA;

-- name: open_synchronous_normal
PRAGMA synchronous = NORMAL;

-- name: open_synchronous_off
PRAGMA synchronous = OFF;

-- name: open_user_version
PRAGMA user_version;

-- name: open_application_id
PRAGMA application_id;

-- name: open_table_count
SELECT count(*) FROM sqlite_schema;

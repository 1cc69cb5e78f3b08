-- name: txn_begin
BEGIN IMMEDIATE;

-- name: txn_read
BEGIN DEFERRED;

-- name: txn_commit
COMMIT;

-- name: txn_rollback
ROLLBACK;

-- name: txn_data_version
PRAGMA data_version;

-- name: txn_quick_check
PRAGMA quick_check(1);

-- name: txn_integrity_check
PRAGMA integrity_check(1);

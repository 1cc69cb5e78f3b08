-- name: txn_begin
BEGIN IMMEDIATE;

-- name: txn_commit
COMMIT;

-- name: txn_rollback
ROLLBACK;

-- name: txn_data_version
PRAGMA data_version;

-- name: txn_quick_check
PRAGMA quick_check(1);

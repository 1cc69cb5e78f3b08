-- script: migrate_4
-- From version 3 to 4.  New columns stand at the end of a table, as in the
-- schema; of a row of the ledger only its index is made anew.

-- NULL: what a token of before may run is as its globs of queues say.
ALTER TABLE token ADD COLUMN services TEXT;
ALTER TABLE token ADD COLUMN revoked_us INTEGER;

-- What starts things at a service, by queue.
CREATE INDEX job_render ON job (queue) WHERE render IS NOT NULL;

-- task_id is unique within a queue now.  A table made anew would double the
-- file, and take outbox and delivery with it; so the constraint alone goes, as
-- "ALTER TABLE" of SQLite's manual (section 7) has it, and its index becomes
-- one that can be dropped.  A table that reads otherwise is refused when the
-- schema is read again, and nothing of this happened.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'task_id TEXT NOT NULL UNIQUE', 'task_id TEXT NOT NULL')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema
SET name = 'run_task_old',
	sql = 'CREATE UNIQUE INDEX run_task_old ON run (task_id)'
WHERE type = 'index' AND name = 'sqlite_autoindex_run_1';
UPDATE sqlite_schema SET name = 'sqlite_autoindex_run_1'
WHERE type = 'index' AND name = 'sqlite_autoindex_run_2';
PRAGMA writable_schema = RESET;
DROP INDEX run_task_old;
CREATE UNIQUE INDEX run_task ON run (task_id, queue);

PRAGMA user_version = 4;

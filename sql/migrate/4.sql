-- script: migrate_4
-- From version 3 to 4.  New columns stand at the end of a table, as in the
-- schema; of a row of the ledger only its index is made anew.

-- NULL: what a token of before may run is as its globs of queues say.
ALTER TABLE token ADD COLUMN services TEXT;
ALTER TABLE token ADD COLUMN revoked_us INTEGER;

-- What starts things at a service, by queue.
CREATE INDEX job_render ON job (queue) WHERE render IS NOT NULL;

-- What its owner has stopped, counted by status.
CREATE INDEX job_paused ON job (id) WHERE state = 'paused';

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

-- A run may be too long, or wait for too long: what is open gets its limit.
ALTER TABLE job ADD COLUMN max_runtime_us INTEGER;
ALTER TABLE delivery ADD COLUMN max_runtime_us INTEGER;
ALTER TABLE delivery ADD COLUMN until_us INTEGER;

-- What the object retry says becomes columns; NULL: left out.  Its own column
-- becomes that of max_attempts, in place: to drop it would write each row of
-- the table anew, and few have one.  A job whose retry cannot be read gets 0
-- attempts, which quarantines it, as before; a run already decided, the
-- defaults, as before.  CAST: what is no number, or too large for one, does not
-- stop the migration.
ALTER TABLE job ADD COLUMN max_age_us INTEGER;
ALTER TABLE job ADD COLUMN base_us INTEGER;
ALTER TABLE job ADD COLUMN cap_us INTEGER;
ALTER TABLE delivery ADD COLUMN max_age_us INTEGER;
ALTER TABLE delivery ADD COLUMN base_us INTEGER;
ALTER TABLE delivery ADD COLUMN cap_us INTEGER;
UPDATE job SET
	max_age_us = CAST(json_extract(retry, '$.max_age') * 1000000 AS INTEGER),
	base_us = CAST(json_extract(retry, '$.base') * 1000000 AS INTEGER),
	cap_us = CAST(json_extract(retry, '$.cap') * 1000000 AS INTEGER)
WHERE iif(json_valid(retry), json_type(retry) = 'object', false);
UPDATE delivery SET
	max_age_us = CAST(json_extract(retry, '$.max_age') * 1000000 AS INTEGER),
	base_us = CAST(json_extract(retry, '$.base') * 1000000 AS INTEGER),
	cap_us = CAST(json_extract(retry, '$.cap') * 1000000 AS INTEGER)
WHERE iif(json_valid(retry), json_type(retry) = 'object', false);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'retry TEXT', 'max_attempts INTEGER')
WHERE type = 'table' AND name IN ('job', 'delivery');
PRAGMA writable_schema = RESET;
UPDATE job SET max_attempts = iif(
	iif(json_valid(max_attempts), json_type(max_attempts) = 'object', false),
	CAST(json_extract(max_attempts, '$.max_attempts') AS INTEGER), 0)
WHERE max_attempts IS NOT NULL;
UPDATE delivery SET max_attempts = iif(
	iif(json_valid(max_attempts), json_type(max_attempts) = 'object', false),
	CAST(json_extract(max_attempts, '$.max_attempts') AS INTEGER), NULL)
WHERE max_attempts IS NOT NULL;

UPDATE delivery
SET until_us = due_us + nullif(coalesce(max_age_us, 86400000000), 0)
WHERE next_us IS NOT NULL;
CREATE INDEX delivery_until ON delivery (until_us)
	WHERE state = 'due' AND until_us IS NOT NULL;

-- Which file of jobs a job belongs to; NULL: none.
ALTER TABLE job ADD COLUMN owner TEXT;
CREATE INDEX job_owner ON job (owner) WHERE owner IS NOT NULL;

-- Keys that Render does not accept, told once.
CREATE TABLE denial (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	key TEXT NOT NULL,
	service TEXT NOT NULL,
	reason TEXT NOT NULL,
	since_us INTEGER NOT NULL,
	ended_us INTEGER
) STRICT;

CREATE UNIQUE INDEX denial_open ON denial (key, service) WHERE ended_us IS NULL;

-- Alerts are written by what writes the state (lib/store/alert.h).
DROP TRIGGER alert_run_new;
DROP TRIGGER alert_run_state;
DROP TRIGGER alert_job_state;
DROP TRIGGER alert_message_state;

ALTER TABLE tick ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tick ADD COLUMN boot INTEGER;
ALTER TABLE tick ADD COLUMN boot_us INTEGER;
ALTER TABLE tick ADD COLUMN doubt_us INTEGER;
ALTER TABLE tick ADD COLUMN doubt_boot_us INTEGER;
ALTER TABLE tick ADD COLUMN uid INTEGER;
CREATE TABLE mark (
	name TEXT PRIMARY KEY,
	at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO mark (name, at_us)
SELECT 'clock', max(started_us) FROM tick HAVING count(*) > 0;
CREATE TABLE once (
	id INTEGER PRIMARY KEY,
	at_us INTEGER NOT NULL
) STRICT;

CREATE INDEX once_at ON once (at_us);

-- When a consumer last asked for the messages of a queue, give or take an
-- hour; NULL: not yet.
ALTER TABLE queue ADD COLUMN leased_us INTEGER;

-- Names that say what they are.  Indexes are rewritten with their columns, but
-- for two whose own name changes.
ALTER TABLE delivery RENAME COLUMN place TO service;
ALTER TABLE delivery RENAME COLUMN turn TO version;
ALTER TABLE delivery RENAME COLUMN twin TO fingerprint;
ALTER TABLE follow RENAME COLUMN place TO service;
CREATE TABLE endpoint (
	name TEXT PRIMARY KEY,
	holder INTEGER NOT NULL,
	lease_us INTEGER NOT NULL,
	fails INTEGER NOT NULL,
	next_us INTEGER NOT NULL,
	since_us INTEGER,
	reason TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO endpoint
SELECT name, holder, lease_us, fails, next_us, since_us, reason FROM lane;
DROP TABLE lane;
DROP INDEX delivery_place;
CREATE INDEX delivery_service ON delivery (service);
DROP INDEX delivery_twin;
CREATE INDEX delivery_fingerprint ON delivery (fingerprint)
	WHERE next_us IS NOT NULL AND state IN ('sending', 'unknown');

-- A message names its run, not by its body alone; and what became of it.
ALTER TABLE message ADD COLUMN run INTEGER;
UPDATE message SET run = (SELECT id FROM run
	WHERE task_id = json_extract(iif(json_valid(message.body), message.body,
			'{}'), '$.task_id')
		AND run.queue = message.queue);
CREATE INDEX message_run ON message (run) WHERE state = 2;

CREATE TABLE work (
	run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
	outcome TEXT NOT NULL,
	due_us INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	started_us INTEGER,
	finished_us INTEGER,
	status INTEGER,
	worker TEXT,
	error TEXT,
	percent INTEGER,
	progress TEXT
) STRICT;

-- The newest that did not succeed.
CREATE INDEX work_bad ON work (due_us) WHERE outcome < 'queued';

CREATE TABLE attempt (
	run INTEGER NOT NULL REFERENCES work (run) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	started_us INTEGER,
	finished_us INTEGER,
	status INTEGER,
	worker TEXT,
	error TEXT,
	PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

-- What an attempt printed, its last bytes, and what it reported as its result.
CREATE TABLE output (
	run INTEGER NOT NULL REFERENCES work (run) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	at_us INTEGER NOT NULL,
	result TEXT,
	text TEXT,
	PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

-- Are the alerts of a job to be sent?  NULL: as those of its queue.
ALTER TABLE job ADD COLUMN alerts INTEGER;
ALTER TABLE job ADD COLUMN expect_within_us INTEGER;
ALTER TABLE job ADD COLUMN failed_max_attempts INTEGER;
ALTER TABLE job ADD COLUMN failed_base_us INTEGER;
ALTER TABLE job ADD COLUMN failed_cap_us INTEGER;
-- Does it show anybody how its last run ended?
ALTER TABLE job ADD COLUMN badge INTEGER;
ALTER TABLE job_gone ADD COLUMN alerts INTEGER;

-- How many runs of a job in a row did not succeed: counted from here on.
ALTER TABLE alert ADD COLUMN streak INTEGER;
ALTER TABLE alert ADD COLUMN kinds TEXT;
CREATE TABLE streak (
	job INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
	run INTEGER NOT NULL,
	n INTEGER NOT NULL,
	since_us INTEGER NOT NULL,
	kinds TEXT NOT NULL
) STRICT;

CREATE TABLE policy (
	run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
	max_runtime_us INTEGER,
	expected_us INTEGER,
	check_us INTEGER,
	overdue_us INTEGER,
	overlong_us INTEGER,
	max_attempts INTEGER,
	base_us INTEGER,
	cap_us INTEGER,
	failures INTEGER NOT NULL,
	priority INTEGER,
	args TEXT,
	kwargs TEXT
) STRICT;

CREATE INDEX policy_check ON policy (check_us) WHERE check_us IS NOT NULL;

-- What receivers did not get one by one: the sum that they get instead, as an
-- alert.  Of each, one is open at most.
CREATE TABLE digest (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	receiver TEXT NOT NULL,
	from_us INTEGER NOT NULL,
	until_us INTEGER NOT NULL,
	is_open INTEGER
) STRICT;

CREATE UNIQUE INDEX digest_open ON digest (receiver) WHERE is_open IS NOT NULL;

-- queue and job_id are '' where there is none.
CREATE TABLE digest_sum (
	digest INTEGER NOT NULL REFERENCES digest (id) ON DELETE CASCADE,
	kind TEXT NOT NULL,
	queue TEXT NOT NULL,
	job_id TEXT NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (digest, kind, queue, job_id)
) STRICT, WITHOUT ROWID;

-- When alerts were sent, of the last hour, to receivers with a limit.
CREATE TABLE alert_sent (
	receiver TEXT NOT NULL,
	alert INTEGER NOT NULL,
	at_us INTEGER NOT NULL,
	PRIMARY KEY (receiver, alert)
) STRICT, WITHOUT ROWID;

INSERT INTO work (run, outcome, due_us, attempts, finished_us, error)
SELECT r.id, iif(m.state = 2, 'dead', iif(m.lease IS NULL, 'queued', 'running')),
	r.slot_us, m.attempt, NULL, m.reason
FROM message AS m JOIN run AS r ON r.id = m.run WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO work (run, outcome, due_us, attempts, started_us, finished_us, error)
SELECT r.id, iif(r.state = 'refused', 'failed', r.state), r.slot_us,
	coalesce(d.attempt, o.attempt, 0), d.started_us, d.finished_us, r.reason
FROM run AS r LEFT JOIN delivery AS d ON d.run = r.id
	LEFT JOIN outbox AS o ON o.run = r.id
WHERE r.state IN ('failed', 'dead', 'refused', 'canceled')
ON CONFLICT DO NOTHING;

PRAGMA user_version = 4;

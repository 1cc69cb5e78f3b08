-- script: schema
-- A fresh store, schema version 2.  Instants are microseconds since the
-- epoch, UTC.  minutehand-store(5) says the same in prose.

-- Jobs as their owners defined them.  Numbers are never used again, because
-- the ledger outlives the job.
CREATE TABLE job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	queue TEXT NOT NULL,
	job_id TEXT NOT NULL,
	trigger TEXT NOT NULL,
	args TEXT,
	kwargs TEXT,
	render TEXT,
	retry TEXT,
	description TEXT,
	priority INTEGER NOT NULL,
	misfire_grace_us INTEGER,
	coalesce INTEGER NOT NULL,
	max_catchup INTEGER NOT NULL,
	max_instances INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'quarantined')),
	reason TEXT,
	next_run_us INTEGER,
	cursor_us INTEGER,
	created_us INTEGER NOT NULL,
	changed_us INTEGER NOT NULL,
	since_us INTEGER,
	UNIQUE (queue, job_id)
) STRICT;

-- What is due, and lists by next run: of all jobs, of one queue.
CREATE INDEX job_next ON job (next_run_us);
CREATE INDEX job_queue_next ON job (queue, next_run_us);

-- What needs mending, counted at each look at health.
CREATE INDEX job_quarantined ON job (id) WHERE state = 'quarantined';

-- The ledger: one row for each slot of each job, or for a range of slots
-- that share an outcome.  job is NULL for a message published by hand.
CREATE TABLE run (
	id INTEGER PRIMARY KEY,
	task_id TEXT NOT NULL UNIQUE,
	job INTEGER,
	queue TEXT NOT NULL,
	job_id TEXT NOT NULL,
	slot_us INTEGER NOT NULL,
	last_us INTEGER NOT NULL,
	count INTEGER NOT NULL,
	state TEXT NOT NULL,
	reason TEXT,
	decided_us INTEGER NOT NULL,
	is_extra INTEGER,
	UNIQUE (job, slot_us)
) STRICT;

-- The newest slots: of all, of one queue, and those that did not run.
CREATE INDEX run_slot ON run (slot_us);
CREATE INDEX run_queue_slot ON run (queue, slot_us);
CREATE INDEX run_state_slot ON run (state, slot_us) WHERE state <> 'sent';
CREATE INDEX run_queue_state_slot ON run (queue, state, slot_us)
	WHERE state <> 'sent';

-- Which numbers a name had before: its runs are in the ledger still.
CREATE TABLE job_gone (
	queue TEXT NOT NULL,
	job_id TEXT NOT NULL,
	job INTEGER NOT NULL UNIQUE,
	gone_us INTEGER,
	reason TEXT,
	PRIMARY KEY (queue, job_id, job)
) STRICT, WITHOUT ROWID;

-- What fired before: triggers that were changed since, and those of jobs that
-- are gone.  The slots from since_us on and before until_us are theirs.  Job 0
-- stands for all that was before a store of version 1 was migrated.
CREATE TABLE history (
	job INTEGER NOT NULL,
	n INTEGER NOT NULL,
	trigger TEXT NOT NULL,
	since_us INTEGER,
	until_us INTEGER NOT NULL,
	zone_stamp INTEGER,
	PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

-- What retention took out of the ledger, so that counts stay true.  job is 0
-- for messages published by hand and for jobs nothing else is left of.
CREATE TABLE run_pruned (
	job INTEGER NOT NULL,
	queue TEXT NOT NULL,
	state TEXT NOT NULL,
	rows INTEGER NOT NULL,
	count INTEGER NOT NULL,
	first_us INTEGER NOT NULL,
	last_us INTEGER NOT NULL,
	PRIMARY KEY (job, queue, state)
) STRICT, WITHOUT ROWID;

-- How far retention has got: names of walks, and numbers of runs.
CREATE TABLE prune (
	name TEXT PRIMARY KEY,
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The embedded queue.  state: 0 ready, 1 held (leased or delayed), 2 dead.
CREATE TABLE message (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	queue TEXT NOT NULL,
	priority INTEGER NOT NULL,
	state INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	until_us INTEGER,
	enqueued_us INTEGER NOT NULL,
	lease TEXT,
	reason TEXT,
	body TEXT NOT NULL
) STRICT;

CREATE INDEX message_ready ON message (queue, priority DESC, id)
	WHERE state = 0;
CREATE INDEX message_held ON message (queue, until_us) WHERE state = 1;
CREATE INDEX message_dead ON message (queue, id) WHERE state = 2;

-- Switches of queues.
CREATE TABLE queue (
	name TEXT PRIMARY KEY,
	is_paused INTEGER NOT NULL,
	changed_us INTEGER NOT NULL,
	actor TEXT
) STRICT, WITHOUT ROWID;

-- Time zones that jobs were computed by.  stamp stands for the state of a
-- zone's file; while target is not NULL, jobs are being brought to that one,
-- and those up to the number swept have been.
CREATE TABLE zone (
	name TEXT PRIMARY KEY,
	stamp INTEGER NOT NULL,
	target INTEGER,
	swept INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Access tokens: the hash only.
CREATE TABLE token (
	id TEXT PRIMARY KEY,
	hash BLOB NOT NULL,
	name TEXT NOT NULL,
	scopes INTEGER NOT NULL,
	queues TEXT NOT NULL,
	created_us INTEGER NOT NULL,
	expires_us INTEGER,
	used_us INTEGER
) STRICT, WITHOUT ROWID;

-- Who changed what.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at_us INTEGER NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	queue TEXT,
	job_id TEXT
) STRICT;

-- When ticks ran, how long they meant to stay, what they did; the newest
-- thousand.
CREATE TABLE tick (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	started_us INTEGER NOT NULL,
	until_us INTEGER NOT NULL,
	ended_us INTEGER,
	sent INTEGER NOT NULL,
	decided INTEGER NOT NULL
) STRICT;

-- "mhnd": tells a store from other SQLite files.
PRAGMA application_id = 0x6d686e64;
PRAGMA user_version = 2;

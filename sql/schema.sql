-- script: schema
-- A fresh store, schema version 4.  Instants are microseconds since the
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
	max_attempts INTEGER,
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
	max_runtime_us INTEGER,
	max_age_us INTEGER,
	base_us INTEGER,
	cap_us INTEGER,
	owner TEXT,
	alerts INTEGER,
	expect_within_us INTEGER,
	failed_max_attempts INTEGER,
	failed_base_us INTEGER,
	failed_cap_us INTEGER,
	badge INTEGER,
	UNIQUE (queue, job_id)
) STRICT;

-- What is due, and lists by next run: of all jobs, of one queue.
CREATE INDEX job_next ON job (next_run_us);
CREATE INDEX job_queue_next ON job (queue, next_run_us);

-- What starts things at a service, by queue.
CREATE INDEX job_render ON job (queue) WHERE render IS NOT NULL;

-- What belongs to a file of jobs (minutehand apply), by its name.
CREATE INDEX job_owner ON job (owner) WHERE owner IS NOT NULL;

-- What needs mending, counted at each look at health.
CREATE INDEX job_quarantined ON job (id) WHERE state = 'quarantined';

-- What its owner has stopped, counted by status.
CREATE INDEX job_paused ON job (id) WHERE state = 'paused';

-- The ledger: one row for each slot of each job, or for a range of slots
-- that share an outcome.  job is NULL for a message published by hand.
CREATE TABLE run (
	id INTEGER PRIMARY KEY,
	task_id TEXT NOT NULL,
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

-- Queues know nothing of each other's names.
CREATE UNIQUE INDEX run_task ON run (task_id, queue);

-- The newest slots: of all, of one queue, and those that did not run.
CREATE INDEX run_slot ON run (slot_us);
CREATE INDEX run_queue_slot ON run (queue, slot_us);
CREATE INDEX run_state_slot ON run (state, slot_us) WHERE state <> 'sent';
CREATE INDEX run_queue_state_slot ON run (queue, state, slot_us)
	WHERE state <> 'sent';

-- Runs that go to an outside target: what is handed over, as it was when the
-- slot was claimed, and how far that is.  service is a Render service.  state
-- is that of the ledger row, always changed with it; version counts the
-- changes, so that of two tickers only one makes each.  next_us is when
-- somebody has to look next (due: not before; sending: the end of the sender's
-- lease; else the next look at the target), NULL once it is over.  until_us is
-- when it is given up if it is still due then, for whatever it waits; NULL:
-- never.
CREATE TABLE delivery (
	run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
	job INTEGER,
	target TEXT NOT NULL,
	service TEXT NOT NULL,
	command TEXT NOT NULL,
	plan TEXT,
	marker TEXT NOT NULL,
	on_ambiguous TEXT NOT NULL,
	max_attempts INTEGER,
	fingerprint INTEGER NOT NULL,
	state TEXT NOT NULL,
	version INTEGER NOT NULL,
	next_us INTEGER,
	is_waiting INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	due_us INTEGER NOT NULL,
	sent_us INTEGER,
	doubt_us INTEGER,
	looks INTEGER NOT NULL,
	remote_id TEXT,
	created_us INTEGER,
	started_us INTEGER,
	finished_us INTEGER,
	cancel_us INTEGER,
	max_runtime_us INTEGER,
	until_us INTEGER,
	max_age_us INTEGER,
	base_us INTEGER,
	cap_us INTEGER
) STRICT;

-- What is due, by service, and what of it was not told to wait; what is open in
-- each state; what is at the target, by service; what shares a command with a
-- request nobody knows the end of; what is in doubt, by service; what runs of a
-- job; what is to be canceled.
CREATE INDEX delivery_due ON delivery (service, due_us) WHERE state = 'due';
CREATE INDEX delivery_fresh ON delivery (service, next_us)
	WHERE state = 'due' AND is_waiting = 0;
CREATE INDEX delivery_state ON delivery (state, next_us)
	WHERE next_us IS NOT NULL;
CREATE INDEX delivery_away ON delivery (service)
	WHERE next_us IS NOT NULL AND state <> 'due';
CREATE INDEX delivery_fingerprint ON delivery (fingerprint)
	WHERE next_us IS NOT NULL AND state IN ('sending', 'unknown');
CREATE INDEX delivery_doubt ON delivery (service)
	WHERE next_us IS NOT NULL AND state = 'unknown';
CREATE INDEX delivery_job ON delivery (job) WHERE next_us IS NOT NULL;
CREATE INDEX delivery_cancel ON delivery (cancel_us)
	WHERE next_us IS NOT NULL AND cancel_us IS NOT NULL;
-- What waits for too long.
CREATE INDEX delivery_until ON delivery (until_us)
	WHERE state = 'due' AND until_us IS NOT NULL;
-- Each of the target's own jobs belongs to one run; lists of a service.
CREATE UNIQUE INDEX delivery_remote ON delivery (remote_id)
	WHERE remote_id IS NOT NULL;
CREATE INDEX delivery_service ON delivery (service);

-- Services whose jobs are followed to their end, all of one at once: when to
-- look next, up to when all ends were seen, how often there was nothing open.
CREATE TABLE follow (
	service TEXT PRIMARY KEY,
	next_us INTEGER NOT NULL,
	seen_us INTEGER NOT NULL,
	idle INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX follow_next ON follow (next_us);

-- Keys that Render does not accept, or not for a service (service; '': for
-- any), by the names they have in the configuration: since when and why, until
-- when.
CREATE TABLE denial (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	key TEXT NOT NULL,
	service TEXT NOT NULL,
	reason TEXT NOT NULL,
	since_us INTEGER NOT NULL,
	ended_us INTEGER
) STRICT;

CREATE UNIQUE INDEX denial_open ON denial (key, service) WHERE ended_us IS NULL;

-- Which numbers a name had before: its runs are in the ledger still.
CREATE TABLE job_gone (
	queue TEXT NOT NULL,
	job_id TEXT NOT NULL,
	job INTEGER NOT NULL UNIQUE,
	gone_us INTEGER,
	reason TEXT,
	alerts INTEGER,
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

-- What became of runs at their workers: of each that is in the embedded queue,
-- or was, and of each whose target reports.  started_us and what follows are
-- those of the newest attempt, attempts is its number; those before are rows of
-- their own.  due_us is the run's slot.
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

-- The newest that did not succeed: canceled, dead, expired, failed.  A list of
-- them would be a table that every change of an outcome makes.
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

-- What a job asks of the work of a run, as it was when the slot was claimed:
-- of jobs that ask for something.  check_us is when a ticker has to look next;
-- overdue_us and overlong_us are when the run was found to be so.  failures is
-- how often its work failed where the queue does not count that; with a
-- priority, what was sent to a broker, to be sent again.
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
	body TEXT NOT NULL,
	run INTEGER
) STRICT;

CREATE INDEX message_ready ON message (queue, priority DESC, id)
	WHERE state = 0;
CREATE INDEX message_held ON message (queue, until_us) WHERE state = 1;
CREATE INDEX message_dead ON message (queue, id) WHERE state = 2;
-- Runs that a dead letter may be replayed of.
CREATE INDEX message_run ON message (run) WHERE state = 2;

-- Messages on their way to a broker: as they were when the slot was claimed,
-- gone once the broker has them.  next_us is when to try next; NULL: it was
-- given up, and the row is a dead letter.  The ledger says why.
CREATE TABLE outbox (
	run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
	queue TEXT NOT NULL,
	args TEXT,
	kwargs TEXT,
	priority INTEGER NOT NULL,
	max_attempts INTEGER,
	max_age_us INTEGER,
	base_us INTEGER NOT NULL,
	cap_us INTEGER NOT NULL,
	due_us INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	next_us INTEGER
) STRICT;

CREATE INDEX outbox_due ON outbox (queue, next_us) WHERE next_us IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (queue, run) WHERE next_us IS NULL;

-- The servers they go to, by kind and name: who hands over there, and until
-- when nobody else does; since when and why it cannot be reached, how often it
-- was tried since, when it is tried next.
CREATE TABLE endpoint (
	name TEXT PRIMARY KEY,
	holder INTEGER NOT NULL,
	lease_us INTEGER NOT NULL,
	fails INTEGER NOT NULL,
	next_us INTEGER NOT NULL,
	since_us INTEGER,
	reason TEXT
) STRICT, WITHOUT ROWID;

-- Switches of queues.
CREATE TABLE queue (
	name TEXT PRIMARY KEY,
	is_paused INTEGER NOT NULL,
	changed_us INTEGER NOT NULL,
	actor TEXT,
	leased_us INTEGER
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

-- Access tokens: the hash only.  services NULL: of before version 4, when the
-- globs of queues granted services too.  revoked_us: kept for a year, to say
-- so.
CREATE TABLE token (
	id TEXT PRIMARY KEY,
	hash BLOB NOT NULL,
	name TEXT NOT NULL,
	scopes INTEGER NOT NULL,
	queues TEXT NOT NULL,
	created_us INTEGER NOT NULL,
	expires_us INTEGER,
	used_us INTEGER,
	services TEXT,
	revoked_us INTEGER
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
-- thousand.  kind: 0 started by cron, 1 by hand, 2 by URL, 3 after an answer.
-- boot and boot_us: which start of the host, and how long ago that was.
-- doubt_us: the clock, when it was not believed; doubt_boot_us with it.
CREATE TABLE tick (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	started_us INTEGER NOT NULL,
	until_us INTEGER NOT NULL,
	ended_us INTEGER,
	sent INTEGER NOT NULL,
	decided INTEGER NOT NULL,
	kind INTEGER NOT NULL DEFAULT 0,
	boot INTEGER,
	boot_us INTEGER,
	doubt_us INTEGER,
	doubt_boot_us INTEGER,
	uid INTEGER
) STRICT;

-- The latest instant by which anything was decided (clock): should it lie
-- ahead, the clock was wrong then or is now.
CREATE TABLE mark (
	name TEXT PRIMARY KEY,
	at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One-off jobs whose runs retention took: they do not run again.  id is made
-- of queue, job id and instant; at_us is when it was last asked for.
CREATE TABLE once (
	id INTEGER PRIMARY KEY,
	at_us INTEGER NOT NULL
) STRICT;

CREATE INDEX once_at ON once (at_us);

-- What somebody is to be told: the outbox.  about is a table, subject a row of
-- it; of a run each state is told once.  done has the names of those who know,
-- with commas around; next_us is NULL once all do, or it was given up.  streak
-- and kinds are those of the job then, for what belongs to one.
CREATE TABLE alert (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL DEFAULT ('msg_' || lower(hex(randomblob(12)))),
	about TEXT NOT NULL,
	subject INTEGER NOT NULL,
	kind TEXT NOT NULL,
	done TEXT NOT NULL DEFAULT ',',
	attempt INTEGER NOT NULL DEFAULT 0,
	next_us INTEGER DEFAULT 0,
	done_us INTEGER,
	reason TEXT,
	streak INTEGER,
	kinds TEXT,
	UNIQUE (about, subject, kind)
) STRICT;

CREATE INDEX alert_next ON alert (next_us) WHERE next_us IS NOT NULL;

-- Jobs whose last run that ended did not succeed: the run, how many there were
-- in a row, the slot of the first.  kinds has the alerts of them, with commas
-- around.
CREATE TABLE streak (
	job INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
	run INTEGER NOT NULL,
	n INTEGER NOT NULL,
	since_us INTEGER NOT NULL,
	kinds TEXT NOT NULL
) STRICT;

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

-- "mhnd": tells a store from other SQLite files.
PRAGMA application_id = 0x6d686e64;
PRAGMA user_version = 4;

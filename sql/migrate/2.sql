-- script: migrate_2
-- From version 1 to 2.  New columns stand at the end of a table, as in the
-- schema; nothing is done for each job.

ALTER TABLE job ADD COLUMN since_us INTEGER;
CREATE INDEX job_quarantined ON job (id) WHERE state = 'quarantined';

ALTER TABLE run ADD COLUMN is_extra INTEGER;

ALTER TABLE job_gone ADD COLUMN gone_us INTEGER;
ALTER TABLE job_gone ADD COLUMN reason TEXT;

ALTER TABLE queue ADD COLUMN actor TEXT;

-- Runs that go to an outside target: what is handed over, as it was when the
-- slot was claimed, and how far that is.  place is a Render service.  state is
-- that of the ledger row, always changed with it; turn counts the changes, so
-- that of two tickers only one makes each.  next_us is when somebody has to
-- look next (due: not before; sending: the end of the sender's lease; else the
-- next look at the target), NULL once it is over.
CREATE TABLE delivery (
	run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
	job INTEGER,
	target TEXT NOT NULL,
	place TEXT NOT NULL,
	command TEXT NOT NULL,
	plan TEXT,
	marker TEXT NOT NULL,
	on_ambiguous TEXT NOT NULL,
	retry TEXT,
	twin INTEGER NOT NULL,
	state TEXT NOT NULL,
	turn INTEGER NOT NULL,
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
	cancel_us INTEGER
) STRICT;

-- What is due, by service, and what of it was not told to wait; what is open in each state; what
-- is at the target, by service; what shares a command with a request nobody
-- knows the end of; what is in doubt, by service; what runs of a job; what is
-- to be canceled.
CREATE INDEX delivery_due ON delivery (place, due_us) WHERE state = 'due';
CREATE INDEX delivery_fresh ON delivery (place, next_us)
	WHERE state = 'due' AND is_waiting = 0;
CREATE INDEX delivery_state ON delivery (state, next_us)
	WHERE next_us IS NOT NULL;
CREATE INDEX delivery_away ON delivery (place)
	WHERE next_us IS NOT NULL AND state <> 'due';
CREATE INDEX delivery_twin ON delivery (twin)
	WHERE next_us IS NOT NULL AND state IN ('sending', 'unknown');
CREATE INDEX delivery_doubt ON delivery (place)
	WHERE next_us IS NOT NULL AND state = 'unknown';
CREATE INDEX delivery_job ON delivery (job) WHERE next_us IS NOT NULL;
CREATE INDEX delivery_cancel ON delivery (cancel_us)
	WHERE next_us IS NOT NULL AND cancel_us IS NOT NULL;
-- Each of the target's own jobs belongs to one run; lists of a service.
CREATE UNIQUE INDEX delivery_remote ON delivery (remote_id)
	WHERE remote_id IS NOT NULL;
CREATE INDEX delivery_place ON delivery (place);

-- Services whose jobs are followed to their end, all of one at once: when to
-- look next, up to when all ends were seen, how often there was nothing open.
CREATE TABLE follow (
	place TEXT PRIMARY KEY,
	next_us INTEGER NOT NULL,
	seen_us INTEGER NOT NULL,
	idle INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX follow_next ON follow (next_us);

-- Triggers that were changed before are not known: the audit begins now.
CREATE TABLE history (
	job INTEGER NOT NULL,
	n INTEGER NOT NULL,
	trigger TEXT NOT NULL,
	since_us INTEGER,
	until_us INTEGER NOT NULL,
	zone_stamp INTEGER,
	PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

INSERT INTO history (job, n, trigger, until_us)
VALUES (0, 0, '',
	CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER));

-- What somebody is to be told: the outbox.  about is a table, subject a row of
-- it; of a run each state is told once.  done has the names of those who know,
-- with commas around; next_us is NULL once all do, or it was given up.
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
	UNIQUE (about, subject, kind)
) STRICT;

CREATE INDEX alert_next ON alert (next_us) WHERE next_us IS NOT NULL;

-- By triggers, so that whoever writes a state writes its alert with it.  A run
-- in doubt is news only when nobody looks for it any more; the ledger's row is
-- changed after that of its delivery.
CREATE TRIGGER alert_run_new AFTER INSERT ON run
WHEN NEW.state IN ('missed', 'failed', 'refused', 'dead')
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('run', NEW.id, NEW.state)
	ON CONFLICT (about, subject, kind) DO NOTHING;
END;

CREATE TRIGGER alert_run_state AFTER UPDATE OF state ON run
WHEN NEW.state IN ('missed', 'failed', 'refused', 'dead')
	OR NEW.state = 'unknown' AND NOT EXISTS (SELECT 1 FROM delivery
		WHERE run = NEW.id AND next_us IS NOT NULL)
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('run', NEW.id, NEW.state)
	ON CONFLICT (about, subject, kind) DO NOTHING;
END;

CREATE TRIGGER alert_job_state AFTER UPDATE OF state ON job
WHEN NEW.state = 'quarantined' AND OLD.state <> 'quarantined'
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('job', NEW.id, 'quarantined')
	ON CONFLICT (about, subject, kind) DO UPDATE SET
		name = 'msg_' || lower(hex(randomblob(12))), done = ',',
		attempt = 0, next_us = 0, done_us = NULL, reason = NULL;
END;

CREATE TRIGGER alert_message_state AFTER UPDATE OF state ON message
WHEN NEW.state = 2
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('message', NEW.id, 'dead')
	ON CONFLICT (about, subject, kind) DO NOTHING;
END;

PRAGMA user_version = 2;

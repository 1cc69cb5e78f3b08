-- script: migrate_3
-- From version 2 to 3: brokers besides the embedded queue.

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
CREATE TABLE lane (
	name TEXT PRIMARY KEY,
	holder INTEGER NOT NULL,
	lease_us INTEGER NOT NULL,
	fails INTEGER NOT NULL,
	next_us INTEGER NOT NULL,
	since_us INTEGER,
	reason TEXT
) STRICT, WITHOUT ROWID;

-- Not IN: each row would make a table of the list, which takes longer than
-- the row.  What is dead once more, after somebody replayed it, is news again.
DROP TRIGGER alert_run_new;
DROP TRIGGER alert_run_state;
DROP TRIGGER alert_message_state;

CREATE TRIGGER alert_run_new AFTER INSERT ON run
WHEN NEW.state = 'missed' OR NEW.state = 'failed' OR NEW.state = 'refused'
	OR NEW.state = 'dead'
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('run', NEW.id, NEW.state)
	ON CONFLICT (about, subject, kind) DO NOTHING;
END;

CREATE TRIGGER alert_run_state AFTER UPDATE OF state ON run
WHEN NEW.state = 'missed' OR NEW.state = 'failed' OR NEW.state = 'refused'
	OR NEW.state = 'dead'
	OR NEW.state = 'unknown' AND NOT EXISTS (SELECT 1 FROM delivery
		WHERE run = NEW.id AND next_us IS NOT NULL)
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('run', NEW.id, NEW.state)
	ON CONFLICT (about, subject, kind) DO UPDATE SET
		name = 'msg_' || lower(hex(randomblob(12))), done = ',',
		attempt = 0, next_us = 0, done_us = NULL, reason = NULL
	WHERE NEW.state IN ('refused', 'dead') AND OLD.state = 'due';
END;

CREATE TRIGGER alert_message_state AFTER UPDATE OF state ON message
WHEN NEW.state = 2 AND OLD.state <> 2
BEGIN
	INSERT INTO alert (about, subject, kind)
	VALUES ('message', NEW.id, 'dead')
	ON CONFLICT (about, subject, kind) DO UPDATE SET
		name = 'msg_' || lower(hex(randomblob(12))), done = ',',
		attempt = 0, next_us = 0, done_us = NULL, reason = NULL;
END;

PRAGMA user_version = 3;

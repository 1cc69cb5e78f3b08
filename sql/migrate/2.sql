-- script: migrate_2
-- From version 1 to 2.  New columns stand at the end of a table, as in the
-- schema; nothing is done for each job.

ALTER TABLE job ADD COLUMN since_us INTEGER;
CREATE INDEX job_quarantined ON job (id) WHERE state = 'quarantined';

ALTER TABLE run ADD COLUMN is_extra INTEGER;

ALTER TABLE job_gone ADD COLUMN gone_us INTEGER;
ALTER TABLE job_gone ADD COLUMN reason TEXT;

ALTER TABLE queue ADD COLUMN actor TEXT;

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

PRAGMA user_version = 2;

-- Who changed what, and when ticks ran.

-- columns: audit
at_us, actor, action, queue, job_id

-- columns: tick
id, started_us, ended_us, sent, decided

-- columns: tick_span
started_us, until_us, ended_us

-- columns: tick_new
started_us, until_us, kind, boot, boot_us, doubt_us, doubt_boot_us, uid

-- columns: tick_believed
started_us AS now_us, boot, boot_us

-- columns: tick_doubted
doubt_us AS now_us, boot, doubt_boot_us AS boot_us

-- name: audit_insert
INSERT INTO audit ({audit}) VALUES ({:audit});

-- name: audit_prune
DELETE FROM audit WHERE id IN (
	SELECT id FROM (SELECT id, at_us FROM audit ORDER BY id LIMIT :limit)
	WHERE at_us < :before_us);

-- name: tick_insert
INSERT INTO tick ({tick_new}, sent, decided) VALUES ({:tick_new}, 0, 0);

-- name: tick_end
UPDATE tick SET ended_us = :ended_us, sent = :sent, decided = :decided,
	doubt_us = :doubt_us, doubt_boot_us = :doubt_boot_us
WHERE id = :id;

-- name: tick_prune
DELETE FROM tick WHERE id <= :id - 1000;

-- name: tick_relief
SELECT 1 FROM tick
WHERE id > :id AND until_us > :until_us AND ended_us IS NULL LIMIT 1;

-- Those that cron or a URL-cron started, by a clock that was believed.

-- name: tick_newest
SELECT {tick} FROM tick
WHERE kind IN (0, 2) AND (doubt_us IS NULL OR doubt_us > started_us)
ORDER BY id DESC LIMIT :limit;

-- The last clock that was believed, and the one before this if it was not.

-- name: tick_believed
SELECT {tick_believed} FROM tick
WHERE doubt_us IS NULL OR doubt_us > started_us ORDER BY id DESC LIMIT 1;

-- name: tick_doubted
SELECT {tick_doubted} FROM tick
WHERE id = (SELECT max(id) FROM tick) AND doubt_us IS NOT NULL;

-- The user whose ticks cron starts, when none of late was :uid's.

-- name: tick_foreign
WITH newest AS (SELECT id, started_us, uid FROM tick
	WHERE kind IN (0, 2) AND uid IS NOT NULL ORDER BY id DESC LIMIT 1)
SELECT newest.uid FROM newest
WHERE NOT EXISTS (SELECT 1 FROM tick
	WHERE tick.id > newest.id - 100 AND tick.uid = :uid AND kind IN (0, 2)
		AND (tick.id > newest.id - 12
			OR tick.started_us > newest.started_us - 3600000000));

-- name: tick_of_kind
SELECT max(started_us) FROM tick WHERE kind = :kind;

-- name: tick_newest_any
SELECT {tick_span} FROM tick ORDER BY id DESC LIMIT 1;

-- name: mark_raise
INSERT INTO mark (name, at_us) VALUES ('clock', :at_us)
ON CONFLICT (name) DO UPDATE SET at_us = excluded.at_us
WHERE at_us < excluded.at_us;

-- name: mark_set
INSERT INTO mark (name, at_us) VALUES ('clock', :at_us)
ON CONFLICT (name) DO UPDATE SET at_us = excluded.at_us;

-- name: mark_get
SELECT at_us FROM mark WHERE name = 'clock';

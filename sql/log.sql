-- Who changed what, and when ticks ran.

-- name: audit_insert
INSERT INTO audit (at_us, actor, action, queue, job_id)
VALUES (:at_us, :actor, :action, :queue, :job_id);

-- name: audit_prune
DELETE FROM audit WHERE id IN (
	SELECT id FROM (SELECT id, at_us FROM audit ORDER BY id LIMIT :limit)
	WHERE at_us < :before_us);

-- name: tick_insert
INSERT INTO tick (started_us, until_us, sent, decided)
VALUES (:started_us, :until_us, 0, 0);

-- name: tick_end
UPDATE tick SET ended_us = :ended_us, sent = :sent, decided = :decided
WHERE id = :id;

-- name: tick_prune
DELETE FROM tick WHERE id <= :id - 1000;

-- name: tick_relief
SELECT 1 FROM tick
WHERE id > :id AND until_us > :until_us AND ended_us IS NULL LIMIT 1;

-- name: tick_newest
SELECT id, started_us, coalesce(ended_us, 0), sent, decided
FROM tick ORDER BY id DESC LIMIT :limit;

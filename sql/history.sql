-- Triggers that jobs had before.

-- The trigger of a job's row, as a version that ends: at an instant, or with
-- the last slot that is decided.  Not kept if it had no slot yet, nor if it
-- is to be followed by the same.

-- name: history_end
INSERT INTO history (job, n, trigger, since_us, until_us, zone_stamp)
SELECT id, (SELECT coalesce(max(n), 0) + 1 FROM history WHERE job = :job),
	trigger, CASE WHEN cursor_us <= :keep_us
		THEN coalesce(max(since_us, :keep_us + 1), :keep_us + 1)
		ELSE since_us END,
	max(:until_us, coalesce(cursor_us, :until_us)),
	(SELECT stamp FROM zone WHERE name = :zone)
FROM job
WHERE id = :job AND trigger IS NOT :next
	AND (since_us IS NULL
		OR since_us < max(:until_us, coalesce(cursor_us, :until_us)));

-- A slot in the midst of those that end with it is kept for what follows:
-- those before it are a version of their own.

-- name: history_end_before
INSERT INTO history (job, n, trigger, since_us, until_us)
SELECT id, (SELECT coalesce(max(n), 0) + 1 FROM history WHERE job = :job),
	trigger, since_us, :keep_us
FROM job
WHERE id = :job AND trigger IS NOT :next AND cursor_us <= :keep_us
	AND (since_us IS NULL OR since_us < :keep_us);

-- The same trigger may begin anew before it began: the clock was set back.

-- name: history_begin
UPDATE job SET since_us = CASE WHEN trigger IS :next
	THEN min(since_us, :since_us) ELSE :since_us END
WHERE id = :job;

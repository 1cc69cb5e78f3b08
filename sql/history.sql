-- Triggers that jobs had before.

-- The trigger of a job's row, as a version that ends: at an instant, or with
-- the last slot that is decided.  Not kept if it had no slot yet, nor if it
-- is to be followed by the same.

-- name: history_end
INSERT INTO history (job, n, trigger, since_us, until_us, zone_stamp)
SELECT id, (SELECT coalesce(max(n), 0) + 1 FROM history WHERE job = :job),
	trigger, since_us, max(:until_us, coalesce(cursor_us, :until_us)),
	(SELECT stamp FROM zone WHERE name = :zone)
FROM job
WHERE id = :job AND trigger IS NOT :next
	AND (since_us IS NULL
		OR since_us < max(:until_us, coalesce(cursor_us, :until_us)));

-- The same trigger may begin anew before it began: the clock was set back.

-- name: history_begin
UPDATE job SET since_us = CASE WHEN trigger IS :next
	THEN min(since_us, :since_us) ELSE :since_us END
WHERE id = :job;

-- Taking back what was decided by a clock that was ahead (lib/sched_clock.c).

-- Rows of a job that stand for slots yet to come.

-- name: clock_rows
SELECT id, slot_us, state FROM run
WHERE job = :job AND last_us > :now AND slot_us >= coalesce(
	(SELECT max(slot_us) FROM run WHERE job = :job AND slot_us <= :now),
	:now)
ORDER BY slot_us;

-- name: clock_row_cut
UPDATE run SET last_us = :last_us, count = :count WHERE id = :id;

-- What was launched stays, and its slot is not launched again; the job begins
-- before it.

-- name: clock_row_keep
UPDATE run SET is_extra = 1 WHERE id = :id;

-- name: clock_job
UPDATE job SET next_run_us = :next_run_us, cursor_us = :cursor_us,
	since_us = min(since_us, :cursor_us),
	created_us = min(created_us, :now), changed_us = min(changed_us, :now)
WHERE id = :id;

-- name: clock_history
UPDATE history SET until_us = :now + 1 WHERE job = :job AND until_us > :now;

-- name: clock_history_none
DELETE FROM history WHERE job = :job AND since_us >= until_us;

-- Leases that no consumer could ask for, and delays that end behind the last
-- decision.

-- name: clock_queues
SELECT queue, count(*) FROM message
WHERE state = 1 AND until_us > iif(lease IS NULL, :mark, :now + 43200000000)
GROUP BY queue;

-- name: clock_messages
UPDATE message SET until_us = max(:now, until_us - (:mark - :now))
WHERE state = 1 AND until_us > iif(lease IS NULL, :mark, :now + 43200000000);

-- Tries that are more than an hour away come at once: that does no harm.

-- name: clock_outbox
UPDATE outbox SET next_us = :now WHERE next_us > :now + 3600000000;

-- name: clock_delivery
UPDATE delivery SET next_us = min(next_us, :now), due_us = min(due_us, :now),
	sent_us = min(sent_us, :since), doubt_us = min(doubt_us, :now)
WHERE next_us > :now + 3600000000;

-- name: clock_follow
UPDATE follow SET next_us = min(next_us, :now), seen_us = min(seen_us, :since)
WHERE next_us > :now + 3600000000 OR seen_us > :now;

-- name: clock_lane
UPDATE lane SET lease_us = min(lease_us, :now), next_us = min(next_us, :now),
	since_us = min(since_us, :now)
WHERE lease_us > :now + 3600000000 OR next_us > :now + 3600000000;

-- name: clock_alert
UPDATE alert SET next_us = :now WHERE next_us > :now + 3600000000;

-- name: clock_tick
UPDATE tick SET doubt_us = started_us, doubt_boot_us = boot_us
WHERE started_us > :now;

-- name: clock_since
SELECT coalesce(max(started_us), :now) FROM tick WHERE started_us <= :now;

-- Taking back what was decided by a clock that was ahead (lib/sched/clock.c).

-- columns: clock_row
id, slot_us, state

-- columns: clock_queue
queue, count(*) AS count

-- Rows of a job that stand for slots yet to come.

-- name: clock_rows
SELECT {clock_row} FROM run
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
UPDATE job SET trigger = :trigger, next_run_us = :next_run_us,
	cursor_us = :cursor_us,
	since_us = min(since_us, :cursor_us),
	created_us = min(created_us, :now), changed_us = min(changed_us, :now)
WHERE id = :id;

-- name: clock_history
UPDATE history SET until_us = :now + 1 WHERE job = :job AND until_us > :now;

-- name: clock_history_none
DELETE FROM history WHERE job = :job AND since_us >= until_us;

-- Jobs that ended by it.

-- name: clock_gone_count
SELECT count(*) FROM job_gone WHERE gone_us > :now;

-- Leases that no consumer could ask for, and delays that end behind the first
-- decision that was ahead.

-- name: clock_queues
SELECT {clock_queue} FROM message
WHERE state = 1 AND until_us > iif(lease IS NULL, coalesce(
	(SELECT min(started_us) FROM tick WHERE started_us > :now), :mark),
	:now + 43200000000)
GROUP BY queue;

-- name: clock_messages
UPDATE message SET until_us = max(:now, until_us - (:mark - :now))
WHERE state = 1 AND until_us > iif(lease IS NULL, coalesce(
	(SELECT min(started_us) FROM tick WHERE started_us > :now), :mark),
	:now + 43200000000);

-- Tries that are more than an hour away come at once: that does no harm.

-- name: clock_outbox
UPDATE outbox SET next_us = min(next_us, :now), due_us = min(due_us, :now)
WHERE next_us > :now + 3600000000 OR due_us > :now;

-- A run that waits is given up as long after it became due as before.

-- name: clock_delivery
UPDATE delivery SET next_us = min(next_us, :now), due_us = min(due_us, :now),
	until_us = until_us - max(0, due_us - :now),
	sent_us = iif(sent_us > :now, :since, sent_us),
	doubt_us = min(doubt_us, :now), cancel_us = min(cancel_us, :now)
WHERE next_us IS NOT NULL AND (next_us > :now + 3600000000
	OR due_us > :now OR sent_us > :now OR doubt_us > :now
	OR cancel_us > :now + 3600000000);

-- name: clock_follow
UPDATE follow SET next_us = min(next_us, :now), seen_us = min(seen_us, :since)
WHERE next_us > :now + 3600000000 OR seen_us > :now;

-- name: clock_endpoint
UPDATE endpoint SET lease_us = min(lease_us, :now), next_us = min(next_us, :now),
	since_us = min(since_us, :now)
WHERE lease_us > :now + 3600000000 OR next_us > :now + 3600000000
	OR since_us > :now;

-- name: clock_alert
UPDATE alert SET next_us = :now WHERE next_us > :now + 3600000000;

-- What was noted for later reading.  A token's end is its owner's wish.

-- name: clock_jobs
UPDATE job SET created_us = min(created_us, :now),
	changed_us = min(changed_us, :now)
WHERE created_us > :now OR changed_us > :now;

-- name: clock_runs
UPDATE run SET decided_us = :now WHERE decided_us > :now;

-- name: clock_enqueued
UPDATE message SET enqueued_us = :now WHERE enqueued_us > :now;

-- name: clock_queue
UPDATE queue SET changed_us = min(changed_us, :now),
	leased_us = min(leased_us, :now)
WHERE changed_us > :now OR leased_us > :now;

-- What was to be looked at is looked at again, which says when next.

-- name: clock_policy
UPDATE policy SET check_us = min(check_us, :now),
	overdue_us = min(overdue_us, :now), overlong_us = min(overlong_us, :now)
WHERE check_us > :now OR overdue_us > :now OR overlong_us > :now;

-- name: clock_work
UPDATE work SET started_us = min(started_us, :now),
	finished_us = min(finished_us, :now)
WHERE started_us > :now OR finished_us > :now;

-- name: clock_attempt
UPDATE attempt SET started_us = min(started_us, :now),
	finished_us = min(finished_us, :now)
WHERE started_us > :now OR finished_us > :now;

-- name: clock_output
UPDATE output SET at_us = :now WHERE at_us > :now;

-- name: clock_denial
UPDATE denial SET since_us = min(since_us, :now),
	ended_us = min(ended_us, :now)
WHERE since_us > :now OR ended_us > :now;

-- name: clock_gone
UPDATE job_gone SET gone_us = :now WHERE gone_us > :now;

-- name: clock_told
UPDATE alert SET done_us = :now WHERE done_us > :now;

-- name: clock_token
UPDATE token SET created_us = min(created_us, :now),
	used_us = min(used_us, :now), revoked_us = min(revoked_us, :now)
WHERE created_us > :now OR used_us > :now OR revoked_us > :now;

-- name: clock_tick
UPDATE tick SET doubt_us = started_us, doubt_boot_us = boot_us
WHERE started_us > :now;

-- name: clock_since
SELECT coalesce(max(started_us), :now) FROM tick WHERE started_us <= :now;

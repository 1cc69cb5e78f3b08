-- The ledger.

-- columns: run_new
task_id, job, queue, job_id, slot_us, last_us, count, state, reason, decided_us

-- columns: run
{run_new}, id, outcome, attempts, started_us, finished_us, status, worker, error,
	percent, progress

-- How a run ended, also if no worker has reported: as run_outcome has it.

-- columns: run_outcome
coalesce(outcome, CASE state WHEN 'sent' THEN 'unreported'
	WHEN 'due' THEN 'queued' WHEN 'sending' THEN 'queued'
	WHEN 'unknown' THEN 'queued' ELSE '' END)

-- name: run_insert
INSERT INTO run ({run_new}, is_extra) VALUES ({:run_new}, :is_extra);

-- name: run_set
UPDATE run SET state = :state, reason = :reason WHERE id = :run;

-- name: run_last
SELECT id, state = :state AND reason IS :reason AND last_us < :slot_us
FROM run WHERE job = :job ORDER BY slot_us DESC LIMIT 1;

-- Rows of a job do not overlap: the one that began last before an instant
-- tells whether that is covered, the next one where the stretch ends.

-- name: run_before
SELECT last_us FROM run WHERE job = :job AND slot_us <= :at_us
ORDER BY slot_us DESC LIMIT 1;

-- name: run_after
SELECT slot_us FROM run WHERE job = :job AND slot_us >= :at_us
ORDER BY slot_us LIMIT 1;

-- name: run_extend
UPDATE run SET last_us = :last_us, count = count + :count,
	decided_us = :decided_us
WHERE id = :id;

-- Lists are ordered by slot, newest first, and go on below a slot and an id.
-- By a comparison of both, SQLite would read all rows of that slot again for
-- each page.

-- name: run_list
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE slot_us = :slot_us AND id < :id
	AND :slot_us >= :from_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE slot_us < :slot_us AND slot_us >= :from_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us DESC, id DESC LIMIT :limit;

-- name: run_list_state
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE state = :state AND state <> 'sent' AND slot_us = :slot_us AND id < :id
	AND :slot_us >= :from_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE state = :state AND state <> 'sent' AND slot_us < :slot_us
	AND slot_us >= :from_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us DESC, id DESC LIMIT :limit;

-- name: run_list_queue
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND slot_us = :slot_us AND id < :id
	AND :slot_us >= :from_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND slot_us < :slot_us AND slot_us >= :from_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us DESC, id DESC LIMIT :limit;

-- name: run_list_queue_state
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND state = :state AND state <> 'sent'
	AND slot_us = :slot_us AND id < :id
	AND :slot_us >= :from_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND state = :state AND state <> 'sent'
	AND slot_us < :slot_us AND slot_us >= :from_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us DESC, id DESC LIMIT :limit;

-- name: run_list_job
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
	AND (slot_us, id) < (:slot_us, :id) AND slot_us >= :from_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us DESC, id DESC LIMIT :limit;

-- Of those that did not succeed alone.

-- name: run_list_bad
SELECT {run} FROM work INDEXED BY work_bad JOIN run ON run.id = work.run
WHERE outcome < 'queued' AND instr(:outcomes, outcome || ',')
	AND (due_us, work.run) < (:slot_us, :id) AND due_us >= :from_us
	AND (:state IS NULL OR state = :state)
	AND (:queue IS NULL OR queue = :queue)
	AND (:job_id IS NULL OR job_id = :job_id)
ORDER BY due_us DESC, work.run DESC LIMIT :limit;

-- The same lists, oldest first: above a slot and an id.

-- name: run_list_asc
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE slot_us = :slot_us AND id > :id
	AND :slot_us < :to_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE slot_us > :slot_us AND slot_us < :to_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us, id LIMIT :limit;

-- name: run_list_state_asc
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE state = :state AND state <> 'sent' AND slot_us = :slot_us AND id > :id
	AND :slot_us < :to_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE state = :state AND state <> 'sent' AND slot_us > :slot_us
	AND slot_us < :to_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us, id LIMIT :limit;

-- name: run_list_queue_asc
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND slot_us = :slot_us AND id > :id
	AND :slot_us < :to_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND slot_us > :slot_us AND slot_us < :to_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us, id LIMIT :limit;

-- name: run_list_queue_state_asc
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND state = :state AND state <> 'sent'
	AND slot_us = :slot_us AND id > :id
	AND :slot_us < :to_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
UNION ALL SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE queue = :queue AND state = :state AND state <> 'sent'
	AND slot_us > :slot_us AND slot_us < :to_us
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us, id LIMIT :limit;

-- name: run_list_job_asc
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
	AND (slot_us, id) > (:slot_us, :id) AND slot_us < :to_us
	AND (:state IS NULL OR state = :state)
	AND (:outcomes IS NULL OR instr(:outcomes, {run_outcome} || ','))
ORDER BY slot_us, id LIMIT :limit;

-- name: run_list_bad_asc
SELECT {run} FROM work INDEXED BY work_bad JOIN run ON run.id = work.run
WHERE outcome < 'queued' AND instr(:outcomes, outcome || ',')
	AND (due_us, work.run) > (:slot_us, :id) AND due_us < :to_us
	AND (:state IS NULL OR state = :state)
	AND (:queue IS NULL OR queue = :queue)
	AND (:job_id IS NULL OR job_id = :job_id)
ORDER BY due_us, work.run LIMIT :limit;

-- Rows as they come: by their numbers.

-- name: run_after_row
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE run.id > :id AND (:queue IS NULL OR queue = :queue)
	AND (:job_id IS NULL OR job_id = :job_id)
ORDER BY run.id;

-- name: run_row
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id WHERE run.id = :id;

-- Sums over time: a count in an index for each stretch of time and each state,
-- so that the rows are not read; of a job, only those of rare states are.

-- name: run_count
SELECT count(*) FROM run WHERE slot_us >= :from_us AND slot_us < :to_us;

-- name: run_count_state
SELECT count(*) FROM run
WHERE state = :state AND state <> 'sent'
	AND slot_us >= :from_us AND slot_us < :to_us;

-- name: run_count_queue
SELECT count(*) FROM run
WHERE queue = :queue AND slot_us >= :from_us AND slot_us < :to_us;

-- name: run_count_queue_state
SELECT count(*) FROM run
WHERE queue = :queue AND state = :state AND state <> 'sent'
	AND slot_us >= :from_us AND slot_us < :to_us;

-- name: run_count_job
SELECT count(*) FROM run
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
	AND slot_us >= :from_us AND slot_us < :to_us;

-- name: run_count_job_state
SELECT count(*) FROM run
WHERE queue = :queue AND state = :state AND state <> 'sent'
	AND slot_us >= :from_us AND slot_us < :to_us AND job_id = :job_id;

-- Those that were handed over, and did not succeed.

-- columns: run_bad
queue, due_us, outcome

-- name: run_bad_in
SELECT {run_bad} FROM work INDEXED BY work_bad JOIN run ON run.id = work.run
WHERE outcome < 'queued' AND due_us >= :from_us AND due_us < :to_us
	AND state = 'sent' AND (:queue IS NULL OR queue = :queue)
	AND (:job_id IS NULL OR job_id = :job_id);

-- How long the last attempts at the newest runs took.

-- name: run_took
SELECT queue, job IS NULL, finished_us - started_us
FROM (SELECT id, queue, job FROM run WHERE slot_us >= :from_us
	ORDER BY slot_us DESC LIMIT :limit) AS r
CROSS JOIN work ON work.run = r.id
WHERE finished_us >= started_us;

-- When the newest run of a job that succeeded ended, among its newest ones.

-- name: run_last_success
SELECT finished_us FROM (SELECT id FROM run WHERE job = :job
	ORDER BY slot_us DESC LIMIT 100) AS r
CROSS JOIN work ON work.run = r.id
WHERE outcome = 'succeeded' LIMIT 1;

-- How the newest run of a job that has ended did.

-- name: run_last_end
SELECT outcome FROM (SELECT id FROM run WHERE job = :job
	ORDER BY slot_us DESC LIMIT 100) AS r
CROSS JOIN work ON work.run = r.id
WHERE outcome NOT IN ('queued', 'running') LIMIT 1;

-- The next queue by name that has runs.

-- name: run_next_queue
SELECT queue FROM run WHERE queue > :queue ORDER BY queue LIMIT 1;

-- Does the Render API have runs at a service of that name?

-- name: run_is_direct
SELECT 1 FROM delivery WHERE service = :queue AND job IS NULL LIMIT 1;

-- name: run_get
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE task_id = :task_id ORDER BY id;

-- A row of the job that stands for some instant from at to until.

-- name: run_at
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
	AND slot_us <= :until_us AND last_us >= :at_us
ORDER BY slot_us DESC LIMIT 1;

-- What has decided a slot of the name, not by hand; missed if all else fails.

-- name: run_once
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
	AND slot_us = :at_us AND is_extra IS NULL
ORDER BY state = 'missed', id DESC LIMIT 1;

-- Has the job succeeded at a later slot?

-- name: run_success_after
SELECT 1 FROM run JOIN work ON work.run = run.id
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
	AND slot_us > :at_us AND outcome = 'succeeded' LIMIT 1;

-- name: run_newest
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
		UNION ALL SELECT job FROM job_gone
		WHERE queue = :queue AND job_id = :job_id)
ORDER BY slot_us DESC LIMIT 1;

-- name: run_newest_of
SELECT {run} FROM run LEFT JOIN work ON work.run = run.id
WHERE job = :job ORDER BY slot_us DESC LIMIT 1;

-- name: run_pruned_of
SELECT coalesce(max(last_us), 0) FROM run_pruned
WHERE job IN (SELECT id FROM job WHERE queue = :queue AND job_id = :job_id
	UNION ALL SELECT job FROM job_gone
	WHERE queue = :queue AND job_id = :job_id);

-- The last slot that was decided: a run by hand decides none.

-- name: run_decided
SELECT last_us FROM run WHERE job = :job AND is_extra IS NULL
ORDER BY slot_us DESC LIMIT 1;

-- Retention (lib/store/prune.h).  A walk looks at the oldest rows, in steps.

-- name: prune_at
SELECT at FROM prune WHERE name = :name;

-- name: prune_move
INSERT INTO prune (name, at) VALUES (:name, :at)
ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE at <> excluded.at;

-- name: prune_newest
SELECT coalesce(max(id), 0) FROM run;

-- columns: prune_once
queue, job_id, slot_us

-- columns: prune_seen
r.id, r.job, r.state, r.decided_us,
	coalesce(r.last_us >= j.cursor_us, 0) OR EXISTS (SELECT 1
		FROM delivery WHERE run = r.id AND next_us IS NOT NULL)
		OR EXISTS (SELECT 1 FROM outbox WHERE run = r.id)
		OR EXISTS (SELECT 1 FROM message WHERE run = r.id AND state = 2)
		OR EXISTS (SELECT 1 FROM work WHERE run = r.id
			AND outcome IN ('queued', 'running')) AS is_needed

-- name: prune_walk
SELECT {prune_seen} FROM run AS r LEFT JOIN job AS j ON j.id = r.job
WHERE r.id > :id ORDER BY r.id LIMIT :limit;

-- Not id % :every: with 8 jobs that run together each 64th row is always of the
-- same one.

-- name: prune_next_job
SELECT id, job FROM run
WHERE id > :id AND (id * 40503 >> 16) % :every = 0 AND job IS NOT NULL
ORDER BY id LIMIT 1;

-- The newest slot of a job that is one too many.

-- name: prune_job_bound
SELECT slot_us FROM run WHERE job = :job
ORDER BY slot_us DESC LIMIT 1 OFFSET :keep;

-- name: prune_job_rows
SELECT id FROM run
WHERE job = :job AND slot_us <= :slot_us
	AND last_us < coalesce((SELECT cursor_us FROM job WHERE id = :job),
		9223372036854775807)
	AND NOT EXISTS (SELECT 1
		FROM delivery AS d WHERE d.run = run.id AND next_us IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.run = run.id)
	AND NOT EXISTS (SELECT 1
		FROM message AS m WHERE m.run = run.id AND m.state = 2)
	AND NOT EXISTS (SELECT 1 FROM work AS w WHERE w.run = run.id
		AND w.outcome IN ('queued', 'running'))
ORDER BY slot_us LIMIT :limit;

-- name: prune_sum
INSERT INTO run_pruned (job, queue, state, rows, count, first_us, last_us)
SELECT coalesce(job, 0), queue, state, 1, count, slot_us, last_us
FROM run WHERE id = :id
ON CONFLICT (job, queue, state) DO UPDATE SET
	rows = rows + 1, count = count + excluded.count,
	first_us = min(first_us, excluded.first_us),
	last_us = max(last_us, excluded.last_us);

-- Triggers that ended before a row's last slot: no slot of theirs is audited
-- any more.

-- name: prune_versions
DELETE FROM history
WHERE job = (SELECT job FROM run WHERE id = :id)
	AND until_us <= (SELECT last_us FROM run WHERE id = :id);

-- The one run of a job that fired once: its name and slot are remembered.

-- name: prune_once
SELECT {prune_once} FROM run
WHERE id = :id AND is_extra IS NULL AND state <> 'missed'
	AND EXISTS (SELECT 1 FROM history
		WHERE job = run.job AND trigger GLOB 'date;*');

-- name: once_add
INSERT INTO once (id, at_us) VALUES (:id, :now) ON CONFLICT (id) DO NOTHING;

-- name: once_has
SELECT at_us FROM once WHERE id = :id;

-- It was asked for again; noted once a day.

-- name: once_seen
UPDATE once SET at_us = :now WHERE id = :id AND at_us < :now - 86400000000;

-- name: once_prune
DELETE FROM once WHERE id IN (SELECT id FROM once WHERE at_us < :before_us
	ORDER BY at_us LIMIT :limit);

-- name: once_surplus
DELETE FROM once WHERE id IN (SELECT id FROM once
	ORDER BY at_us LIMIT :limit);

-- name: prune_row
DELETE FROM run WHERE id = :id;

-- Is nothing left of a job but its sums?

-- name: prune_is_over
SELECT NOT EXISTS (SELECT 1 FROM run WHERE job = :job)
	AND NOT EXISTS (SELECT 1 FROM job WHERE id = :job);

-- name: prune_fold
INSERT INTO run_pruned (job, queue, state, rows, count, first_us, last_us)
SELECT 0, queue, state, rows, count, first_us, last_us
FROM run_pruned WHERE job = :job
ON CONFLICT (job, queue, state) DO UPDATE SET
	rows = rows + excluded.rows, count = count + excluded.count,
	first_us = min(first_us, excluded.first_us),
	last_us = max(last_us, excluded.last_us);

-- name: prune_sums
DELETE FROM run_pruned WHERE job = :job;

-- name: prune_name
DELETE FROM job_gone WHERE job = :job;

-- name: prune_history
DELETE FROM history WHERE job = :job;

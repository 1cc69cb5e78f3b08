-- Statements on jobs.

-- columns: retry
max_attempts, max_age_us, base_us, cap_us

-- columns: job_definition
trigger, args, kwargs, render, {retry}, description, priority, misfire_grace_us,
	coalesce, max_catchup, max_instances, max_runtime_us, owner, alerts,
	expect_within_us, failed_max_attempts, failed_base_us, failed_cap_us,
	badge

-- columns: job_state
state, reason, next_run_us, cursor_us, changed_us

-- columns: job
id, queue, job_id, created_us, {job_definition}, {job_state}

-- columns: gone
gone_us, reason

-- name: job_insert
INSERT INTO job (queue, job_id, created_us, {job_definition}, {job_state},
	since_us)
VALUES (:queue, :job_id, :created_us, {:job_definition}, {:job_state},
	:cursor_us);

-- name: job_update
UPDATE job SET {job_definition=}, {job_state=} WHERE id = :id;

-- name: job_advance
UPDATE job SET next_run_us = :next_run_us, cursor_us = :cursor_us
WHERE id = :id;

-- name: job_move
UPDATE job SET {job_state=} WHERE id = :id;

-- name: job_mark_gone
INSERT INTO job_gone (queue, job_id, job, gone_us, reason, alerts)
SELECT queue, job_id, id, :now, :reason, alerts FROM job WHERE id = :id;

-- name: job_gone_last
SELECT {gone} FROM job_gone
WHERE queue = :queue AND job_id = :job_id ORDER BY job DESC LIMIT 1;

-- name: job_gone_any
SELECT 1 FROM job_gone WHERE queue = :queue LIMIT 1;

-- name: job_delete
DELETE FROM job WHERE id = :id;

-- name: job_get
SELECT {job} FROM job WHERE queue = :queue AND job_id = :job_id;

-- name: job_list_owned
SELECT {job} FROM job WHERE owner = :owner ORDER BY queue, job_id;

-- By name, after one, for export.

-- name: job_named
SELECT {job} FROM job WHERE (queue, job_id) > (:queue, :job_id)
ORDER BY queue, job_id LIMIT :limit;

-- name: job_due
SELECT {job} FROM job WHERE next_run_us <= :now ORDER BY next_run_us, id LIMIT :limit;

-- name: job_due_queue
SELECT {job} FROM job WHERE queue = :queue AND next_run_us <= :now
ORDER BY next_run_us, id LIMIT :limit;

-- name: job_next
SELECT next_run_us FROM job WHERE next_run_us IS NOT NULL
ORDER BY next_run_us LIMIT 1;

-- Lists go on after a next run and an id.  By a comparison of both, SQLite
-- would read all jobs of that next run again for each page.

-- name: job_list_timed
SELECT {job} FROM job WHERE next_run_us = :next_run_us AND id > :id
UNION ALL SELECT {job} FROM job WHERE next_run_us > :next_run_us
ORDER BY next_run_us, id LIMIT :limit;

-- name: job_list_idle
SELECT {job} FROM job WHERE next_run_us IS NULL AND id > :id ORDER BY id LIMIT :limit;

-- name: job_list_queue_timed
SELECT {job} FROM job
WHERE queue = :queue AND next_run_us = :next_run_us AND id > :id
UNION ALL SELECT {job} FROM job
WHERE queue = :queue AND next_run_us > :next_run_us
ORDER BY next_run_us, id LIMIT :limit;

-- name: job_list_queue_idle
SELECT {job} FROM job WHERE queue = :queue AND next_run_us IS NULL AND id > :id
ORDER BY id LIMIT :limit;

-- name: job_count
SELECT count(*) FROM job;

-- name: job_count_queue
SELECT count(*) FROM job WHERE queue = :queue;

-- name: job_quarantined
SELECT {job} FROM job WHERE state = 'quarantined' ORDER BY id LIMIT :limit;

-- name: job_quarantined_queues
SELECT queue, count(*) FROM job WHERE state = 'quarantined' GROUP BY queue;

-- name: job_count_quarantined
SELECT count(*) FROM job WHERE state = 'quarantined';

-- Jobs of a queue by name; the next queue by name that has jobs.

-- name: job_names
SELECT id, queue, job_id FROM job
WHERE queue = :queue ORDER BY job_id LIMIT :limit;

-- name: job_next_queue
SELECT queue FROM job WHERE queue > :queue ORDER BY queue LIMIT 1;

-- Jobs whose next run is past, up to a limit.

-- name: job_count_overdue
SELECT count(*) FROM (SELECT 1 FROM job WHERE next_run_us < :before_us
	LIMIT :limit);

-- name: job_count_overdue_queue
SELECT count(*) FROM (SELECT 1 FROM job
	WHERE queue = :queue AND next_run_us < :before_us LIMIT :limit);

-- name: job_count_paused
SELECT count(*) FROM job WHERE state = 'paused';

-- name: job_count_grace
SELECT count(*) FROM job WHERE misfire_grace_us < :grace_us;

-- A stored trigger is "kind;timezone=ZONE;...".

-- name: job_count_other_zone
SELECT count(*) FROM job
WHERE instr(trigger || ';', ';timezone=' || :zone || ';') = 0;

-- Deleting all jobs, or those of a queue, goes by batches up to the newest.

-- name: job_newest
SELECT coalesce(max(id), 0) FROM job;

-- Services at which active jobs of a queue run; null for one that cannot be
-- read.

-- name: job_services
SELECT DISTINCT iif(json_valid(render), json_extract(render, '$.serviceId'),
	NULL)
FROM job WHERE queue = :queue AND render IS NOT NULL AND state = 'active';

-- The same to warn of what is missing: of so many jobs at most.

-- name: job_services_some
SELECT DISTINCT json_extract(render, '$.serviceId')
FROM (SELECT render FROM job
	WHERE queue = :queue AND render IS NOT NULL AND state = 'active'
	LIMIT :limit)
WHERE json_valid(render);

-- Of all queues: services and their jobs, of so many.

-- name: job_services_first
SELECT json_extract(render, '$.serviceId'), count(*)
FROM (SELECT render FROM job INDEXED BY job_render WHERE render IS NOT NULL
	LIMIT :limit)
WHERE json_valid(render) AND json_extract(render, '$.serviceId') IS NOT NULL
GROUP BY 1;

-- name: job_batch
SELECT {job} FROM job WHERE id <= :id ORDER BY id LIMIT :limit;

-- name: job_batch_queue
SELECT {job} FROM job WHERE queue = :queue AND id <= :id LIMIT :limit;

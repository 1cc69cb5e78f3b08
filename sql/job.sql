-- Statements on jobs.  A column list stands in one order everywhere:
-- store_job.c reads rows by it.

-- name: job_insert
INSERT INTO job (queue, job_id, trigger, args, kwargs, render, retry,
	description, priority, misfire_grace_us, coalesce, max_catchup,
	max_instances, state, reason, next_run_us, cursor_us, created_us,
	changed_us, since_us, max_runtime_us)
VALUES (:queue, :job_id, :trigger, :args, :kwargs, :render, :retry,
	:description, :priority, :misfire_grace_us, :coalesce, :max_catchup,
	:max_instances, :state, :reason, :next_run_us, :cursor_us, :created_us,
	:changed_us, :cursor_us, :max_runtime_us);

-- name: job_update
UPDATE job SET trigger = :trigger, args = :args, kwargs = :kwargs,
	render = :render, retry = :retry, description = :description,
	priority = :priority, misfire_grace_us = :misfire_grace_us,
	coalesce = :coalesce, max_catchup = :max_catchup,
	max_instances = :max_instances, state = :state, reason = :reason,
	next_run_us = :next_run_us, cursor_us = :cursor_us,
	changed_us = :changed_us, max_runtime_us = :max_runtime_us
WHERE id = :id;

-- name: job_advance
UPDATE job SET next_run_us = :next_run_us, cursor_us = :cursor_us
WHERE id = :id;

-- name: job_move
UPDATE job SET state = :state, reason = :reason, next_run_us = :next_run_us,
	cursor_us = :cursor_us, changed_us = :changed_us
WHERE id = :id;

-- name: job_mark_gone
INSERT INTO job_gone (queue, job_id, job, gone_us, reason)
SELECT queue, job_id, id, :now, :reason FROM job WHERE id = :id;

-- name: job_gone_last
SELECT gone_us, reason FROM job_gone
WHERE queue = :queue AND job_id = :job_id ORDER BY job DESC LIMIT 1;

-- name: job_delete
DELETE FROM job WHERE id = :id;

-- name: job_get
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE queue = :queue AND job_id = :job_id;

-- name: job_due
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE next_run_us <= :now ORDER BY next_run_us, id LIMIT :limit;

-- name: job_next
SELECT next_run_us FROM job WHERE next_run_us IS NOT NULL
ORDER BY next_run_us LIMIT 1;

-- name: job_list_timed
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE (next_run_us, id) > (:next_run_us, :id)
ORDER BY next_run_us, id LIMIT :limit;

-- name: job_list_idle
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE next_run_us IS NULL AND id > :id ORDER BY id LIMIT :limit;

-- name: job_list_queue_timed
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE queue = :queue AND (next_run_us, id) > (:next_run_us, :id)
ORDER BY next_run_us, id LIMIT :limit;

-- name: job_list_queue_idle
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE queue = :queue AND next_run_us IS NULL AND id > :id
ORDER BY id LIMIT :limit;

-- name: job_count
SELECT count(*) FROM job;

-- name: job_count_queue
SELECT count(*) FROM job WHERE queue = :queue;

-- name: job_quarantined
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE state = 'quarantined' ORDER BY id LIMIT :limit;

-- name: job_quarantined_queues
SELECT queue, count(*) FROM job WHERE state = 'quarantined' GROUP BY queue;

-- name: job_count_quarantined
SELECT count(*) FROM job WHERE state = 'quarantined';

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

-- name: job_batch
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE id <= :id ORDER BY id LIMIT :limit;

-- name: job_batch_queue
SELECT id, queue, job_id, trigger, args, kwargs, render, retry, description,
	priority, misfire_grace_us, coalesce, max_catchup, max_instances, state,
	reason, next_run_us, cursor_us, created_us, changed_us, max_runtime_us
FROM job WHERE queue = :queue AND id <= :id LIMIT :limit;

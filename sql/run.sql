-- The ledger.

-- name: run_insert
INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count, state,
	reason, decided_us)
VALUES (:task_id, :job, :queue, :job_id, :slot_us, :last_us, :count, :state,
	:reason, :decided_us);

-- name: run_last
SELECT id, state = :state AND reason IS :reason FROM run
WHERE job = :job ORDER BY slot_us DESC LIMIT 1;

-- name: run_extend
UPDATE run SET last_us = :last_us, count = count + :count,
	decided_us = :decided_us
WHERE id = :id;

-- name: run_list
SELECT task_id, job, queue, job_id, slot_us, last_us, count, state, reason,
	decided_us
FROM run
WHERE (:queue IS NULL OR queue = :queue)
	AND (:job_id IS NULL OR job_id = :job_id)
ORDER BY id DESC LIMIT :limit;

-- What a simulation asks its copy of a store; sim_begin.sql made the tables.

-- columns: sim_job
b.id, b.queue, b.job_id, b.trigger, b.state AS was, b.cursor_us AS from_us,
	j.id IS NULL AS is_gone, j.state, j.cursor_us, j.next_run_us

-- columns: sim_count
state, n, late, worst_us

-- columns: sim_total
state, sum(n) AS n, sum(late) AS late, max(worst_us) AS worst_us

-- name: sim_jobs
SELECT {sim_job}
FROM sim_job AS b LEFT JOIN job AS j ON j.id = b.id
ORDER BY b.queue, b.job_id;

-- name: sim_counts
SELECT {sim_count} FROM sim_count
WHERE job = :job AND (n <> 0 OR late <> 0);

-- name: sim_totals
SELECT {sim_total} FROM sim_count
GROUP BY state HAVING sum(n) <> 0 OR sum(late) <> 0 ORDER BY sum(n) DESC;

-- All messages are consumed, at once and with success.

-- name: sim_work
UPDATE work SET outcome = 'succeeded'
WHERE run IN (SELECT run FROM message WHERE state = 0);

-- name: sim_consume
DELETE FROM message WHERE state = 0;

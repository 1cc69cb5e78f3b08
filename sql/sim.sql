-- What a simulation asks its copy of a store; sim_begin.sql made the tables.

-- name: sim_jobs
SELECT b.id, b.queue, b.job_id, b.trigger, b.state, b.cursor_us, j.state,
	j.cursor_us, j.next_run_us
FROM sim_job AS b LEFT JOIN job AS j ON j.id = b.id
ORDER BY b.queue, b.job_id;

-- name: sim_counts
SELECT state, n, late, worst_us FROM sim_count WHERE job = :job AND n <> 0;

-- name: sim_totals
SELECT state, sum(n), sum(late), max(worst_us) FROM sim_count
GROUP BY state HAVING sum(n) <> 0 ORDER BY sum(n) DESC;

-- name: sim_consume
DELETE FROM message WHERE state = 0;

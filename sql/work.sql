-- The work of runs: what became of them at their workers.

-- columns: output
result, text AS output

-- columns: attempt
n, started_us, finished_us, status, worker, error

-- name: work_insert
INSERT INTO work (run, outcome, due_us, attempts)
VALUES (:run, 'queued', :due_us, 0)
ON CONFLICT (run) DO UPDATE SET outcome = excluded.outcome;

-- name: work_start
UPDATE work SET outcome = 'running', attempts = attempts + 1,
	worker = :worker, started_us = :now, finished_us = NULL, status = NULL,
	error = NULL, percent = NULL, progress = NULL
WHERE run = :run;

-- How far the attempt under way is; what is not said stays.

-- name: work_progress
UPDATE work SET percent = coalesce(:percent, percent),
	progress = coalesce(:progress, progress)
WHERE run = :run AND outcome = 'running';

-- A worker's report of its own goes before what the queue knows.

-- name: work_end
UPDATE work SET outcome = :outcome, finished_us = :now, status = :status,
	error = :error
WHERE run = :run AND outcome = 'running';

-- An attempt that did not succeed is kept, for there may be another.

-- name: work_keep
INSERT INTO attempt (run, n, started_us, finished_us, status, worker, error)
SELECT run, attempts, started_us, finished_us, status, worker, error
FROM work WHERE run = :run AND attempts > 0
ON CONFLICT DO NOTHING;

-- name: work_reopen
UPDATE work SET outcome = :outcome WHERE run = :run;

-- Those whose messages a queue loses.

-- name: work_clear
UPDATE work SET outcome = 'canceled', finished_us = :now, error = :reason
WHERE run IN (SELECT run FROM message WHERE queue = :queue AND state = 0
	UNION ALL SELECT run FROM message WHERE queue = :queue AND state = 1);

-- What the target reports of a run that it executes.

-- name: work_follow
INSERT INTO work (run, outcome, due_us, attempts, started_us, finished_us,
	status, error)
SELECT id, :outcome, slot_us, :attempt, :started_us, :finished_us, :status,
	:error
FROM run WHERE id = :run
ON CONFLICT (run) DO UPDATE SET outcome = excluded.outcome,
	attempts = excluded.attempts, started_us = excluded.started_us,
	finished_us = excluded.finished_us, status = excluded.status,
	error = excluded.error;

-- Of a target that reports nothing there is nothing to keep.

-- name: work_forget
DELETE FROM work WHERE run = :run AND started_us IS NULL;

-- name: work_attempts
SELECT {attempt} FROM attempt
WHERE run = :run AND n < (SELECT attempts FROM work WHERE run = :run)
ORDER BY n;

-- What is not given stays as it was reported before.

-- name: output_set
INSERT INTO output (run, n, at_us, result, text)
SELECT run, attempts, :now, :result, :output FROM work WHERE run = :run
ON CONFLICT (run, n) DO UPDATE SET at_us = excluded.at_us,
	result = coalesce(excluded.result, result),
	text = coalesce(excluded.text, text);

-- Of the last attempt alone: what an earlier one printed is not its output.

-- name: output_last
SELECT {output} FROM output
WHERE run = :run AND n = (SELECT attempts FROM work WHERE run = :run);

-- What jobs ask of the work of their runs (lib/store/policy.h).

-- What a ticker looks at: the last attempt, and the longest of those before.

-- columns: policy
p.run, p.max_runtime_us, p.expected_us, p.overdue_us, p.overlong_us, r.task_id,
	r.queue, r.state, w.outcome, w.started_us, w.finished_us,
	(SELECT max(finished_us - started_us) FROM attempt WHERE run = p.run)
		AS longest_us

-- columns: policy_retry
max_attempts, base_us, cap_us, failures, priority IS NOT NULL AS is_sent

-- name: policy_insert
INSERT INTO policy (run, max_runtime_us, expected_us, check_us, max_attempts,
	base_us, cap_us, failures, priority, args, kwargs)
VALUES (:run, :max_runtime_us, :expected_us, :expected_us, :max_attempts,
	:base_us, :cap_us, 0, :priority, :args, :kwargs);

-- An attempt begins that must not last for longer.

-- name: policy_start
UPDATE policy SET check_us = min(coalesce(check_us, :now + max_runtime_us),
		:now + max_runtime_us)
WHERE run = :run AND max_runtime_us IS NOT NULL;

-- name: policy_next
SELECT check_us FROM policy WHERE check_us IS NOT NULL
ORDER BY check_us LIMIT 1;

-- name: policy_due
SELECT {policy} FROM policy AS p JOIN run AS r ON r.id = p.run
	LEFT JOIN work AS w ON w.run = p.run
WHERE p.check_us <= :now ORDER BY p.check_us LIMIT :limit;

-- name: policy_checked
UPDATE policy SET check_us = :check_us, overdue_us = :overdue_us,
	overlong_us = :overlong_us
WHERE run = :run;

-- Work that failed, and is tried again.

-- name: policy_retry
SELECT {policy_retry} FROM policy
WHERE run = :run AND max_attempts IS NOT NULL;

-- name: policy_failed
UPDATE policy SET failures = :failures WHERE run = :run;

-- What a broker had is sent once more; its attempts at handing over and their
-- age count anew.

-- name: policy_resend
INSERT INTO outbox (run, queue, args, kwargs, priority, {retry}, due_us,
	attempt, next_us)
SELECT p.run, r.queue, p.args, p.kwargs, p.priority,
	j.max_attempts + p.failures, coalesce(j.max_age_us, :max_age_us),
	coalesce(j.base_us, :base_us), coalesce(j.cap_us, :cap_us), :next_us,
	p.failures, :next_us
FROM policy AS p JOIN run AS r ON r.id = p.run LEFT JOIN job AS j ON j.id = r.job
WHERE p.run = :run AND p.priority IS NOT NULL;

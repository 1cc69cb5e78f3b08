-- Runs that go to outside targets.

-- columns: delivery
d.run, r.task_id, d.job, d.target, d.service, d.command, d.plan, d.marker,
	d.on_ambiguous, {retry}, d.state, d.version,
	d.next_us, d.is_waiting, d.attempt, d.due_us, d.sent_us, d.doubt_us,
	d.looks, d.remote_id, d.created_us, d.started_us, d.finished_us,
	d.cancel_us, r.reason, r.decided_us, d.max_runtime_us

-- columns: target
json_extract(:render, '$.serviceId') AS service,
	json_extract(:render, '$.startCommand') AS command,
	nullif(json_extract(:render, '$.planId'), '') AS plan,
	coalesce(json_extract(:render, '$.marker'), '') AS marker,
	coalesce(json_extract(:render, '$.on_ambiguous'), 'retry')
		AS on_ambiguous

-- columns: follow
service, seen_us, idle

-- columns: denial
key, service, reason, since_us

-- columns: follow_open
count(*) AS n, min(iif(state = 'created', created_us, NULL)) AS waiting_us,
	max(created_us) AS youngest_us

-- name: delivery_target
SELECT {target};

-- name: delivery_insert
INSERT INTO delivery (run, job, target, service, command, plan, marker,
	on_ambiguous, {retry}, fingerprint, state, version, next_us, is_waiting,
	attempt, due_us, looks, max_runtime_us, until_us)
VALUES (:run, :job, :target, :service, :command, :plan, :marker,
	:on_ambiguous, {:retry}, :fingerprint, 'due', 0, :due_us, 0, 0, :due_us,
	0, :max_runtime_us, :until_us);

-- name: delivery_move
UPDATE delivery SET state = :state, version = version + 1, next_us = :next_us,
	is_waiting = :is_waiting, attempt = :attempt, sent_us = :sent_us,
	doubt_us = :doubt_us, looks = :looks, remote_id = :remote_id,
	created_us = :created_us, started_us = :started_us,
	finished_us = :finished_us
WHERE run = :run AND version = :version;

-- name: delivery_get
SELECT {delivery} FROM delivery AS d JOIN run AS r ON r.id = d.run WHERE r.task_id = :task_id;

-- The run of a job of the target's.

-- name: delivery_of_remote
SELECT {delivery} FROM delivery AS d JOIN run AS r ON r.id = d.run
WHERE d.remote_id = :remote_id;

-- Places that have something due: the next one by name.

-- name: delivery_due_service
SELECT service FROM delivery WHERE state = 'due' AND service > :service
ORDER BY service LIMIT 1;

-- Due there, but for those whose command is under way already.

-- name: delivery_due
SELECT {delivery} FROM delivery AS d INDEXED BY delivery_due
	JOIN run AS r ON r.id = d.run
WHERE d.state = 'due' AND d.service = :service AND d.next_us <= :now
	AND d.cancel_us IS NULL
	AND (d.until_us IS NULL OR d.until_us > :now)
	AND NOT EXISTS (SELECT 1 FROM delivery AS t WHERE t.fingerprint = d.fingerprint
		AND t.next_us IS NOT NULL AND t.state IN ('sending', 'unknown'))
ORDER BY d.due_us, d.run LIMIT :limit;

-- In one state, and somebody has to look.

-- name: delivery_in_state
SELECT {delivery} FROM delivery AS d JOIN run AS r ON r.id = d.run
WHERE d.state = :state AND d.next_us <= :now
ORDER BY d.next_us LIMIT :limit;

-- Due for longer than it may wait, whatever it waits for.

-- name: delivery_expired
SELECT {delivery} FROM delivery AS d INDEXED BY delivery_until
	JOIN run AS r ON r.id = d.run
WHERE d.state = 'due' AND d.until_us <= :now
ORDER BY d.until_us LIMIT :limit;

-- What is due, by service, for people.

-- name: delivery_due_count
SELECT service, count(*) FROM delivery INDEXED BY delivery_due
WHERE state = 'due' GROUP BY service;

-- Jobs that go there, by service, for people.

-- name: delivery_job_count
SELECT coalesce(json_extract(render, '$.serviceId'), ''), count(*) FROM job
WHERE render IS NOT NULL AND state <> 'quarantined' AND json_valid(render)
GROUP BY 1;

-- At the target, or perhaps there; in doubt.

-- name: delivery_away_count
SELECT count(*) FROM delivery INDEXED BY delivery_away
WHERE service = :service AND next_us IS NOT NULL AND state <> 'due';

-- name: delivery_doubt_count
SELECT count(*) FROM delivery INDEXED BY delivery_doubt
WHERE service = :service AND next_us IS NOT NULL AND state = 'unknown';

-- name: delivery_away_services
SELECT service, count(*) FROM delivery INDEXED BY delivery_away
WHERE next_us IS NOT NULL AND state <> 'due' GROUP BY service;

-- What keeps one more run of a job from starting: how many are open, and the
-- oldest of them.

-- name: delivery_of_job
SELECT n, (SELECT task_id FROM run WHERE id = oldest)
FROM (SELECT count(*) AS n, min(run) AS oldest FROM delivery
	WHERE job = :job AND next_us IS NOT NULL);

-- name: delivery_cancel
UPDATE delivery SET cancel_us = coalesce(cancel_us, :now)
WHERE run = :run AND next_us IS NOT NULL;

-- name: delivery_put_off
UPDATE delivery SET cancel_us = :at_us
WHERE run = :run AND cancel_us IS NOT NULL;

-- name: delivery_to_cancel
SELECT {delivery} FROM delivery AS d INDEXED BY delivery_cancel
	JOIN run AS r ON r.id = d.run
WHERE d.cancel_us <= :now AND d.next_us IS NOT NULL
	AND d.state IN ('due', 'created', 'running')
ORDER BY d.cancel_us LIMIT :limit;

-- Is there anything to do now?

-- name: delivery_work
SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'due' AND next_us <= :now)
	OR EXISTS (SELECT 1 FROM delivery
		WHERE state = 'sending' AND next_us <= :now)
	OR EXISTS (SELECT 1 FROM delivery
		WHERE state = 'unknown' AND next_us <= :now)
	OR EXISTS (SELECT 1 FROM delivery
		WHERE state = 'created' AND next_us <= :now)
	OR EXISTS (SELECT 1 FROM delivery
		WHERE state = 'running' AND next_us <= :now)
	OR EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_cancel
		WHERE cancel_us <= :now AND next_us IS NOT NULL
		AND state IN ('due', 'created', 'running'))
	OR EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_until
		WHERE state = 'due' AND until_us <= :now)
	OR EXISTS (SELECT 1 FROM follow WHERE next_us <= :now);

-- The next instant at which somebody has to look, after :now.

-- name: delivery_next
SELECT min(next_us) FROM (
	SELECT min(next_us) AS next_us FROM delivery
	WHERE state = 'due' AND next_us > :now
	UNION ALL SELECT min(next_us) FROM delivery
	WHERE state = 'sending' AND next_us > :now
	UNION ALL SELECT min(next_us) FROM delivery
	WHERE state = 'unknown' AND next_us > :now
	UNION ALL SELECT min(next_us) FROM delivery
	WHERE state = 'created' AND next_us > :now
	UNION ALL SELECT min(next_us) FROM delivery
	WHERE state = 'running' AND next_us > :now
	UNION ALL SELECT min(cancel_us)
	FROM delivery INDEXED BY delivery_cancel
	WHERE cancel_us > :now AND next_us IS NOT NULL
		AND state IN ('created', 'running')
	UNION ALL SELECT min(until_us)
	FROM delivery INDEXED BY delivery_until
	WHERE state = 'due' AND until_us > :now
	UNION ALL SELECT min(next_us) FROM follow WHERE next_us > :now);

-- Say once of what is due there that it is kept back.

-- name: delivery_wait_say
UPDATE run SET reason = :reason WHERE id IN (
	SELECT run FROM delivery INDEXED BY delivery_fresh
	WHERE state = 'due' AND service = :service
		AND next_us <= :now AND is_waiting = 0);

-- name: delivery_wait
UPDATE delivery INDEXED BY delivery_fresh SET is_waiting = 1
WHERE state = 'due' AND service = :service AND next_us <= :now AND is_waiting = 0;

-- One service's runs, newest first, below a row; statuses is ",a,b," or NULL.

-- name: delivery_list
SELECT {delivery} FROM delivery AS d JOIN run AS r ON r.id = d.run
WHERE d.service = :service AND d.run < :below
	AND (:statuses IS NULL OR instr(:statuses, ',' || CASE
		WHEN d.state IN ('running', 'succeeded', 'canceled') THEN d.state
		WHEN d.next_us IS NULL THEN 'failed'
		ELSE 'pending' END || ',') > 0)
	AND r.decided_us BETWEEN :created_after AND :created_before
	AND (:is_any_start
		OR d.started_us BETWEEN :started_after AND :started_before)
	AND (:is_any_finish
		OR d.finished_us BETWEEN :finished_after AND :finished_before)
ORDER BY d.run DESC LIMIT :limit;

-- Following, by service.

-- name: follow_add
INSERT INTO follow (service, next_us, seen_us, idle)
VALUES (:service, :next_us, :seen_us, 0)
ON CONFLICT (service) DO UPDATE SET next_us = min(next_us, excluded.next_us),
	idle = 0;

-- name: follow_due
SELECT {follow} FROM follow WHERE next_us <= :now
ORDER BY next_us LIMIT 1;

-- name: follow_claim
UPDATE follow SET next_us = :next_us WHERE service = :service AND next_us <= :now;

-- name: follow_done
UPDATE follow SET next_us = :next_us, seen_us = :seen_us, idle = :idle
WHERE service = :service;

-- name: follow_drop
DELETE FROM follow WHERE service = :service;

-- What is open at a service: how many, and since when the oldest that does
-- not run yet and the youngest of all are there.

-- name: follow_open
SELECT {follow_open} FROM delivery INDEXED BY delivery_away
WHERE service = :service AND next_us IS NOT NULL AND state <> 'due'
	AND state IN ('created', 'running');

-- Keys that Render does not accept: one row from the first refusal to the
-- first answer that is none.  service '' is any service.

-- name: denial_add
INSERT INTO denial (key, service, reason, since_us)
VALUES (:key, :service, :reason, :now)
ON CONFLICT (key, service) WHERE ended_us IS NULL DO NOTHING;

-- name: denial_forget
DELETE FROM denial WHERE ended_us < :before_us;

-- name: denial_end
UPDATE denial SET ended_us = :now
WHERE key = :key AND service = :service AND ended_us IS NULL;

-- name: denial_open
SELECT {denial} FROM denial WHERE ended_us IS NULL
ORDER BY id;

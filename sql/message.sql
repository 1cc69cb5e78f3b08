-- The embedded queue.

-- columns: message
id, state, attempt, message.priority, until_us, enqueued_us, lease, reason,
	body, message.run, policy.max_runtime_us, policy.max_attempts

-- columns: params
priority, json_extract(body, '$.args') AS args,
	json_extract(body, '$.kwargs') AS kwargs

-- Dead letters.  They are named like their run; one whose run is gone, by what
-- its body says, else by its own number.

-- columns: message_body
json_extract(iif(json_valid(m.body), m.body, '{}'), '$.task_id', '$.job_id')

-- columns: message_dead_name
m.id, coalesce(r.task_id, nullif(({message_body} ->> 0) || '', ''), 'message:' || m.id)
		AS name,
	iif(r.id IS NULL, ({message_body} ->> 1) || '', iif(r.job IS NULL, NULL,
		r.job_id)) AS job_id

-- columns: dead
{message_dead_name}, m.reason, m.attempt, m.enqueued_us, r.slot_us, m.body

-- name: message_insert
INSERT INTO message (queue, priority, state, attempt, enqueued_us, body, run)
VALUES (:queue, :priority, 0, 0, :now, :body, :run);

-- A job may say how often its work is tried, and when again: what comes back
-- held and without an instant gets one then (message_put_off).

-- name: message_expire
UPDATE message SET
	state = iif(lease IS NULL, 0, iif(attempt >= coalesce((SELECT max_attempts
			FROM policy WHERE policy.run = message.run), :max_deliveries), 2,
		iif((SELECT max_attempts FROM policy
			WHERE policy.run = message.run) IS NULL, 0, 1))),
	reason = iif(lease IS NOT NULL, :reason, reason),
	lease = NULL, until_us = NULL
WHERE queue = :queue AND state = 1 AND until_us <= :now
RETURNING id, state, run, attempt, until_us;

-- name: message_put_off
UPDATE message SET until_us = :until_us WHERE id = :id;

-- name: message_pick
SELECT {message} FROM message LEFT JOIN policy ON policy.run = message.run
WHERE queue = :queue AND state = 0
ORDER BY message.priority DESC, id LIMIT :limit;

-- name: message_lease
UPDATE message SET state = 1, attempt = attempt + 1, until_us = :until_us,
	lease = :lease
WHERE id = :id;

-- The run of a leased message.  RETURNING would make a table for each.

-- name: message_leased
SELECT coalesce(run, 0) FROM message
WHERE id = :id AND queue = :queue AND state = 1 AND lease = :lease;

-- name: message_ack
DELETE FROM message WHERE id = :id;

-- name: message_extend
UPDATE message SET until_us = :until_us
WHERE id = :id AND queue = :queue AND state = 1 AND lease = :lease;

-- name: message_nack
UPDATE message SET
	attempt = attempt - :free,
	state = iif(:free = 0 AND attempt >= coalesce((SELECT max_attempts
			FROM policy WHERE policy.run = message.run), :max_deliveries), 2,
		iif(:until_us IS NULL AND (:free = 1 OR :may_wait = 0
			OR (SELECT max_attempts FROM policy
				WHERE policy.run = message.run) IS NULL), 0, 1)),
	until_us = iif(:free = 0 AND (attempt >= coalesce((SELECT max_attempts
				FROM policy WHERE policy.run = message.run),
				:max_deliveries)
			OR :may_wait = 1 AND (SELECT max_attempts FROM policy
				WHERE policy.run = message.run) IS NOT NULL),
		NULL, :until_us),
	lease = NULL, reason = iif(:free = 0, :reason, coalesce(:reason, reason))
WHERE id = :id AND queue = :queue AND state = 1 AND lease = :lease
RETURNING id, state, run, attempt, until_us;

-- The lease of a run's message, for a worker that knows its run alone.

-- name: message_lease_of
SELECT lease FROM message
WHERE queue = :queue AND state = 1 AND run = :run AND lease IS NOT NULL;

-- name: message_peek_ready
SELECT {message} FROM message LEFT JOIN policy ON policy.run = message.run
WHERE queue = :queue AND state = 0
ORDER BY message.priority DESC, id LIMIT :limit;

-- name: message_peek_held
SELECT {message} FROM message LEFT JOIN policy ON policy.run = message.run
WHERE queue = :queue AND state = 1
ORDER BY until_us LIMIT :limit;

-- name: message_peek_dead
SELECT {message} FROM message LEFT JOIN policy ON policy.run = message.run
WHERE queue = :queue AND state = 2 ORDER BY id LIMIT :limit;

-- The parameters of a run's message, while it is there.

-- name: message_params
SELECT {params} FROM message
WHERE queue = :queue AND enqueued_us = :enqueued_us AND run = :run
LIMIT 1;

-- name: message_count
SELECT (SELECT count(*) FROM message WHERE queue = :queue AND state = 0)
	+ (SELECT count(*) FROM message WHERE queue = :queue AND state = 1);

-- name: message_clear_ready
DELETE FROM message WHERE queue = :queue AND state = 0;

-- name: message_clear_held
DELETE FROM message WHERE queue = :queue AND state = 1;

-- name: message_dead
SELECT {dead} FROM message AS m LEFT JOIN run AS r ON r.id = m.run
WHERE m.queue = :queue AND m.state = 2 AND m.id > :after
ORDER BY m.id LIMIT :limit;

-- name: message_dead_get
SELECT {dead} FROM message AS m LEFT JOIN run AS r ON r.id = m.run
WHERE m.queue = :queue AND m.state = 2 AND name = :task_id
ORDER BY m.id LIMIT 1;

-- The names alone, and the job, to find many of them at once.

-- name: message_dead_names
SELECT {message_dead_name} FROM message AS m LEFT JOIN run AS r ON r.id = m.run
WHERE m.queue = :queue AND m.state = 2 ORDER BY m.id;

-- name: message_dead_rows
SELECT id FROM message WHERE queue = :queue AND state = 2 AND id > :after
	AND (:reason IS NULL OR reason = :reason)
ORDER BY id LIMIT :limit;

-- The next queue by name that has one.

-- name: message_dead_queue
SELECT queue FROM message INDEXED BY message_dead
WHERE state = 2 AND queue > :queue ORDER BY queue LIMIT 1;

-- Why: the reasons of the first ones.

-- name: message_dead_reasons
SELECT reason, count(*) FROM (SELECT reason FROM message
	WHERE queue = :queue AND state = 2 ORDER BY id LIMIT :limit)
GROUP BY reason;

-- name: message_replay
UPDATE message SET state = 0, attempt = 0, reason = :reason
WHERE id = :row AND state = 2
RETURNING run;

-- name: message_purge
DELETE FROM message WHERE id = :row AND state = 2;

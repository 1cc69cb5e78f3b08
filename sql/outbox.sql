-- Messages on their way to brokers (lib/store/outbox.h).

-- columns: outbox
o.run, r.task_id, r.job, o.queue, r.job_id, o.args, o.kwargs, o.priority,
	{retry}, o.due_us, o.attempt, o.next_us, r.slot_us, r.state, r.reason,
	(SELECT max_runtime_us FROM policy WHERE run = o.run) AS max_runtime_us,
	(SELECT failures FROM policy WHERE run = o.run) AS failures

-- columns: outbox_dead_name
o.run AS id, r.task_id AS name, iif(r.job IS NULL, NULL, r.job_id) AS job_id

-- name: outbox_insert
INSERT INTO outbox (run, queue, args, kwargs, priority, {retry}, due_us,
	attempt, next_us)
VALUES (:run, :queue, :args, :kwargs, :priority, {:retry}, :now, 0, :now);

-- name: outbox_any
SELECT EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_due
	WHERE next_us IS NOT NULL);

-- Queues that have something on its way: the next one by name, and when its
-- first is due.

-- name: outbox_queue
SELECT queue, min(next_us) FROM outbox
WHERE next_us IS NOT NULL AND queue = (SELECT queue FROM outbox
	WHERE next_us IS NOT NULL AND queue > :queue ORDER BY queue LIMIT 1);

-- name: outbox_due
SELECT run FROM outbox INDEXED BY outbox_due
WHERE queue = :queue AND next_us <= :now
ORDER BY next_us;

-- name: outbox_row
SELECT {outbox} FROM outbox AS o JOIN run AS r ON r.id = o.run WHERE o.run = :run;

-- name: outbox_dead
SELECT {outbox} FROM outbox AS o INDEXED BY outbox_dead JOIN run AS r ON r.id = o.run
WHERE o.queue = :queue AND o.next_us IS NULL AND o.run > :after
ORDER BY o.run LIMIT :limit;

-- name: outbox_dead_names
SELECT {outbox_dead_name}
FROM outbox AS o INDEXED BY outbox_dead JOIN run AS r ON r.id = o.run
WHERE o.queue = :queue AND o.next_us IS NULL ORDER BY o.run;

-- name: outbox_dead_rows
SELECT run FROM outbox INDEXED BY outbox_dead
WHERE queue = :queue AND next_us IS NULL AND run > :after
	AND (:reason IS NULL OR :reason =
		(SELECT reason FROM run WHERE id = outbox.run))
ORDER BY run LIMIT :limit;

-- name: outbox_dead_queue
SELECT queue FROM outbox INDEXED BY outbox_dead
WHERE next_us IS NULL AND queue > :queue ORDER BY queue LIMIT 1;

-- name: outbox_dead_reasons
SELECT reason, count(*) FROM (SELECT r.reason
	FROM outbox AS o INDEXED BY outbox_dead JOIN run AS r ON r.id = o.run
	WHERE o.queue = :queue AND o.next_us IS NULL
	ORDER BY o.run LIMIT :limit)
GROUP BY reason;

-- name: outbox_get
SELECT {outbox} FROM run AS r JOIN outbox AS o ON o.run = r.id
WHERE r.task_id = :task_id AND r.queue = :queue;

-- The broker has it, or it is nobody's any more.

-- name: outbox_delete
DELETE FROM outbox WHERE run = :run;

-- Many at once.

-- name: outbox_say_all
UPDATE run SET state = 'sent', reason = NULL WHERE id IN (
	SELECT o.run FROM json_each(:runs) AS j CROSS JOIN outbox AS o
	ON o.run = j.value);

-- name: outbox_delete_all
DELETE FROM outbox WHERE run IN (SELECT value FROM json_each(:runs));

-- What was handed over before another attempt ended is not put off.

-- name: outbox_put_off
UPDATE outbox SET attempt = :attempt, next_us = :next_us
WHERE run = :run AND next_us IS NOT NULL;

-- Its work was tried: attempts at handing over, and its age, begin anew.

-- name: outbox_renew
UPDATE outbox SET due_us = :now, max_attempts = max_attempts + 1
WHERE run = :run AND next_us IS NOT NULL;

-- name: outbox_replay
UPDATE outbox SET attempt = 0, due_us = :now, next_us = :now
WHERE run = :run AND next_us IS NULL;

-- name: outbox_count
SELECT count(*) FROM outbox WHERE queue = :queue AND next_us IS NOT NULL;

-- name: outbox_clear_say
UPDATE run SET state = 'canceled', reason = :reason WHERE id IN (
	SELECT run FROM outbox WHERE queue = :queue AND next_us IS NOT NULL);

-- name: outbox_clear_work
UPDATE work SET outcome = 'canceled', error = :reason WHERE run IN (
	SELECT run FROM outbox WHERE queue = :queue AND next_us IS NOT NULL);

-- name: outbox_clear
DELETE FROM outbox WHERE queue = :queue AND next_us IS NOT NULL;

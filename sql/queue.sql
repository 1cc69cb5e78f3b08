-- Switches of queues.

-- columns: queue
n.name, coalesce(q.is_paused, 0) AS is_paused,
	(SELECT count(*) FROM job WHERE queue = n.name) AS jobs,
	(SELECT count(*) FROM message WHERE queue = n.name AND state = 0)
		AS ready,
	(SELECT count(*) FROM message WHERE queue = n.name AND state = 1)
		AS held,
	(SELECT count(*) FROM message WHERE queue = n.name AND state = 2)
		+ (SELECT count(*) FROM outbox
			WHERE queue = n.name AND next_us IS NULL) AS dead,
	(SELECT count(*) FROM outbox
		WHERE queue = n.name AND next_us IS NOT NULL) AS waiting,
	(SELECT enqueued_us FROM message
		WHERE queue = n.name AND state = 0 ORDER BY id LIMIT 1)
		AS oldest_us

-- name: queue_is_paused
SELECT is_paused FROM queue WHERE name = :queue;

-- name: queue_pause
SELECT changed_us, actor FROM queue WHERE name = :queue AND is_paused <> 0;

-- name: queue_pauses
SELECT name, changed_us, actor FROM queue WHERE is_paused <> 0 ORDER BY name;

-- Who switched it first stays, with the time.

-- name: queue_set_paused
INSERT INTO queue (name, is_paused, changed_us, actor)
VALUES (:queue, :is_paused, :now, :actor)
ON CONFLICT (name) DO UPDATE SET is_paused = excluded.is_paused,
	changed_us = excluded.changed_us, actor = excluded.actor
WHERE is_paused <> excluded.is_paused;

-- A consumer asked for messages; noted once an hour.

-- name: queue_leased
INSERT INTO queue (name, is_paused, changed_us, leased_us)
VALUES (:queue, 0, :now, :now)
ON CONFLICT (name) DO UPDATE SET leased_us = excluded.leased_us
WHERE leased_us IS NULL OR leased_us < :now - 3600000000
	OR leased_us > :now;

-- name: queue_is_consumed
SELECT 1 FROM queue WHERE name = :queue AND leased_us IS NOT NULL;

-- name: queue_consumed
SELECT name FROM queue WHERE leased_us IS NOT NULL ORDER BY name;

-- What was only asked for in vain is not listed.  Names are found by skipping
-- along the indexes, from each to the next.

-- name: queue_list
WITH RECURSIVE n (name) AS (
	VALUES ('')
	UNION ALL
	SELECT (SELECT min(queue) FROM (
		SELECT min(queue) AS queue FROM job WHERE queue > n.name
		UNION ALL SELECT min(queue) FROM message
			WHERE state = 0 AND queue > n.name
		UNION ALL SELECT min(queue) FROM message
			WHERE state = 1 AND queue > n.name
		UNION ALL SELECT min(queue) FROM message
			WHERE state = 2 AND queue > n.name
		UNION ALL SELECT min(queue) FROM outbox
			WHERE next_us IS NULL AND queue > n.name
		UNION ALL SELECT min(queue) FROM outbox
			WHERE next_us IS NOT NULL AND queue > n.name
		UNION ALL SELECT min(name) FROM queue
			WHERE name > n.name AND (leased_us IS NULL
				OR actor IS NOT NULL OR is_paused <> 0)))
	FROM n WHERE n.name IS NOT NULL)
SELECT {queue} FROM n LEFT JOIN queue AS q ON q.name = n.name
WHERE n.name > ''
ORDER BY n.name;

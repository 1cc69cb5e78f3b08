-- What somebody is to be told (lib/store/alert.h).

-- What is due, with the text to send: what the subject is like now.

-- What a run r says of its job's alerts.

-- columns: alert_switch
coalesce((SELECT alerts FROM job WHERE id = r.job),
	(SELECT alerts FROM job_gone WHERE queue = r.queue
		AND job_id = r.job_id AND job = r.job))

-- columns: alert
a.id, a.name, a.kind, a.attempt, a.done, coalesce(CASE a.about
	WHEN 'run' THEN (SELECT json_object('type', 'run.' || a.kind,
		'timestamp', strftime('%Y-%m-%dT%H:%M:%SZ',
			coalesce(d.finished_us, w.finished_us, r.decided_us) / 1000000,
			'unixepoch'),
		'data', json_object('run_id', r.task_id, 'queue_name', r.queue,
			'job_id', nullif(r.job_id, ''), 'state', r.state,
			'outcome', w.outcome, 'attempts', w.attempts,
			'reason', iif(r.state = 'sent', coalesce(w.error, r.reason), r.reason),
			'output', (SELECT substr(text, -2000) FROM output
				WHERE run = r.id AND n = w.attempts),
			'streak', a.streak, 'slot', strftime('%Y-%m-%dT%H:%M:%SZ', r.slot_us / 1000000, 'unixepoch'),
			'last_slot', strftime('%Y-%m-%dT%H:%M:%SZ', r.last_us / 1000000, 'unixepoch'),
			'count', r.count, 'service_id', d.service,
			'render_job_id', d.remote_id))
		FROM run AS r LEFT JOIN delivery AS d ON d.run = r.id
			LEFT JOIN work AS w ON w.run = r.id
		WHERE r.id = a.subject)
	WHEN 'job' THEN (SELECT json_object('type', 'job.' || a.kind,
		'timestamp', strftime('%Y-%m-%dT%H:%M:%SZ', j.changed_us / 1000000, 'unixepoch'),
		'data', json_object('queue_name', j.queue, 'job_id', j.job_id,
			'state', j.state, 'reason', j.reason))
		FROM job AS j WHERE j.id = a.subject)
	WHEN 'message' THEN (SELECT json_object('type', 'message.' || a.kind,
		'timestamp', strftime('%Y-%m-%dT%H:%M:%SZ', m.enqueued_us / 1000000, 'unixepoch'),
		'data', json_object('queue_name', m.queue,
			'run_id', json_extract(m.body, '$.task_id'),
			'job_id', json_extract(m.body, '$.job_id'),
			'attempt', m.attempt, 'reason', m.reason,
			'output', (SELECT substr(o.text, -2000) FROM work AS w
				JOIN output AS o ON o.run = w.run AND o.n = w.attempts
				WHERE w.run = m.run),
			'streak', a.streak))
		FROM message AS m WHERE m.id = a.subject)
	WHEN 'key' THEN (SELECT json_object('type', 'key.' || a.kind,
		'timestamp', strftime('%Y-%m-%dT%H:%M:%SZ', n.since_us / 1000000, 'unixepoch'),
		'data', json_object('render_key', n.key,
			'service_id', nullif(n.service, ''), 'reason', n.reason,
			'waiting', (SELECT count(*) FROM delivery
				WHERE state = 'due' AND is_waiting = 1
				AND n.service IN ('', service))))
		FROM denial AS n WHERE n.id = a.subject)
	WHEN 'tick' THEN (SELECT json_object('type', 'ticker.' || a.kind,
		'timestamp', strftime('%Y-%m-%dT%H:%M:%SZ', n.started_us / 1000000, 'unixepoch'),
		'data', json_object('silent_from',
			strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(p.ended_us, p.started_us) / 1000000, 'unixepoch'),
			'silent_until', strftime('%Y-%m-%dT%H:%M:%SZ', n.started_us / 1000000, 'unixepoch')))
		FROM tick AS p JOIN tick AS n ON n.id = (SELECT min(id)
			FROM tick WHERE id > p.id AND kind IN (0, 2))
		WHERE p.id = a.subject)
	WHEN 'digest' THEN (SELECT json_object('type', 'alert.digest',
		'timestamp', strftime('%Y-%m-%dT%H:%M:%SZ', g.until_us / 1000000, 'unixepoch'),
		'data', json_object('receiver', g.receiver,
			'from', strftime('%Y-%m-%dT%H:%M:%SZ', g.from_us / 1000000, 'unixepoch'),
			'until', strftime('%Y-%m-%dT%H:%M:%SZ', g.until_us / 1000000, 'unixepoch'),
			'count', (SELECT sum(count) FROM digest_sum WHERE digest = g.id),
			'sums', (SELECT json_group_array(json_object('kind', kind,
				'queue_name', nullif(queue, ''), 'job_id', nullif(job_id, ''),
				'count', count)) FROM (SELECT * FROM digest_sum WHERE digest = g.id
				ORDER BY count DESC, kind, queue, job_id LIMIT 100))))
		FROM digest AS g WHERE g.id = a.subject)
	END, json_object('type', a.about || '.' || a.kind,
		'data', json_object('subject', a.subject))) AS body,
	coalesce(CASE a.about
	WHEN 'run' THEN (SELECT slot_us FROM run WHERE id = a.subject)
	WHEN 'job' THEN (SELECT changed_us FROM job WHERE id = a.subject)
	WHEN 'message' THEN (SELECT enqueued_us FROM message WHERE id = a.subject)
	WHEN 'key' THEN (SELECT since_us FROM denial WHERE id = a.subject)
	WHEN 'tick' THEN (SELECT coalesce(ended_us, started_us) FROM tick WHERE id = a.subject)
	WHEN 'digest' THEN (SELECT from_us FROM digest WHERE id = a.subject)
	END, 0) AS about_us,
	CASE a.about
	WHEN 'run' THEN (SELECT coalesce(
		(SELECT trigger FROM job WHERE id = r.job),
		(SELECT trigger FROM history WHERE job = r.job ORDER BY n DESC LIMIT 1))
		FROM run AS r WHERE r.id = a.subject)
	WHEN 'job' THEN (SELECT trigger FROM job WHERE id = a.subject)
	WHEN 'message' THEN (SELECT j.trigger FROM message AS m JOIN job AS j
		ON j.queue = m.queue AND j.job_id = json_extract(m.body, '$.job_id')
		WHERE m.id = a.subject)
	END AS trigger,
	a.streak, a.kinds,
	CASE a.about
	WHEN 'run' THEN (SELECT queue FROM run WHERE id = a.subject)
	WHEN 'job' THEN (SELECT queue FROM job WHERE id = a.subject)
	WHEN 'message' THEN (SELECT queue FROM message WHERE id = a.subject)
	END AS queue,
	CASE a.about
	WHEN 'run' THEN (SELECT {alert_switch} FROM run AS r
		WHERE r.id = a.subject)
	WHEN 'job' THEN (SELECT alerts FROM job WHERE id = a.subject)
	WHEN 'message' THEN (SELECT {alert_switch} FROM message AS m
		JOIN run AS r ON r.id = m.run WHERE m.id = a.subject)
	END AS alerts,
	CASE a.about
	WHEN 'run' THEN (SELECT job_id FROM run WHERE id = a.subject)
	WHEN 'job' THEN (SELECT job_id FROM job WHERE id = a.subject)
	WHEN 'message' THEN (SELECT r.job_id FROM message AS m
		JOIN run AS r ON r.id = m.run WHERE m.id = a.subject)
	END AS job_id,
	a.subject,
	iif(a.about = 'digest', (SELECT receiver FROM digest WHERE id = a.subject),
		NULL) AS receiver

-- name: alert_due
SELECT {alert} FROM alert AS a
WHERE a.next_us <= :now ORDER BY a.next_us, a.id LIMIT :limit;

-- name: alert_next
SELECT coalesce(min(next_us), 9223372036854775807) FROM alert
WHERE next_us IS NOT NULL;

-- Of two who would send, one may.

-- name: alert_take
UPDATE alert SET attempt = attempt + 1, next_us = :next_us, done = :done
WHERE id = :id AND attempt = :attempt AND next_us IS NOT NULL;

-- name: alert_settle
UPDATE alert SET done = :done, next_us = :next_us, done_us = :done_us,
	reason = :reason
WHERE id = :id AND attempt = :attempt;

-- Told once for each kind.

-- name: alert_add
INSERT INTO alert (about, subject, kind) VALUES (:about, :subject, :kind)
ON CONFLICT (about, subject, kind) DO NOTHING;

-- A message that is dead once more, after it was replayed, is news again.

-- name: alert_message
INSERT INTO alert (about, subject, kind, streak)
VALUES ('message', :message, 'dead',
	(SELECT n FROM streak WHERE job = (SELECT job FROM run WHERE id = :run)))
ON CONFLICT (about, subject, kind) DO UPDATE SET
	name = 'msg_' || lower(hex(randomblob(12))), done = ',',
	attempt = 0, next_us = 0, done_us = NULL, reason = NULL,
	streak = excluded.streak;

-- Before the state is changed: the states that a replay leads to are news
-- again when the run was due, and a failure that is reported again.  Of a kind
-- that counts as a failure, the streak has this run by now.

-- name: alert_run
INSERT INTO alert (about, subject, kind, streak)
SELECT 'run', r.id, :kind, s.n
FROM run AS r LEFT JOIN streak AS s ON s.job = r.job AND s.run = r.id
WHERE r.id = :run
ON CONFLICT (about, subject, kind) DO UPDATE SET
	name = 'msg_' || lower(hex(randomblob(12))), done = ',',
	attempt = 0, next_us = 0, done_us = NULL, reason = NULL,
	streak = excluded.streak
WHERE (SELECT state FROM run WHERE id = excluded.subject) =
	iif(excluded.kind = 'failed', 'sent',
		iif(excluded.kind IN ('refused', 'dead'), 'due', ''));

-- A run of a job failed, or, with count 0, may be about to.  Each run counts
-- once, however often it is given up.

-- name: streak_add
INSERT INTO streak (job, run, n, since_us, kinds)
SELECT j.id, iif(:count = 0, 0, r.id), :count, r.slot_us, ',' || :kind || ','
FROM run AS r JOIN job AS j ON j.id = r.job WHERE r.id = :run
ON CONFLICT (job) DO UPDATE SET
	n = n + iif(:count = 1 AND run <> excluded.run, 1, 0),
	run = iif(:count = 0, run, excluded.run),
	kinds = iif(instr(kinds, excluded.kinds), kinds,
		kinds || substr(excluded.kinds, 2));

-- A run succeeded, or, with is_work 0, was handed over: then only what failed
-- before it got that far is over, and nothing that a worker did or did not do.

-- name: streak_recovered
INSERT INTO alert (about, subject, kind, streak, kinds)
SELECT 'run', :run, 'recovered', n, kinds
FROM streak WHERE job = (SELECT job FROM run WHERE id = :run)
	AND (:is_work = 1 OR instr(kinds, ',failed,') + instr(kinds, ',overdue,')
		+ instr(kinds, ',too_long,') = 0)
ON CONFLICT (about, subject, kind) DO UPDATE SET
	name = 'msg_' || lower(hex(randomblob(12))), done = ',',
	attempt = 0, next_us = 0, done_us = NULL, reason = NULL,
	streak = excluded.streak, kinds = excluded.kinds;

-- name: streak_end
DELETE FROM streak WHERE job = (SELECT job FROM run WHERE id = :run);

-- name: streak_any
SELECT EXISTS (SELECT 1 FROM streak);

-- Before the state is changed, too.

-- name: alert_job
INSERT INTO alert (about, subject, kind)
SELECT 'job', id, 'quarantined' FROM job
WHERE id = :job AND state <> 'quarantined'
ON CONFLICT (about, subject, kind) DO UPDATE SET
	name = 'msg_' || lower(hex(randomblob(12))), done = ',',
	attempt = 0, next_us = 0, done_us = NULL, reason = NULL;

-- Silence: the tick before this one left no sign of life for so long.

-- name: alert_silence
INSERT INTO alert (about, subject, kind)
SELECT 'tick', p.id, 'no_tick' FROM tick AS n JOIN tick AS p
	ON p.id = (SELECT max(id) FROM tick WHERE id < n.id AND kind IN (0, 2))
WHERE n.id = :id AND n.kind IN (0, 2)
	AND n.started_us - coalesce(p.ended_us, p.until_us) >= :gap_us
ON CONFLICT (about, subject, kind) DO NOTHING;

-- name: streak_list
SELECT j.queue, j.job_id, s.n, s.since_us
FROM streak AS s JOIN job AS j ON j.id = s.job
WHERE s.n > 0 ORDER BY s.n DESC, j.queue, j.job_id;

-- What a receiver got since an instant: how many, and when the first.

-- name: alert_sent_since
SELECT count(*), coalesce(min(at_us), 0) FROM alert_sent
WHERE receiver = :receiver AND at_us > :since_us;

-- name: alert_sent_note
INSERT INTO alert_sent (receiver, alert, at_us) VALUES (:receiver, :id, :now)
ON CONFLICT (receiver, alert) DO UPDATE SET at_us = excluded.at_us;

-- name: alert_sent_prune
DELETE FROM alert_sent WHERE receiver = :receiver AND at_us <= :since_us;

-- name: digest_get
SELECT id FROM digest WHERE receiver = :receiver AND is_open = 1;

-- name: digest_insert
INSERT INTO digest (receiver, from_us, until_us, is_open)
VALUES (:receiver, :now, :now, 1);

-- name: digest_alert
INSERT INTO alert (about, subject, kind, next_us)
VALUES ('digest', :digest, 'digest', :next_us);

-- name: digest_extend
UPDATE digest SET until_us = :now WHERE id = :digest;

-- name: digest_count
INSERT INTO digest_sum (digest, kind, queue, job_id, count)
VALUES (:digest, :kind, coalesce(:queue, ''), coalesce(:job_id, ''), 1)
ON CONFLICT (digest, kind, queue, job_id) DO UPDATE SET count = count + 1;

-- name: digest_close
UPDATE digest SET is_open = NULL WHERE id = :digest;

-- Of the oldest, those whose alert is no longer kept.

-- name: digest_prune
DELETE FROM digest WHERE id IN (SELECT id FROM digest ORDER BY id LIMIT :limit)
	AND NOT EXISTS (SELECT 1 FROM alert
	WHERE about = 'digest' AND subject = digest.id AND kind = 'digest');

-- name: alert_any
SELECT EXISTS (SELECT 1 FROM alert);

-- name: alert_forget
DELETE FROM alert;

-- name: alert_prune
DELETE FROM alert WHERE id IN (
	SELECT id FROM (SELECT id, done_us FROM alert ORDER BY id LIMIT :limit)
	WHERE done_us < :before_us);

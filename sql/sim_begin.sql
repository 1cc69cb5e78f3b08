-- script: sim_begin
-- A copy of a store that is simulated on counts by itself: by triggers, so
-- that killed ticks and retention leave the counts true.
CREATE TABLE sim_job AS
	SELECT id, queue, job_id, trigger, state, cursor_us FROM job;
CREATE TABLE sim_count (
	job INTEGER NOT NULL,
	state TEXT NOT NULL,
	n INTEGER NOT NULL,
	late INTEGER NOT NULL,
	worst_us INTEGER NOT NULL,
	PRIMARY KEY (job, state)
) STRICT, WITHOUT ROWID;

-- A run is late from a second on, counted from its slot and its jitter; of
-- several that run at once, the first one's jitter alone is known.
CREATE TRIGGER sim_insert AFTER INSERT ON run WHEN new.job IS NOT NULL BEGIN
	INSERT INTO sim_count (job, state, n, late, worst_us)
	SELECT new.job, new.state, new.count, us >= 1000000, us FROM (
		SELECT CASE WHEN new.state IN ('sent', 'due')
		THEN new.decided_us - coalesce((SELECT next_run_us FROM job
			WHERE id = new.job AND cursor_us = new.slot_us),
			new.slot_us)
		ELSE 0 END AS us) WHERE true
	ON CONFLICT DO UPDATE SET n = n + excluded.n,
		late = late + excluded.late,
		worst_us = max(worst_us, excluded.worst_us);
END;

-- A range that grew, or a run that became another thing.
CREATE TRIGGER sim_update AFTER UPDATE OF count, state ON run
WHEN new.job IS NOT NULL BEGIN
	UPDATE sim_count SET n = n - old.count
	WHERE job = old.job AND state = old.state;
	INSERT INTO sim_count (job, state, n, late, worst_us)
	VALUES (new.job, new.state, new.count, 0, 0)
	ON CONFLICT DO UPDATE SET n = n + excluded.n;
END

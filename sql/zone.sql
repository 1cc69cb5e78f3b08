-- Time zones in use, and which state of their files the jobs were computed by.

-- columns: zone
name, stamp, target, target IS NOT NULL AS is_pending, swept

-- columns: zone_job
id, queue, job_id, trigger, state, cursor_us, changed_us

-- name: zone_note
INSERT INTO zone (name, stamp, swept) VALUES (:name, :stamp, 0)
ON CONFLICT (name) DO NOTHING;

-- name: zone_list
SELECT {zone} FROM zone;

-- name: zone_target
UPDATE zone SET target = :target, swept = 0 WHERE name = :name;

-- name: zone_swept
UPDATE zone SET swept = :swept WHERE target IS NOT NULL;

-- name: zone_done
UPDATE zone SET stamp = target, target = NULL WHERE target IS NOT NULL;

-- name: zone_jobs
SELECT {zone_job} FROM job WHERE id > :id ORDER BY id LIMIT :limit;

-- name: zone_decided
SELECT last_us FROM run WHERE job = :job AND is_extra IS NULL
ORDER BY slot_us DESC LIMIT 1;

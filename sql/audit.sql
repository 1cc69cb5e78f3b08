-- What an audit reads: triggers and ledger, both by number of the job.

-- columns: audit_version
id AS job, trigger, since_us, cursor_us AS until_us, 0 AS is_rezoned

-- columns: audit_row
job, slot_us, id, last_us, count, is_extra

-- columns: audit_name
queue, job_id, NULL AS task_id

-- columns: audit_run_name
queue, job_id, task_id

-- name: audit_versions
SELECT {audit_version} FROM job
UNION ALL
SELECT job, trigger, since_us, until_us, zone_stamp IS NOT NULL FROM history
WHERE job > 0
ORDER BY 1;

-- name: audit_rows
SELECT {audit_row} FROM run
WHERE job IS NOT NULL
ORDER BY job, slot_us;

-- name: audit_pruned
SELECT max(last_us) FROM run_pruned WHERE job = :job;

-- name: audit_epoch
SELECT until_us FROM history WHERE job = 0;

-- name: audit_name
SELECT {audit_name} FROM job WHERE id = :job
UNION ALL SELECT {audit_name} FROM job_gone WHERE job = :job
LIMIT 1;

-- name: audit_run
SELECT {audit_run_name} FROM run WHERE id = :row;

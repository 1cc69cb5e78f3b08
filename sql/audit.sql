-- What an audit reads: triggers and ledger, both by number of the job.

-- name: audit_versions
SELECT id, trigger, since_us, cursor_us, 0 FROM job
UNION ALL
SELECT job, trigger, since_us, until_us, zone_stamp IS NOT NULL FROM history
WHERE job > 0
ORDER BY 1;

-- name: audit_rows
SELECT job, slot_us, id, last_us, count, is_extra FROM run
WHERE job IS NOT NULL
ORDER BY job, slot_us;

-- name: audit_pruned
SELECT max(last_us) FROM run_pruned WHERE job = :job;

-- name: audit_epoch
SELECT until_us FROM history WHERE job = 0;

-- name: audit_name
SELECT queue, job_id FROM job WHERE id = :job
UNION ALL SELECT queue, job_id FROM job_gone WHERE job = :job
LIMIT 1;

-- name: audit_run
SELECT queue, job_id, task_id FROM run WHERE id = :row;

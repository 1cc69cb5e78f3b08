-- The servers of brokers (lib/store/endpoint.h).

-- columns: endpoint
name, holder, lease_us, fails, next_us, since_us, reason

-- Of one who died the lease runs out; one that lies too far ahead was written
-- before the clock was set back.

-- name: endpoint_take
INSERT INTO endpoint (name, holder, lease_us, fails, next_us)
VALUES (:name, :holder, :until_us, 0, 0)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
	lease_us = excluded.lease_us
WHERE holder = excluded.holder OR lease_us <= :now
	OR lease_us > excluded.lease_us;

-- name: endpoint_release
UPDATE endpoint SET lease_us = 0 WHERE name = :name AND holder = :holder;

-- name: endpoint_fail
UPDATE endpoint SET fails = fails + 1, next_us = :next_us,
	since_us = coalesce(since_us, :now), reason = :reason
WHERE name = :name;

-- name: endpoint_refuse
UPDATE endpoint SET fails = 0, next_us = 0, since_us = coalesce(since_us, :now),
	reason = :reason
WHERE name = :name;

-- name: endpoint_mend
UPDATE endpoint SET fails = 0, next_us = 0, since_us = NULL, reason = NULL
WHERE name = :name;

-- name: endpoint_get
SELECT {endpoint} FROM endpoint WHERE name = :name;

-- name: endpoint_list
SELECT {endpoint} FROM endpoint ORDER BY name;

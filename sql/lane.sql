-- The servers of brokers (lib/store/lane.h).

-- Of one who died the lease runs out; one that lies too far ahead was written
-- before the clock was set back.

-- name: lane_take
INSERT INTO lane (name, holder, lease_us, fails, next_us)
VALUES (:name, :holder, :until_us, 0, 0)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
	lease_us = excluded.lease_us
WHERE holder = excluded.holder OR lease_us <= :now
	OR lease_us > excluded.lease_us;

-- name: lane_release
UPDATE lane SET lease_us = 0 WHERE name = :name AND holder = :holder;

-- name: lane_fail
UPDATE lane SET fails = fails + 1, next_us = :next_us,
	since_us = coalesce(since_us, :now), reason = :reason
WHERE name = :name;

-- name: lane_refuse
UPDATE lane SET fails = 0, next_us = 0, since_us = coalesce(since_us, :now),
	reason = :reason
WHERE name = :name;

-- name: lane_mend
UPDATE lane SET fails = 0, next_us = 0, since_us = NULL, reason = NULL
WHERE name = :name;

-- name: lane_get
SELECT name, holder, lease_us, fails, next_us, coalesce(since_us, 0), reason
FROM lane WHERE name = :name;

-- name: lane_list
SELECT name, holder, lease_us, fails, next_us, coalesce(since_us, 0), reason
FROM lane ORDER BY name;

-- Access tokens.

-- name: token_insert
INSERT INTO token (id, hash, name, scopes, queues, created_us, expires_us,
	services)
VALUES (:id, :hash, :name, :scopes, :queues, :created_us, :expires_us,
	:services);

-- name: token_get
SELECT id, hash, name, scopes, queues, created_us, coalesce(expires_us, 0),
	coalesce(used_us, 0), services
FROM token WHERE id = :id AND revoked_us IS NULL;

-- name: token_list
SELECT id, hash, name, scopes, queues, created_us, coalesce(expires_us, 0),
	coalesce(used_us, 0), services
FROM token WHERE revoked_us IS NULL ORDER BY created_us, id;

-- name: token_get_revoked
SELECT hash, revoked_us FROM token WHERE id = :id AND revoked_us IS NOT NULL;

-- name: token_revoke
UPDATE token SET revoked_us = :now WHERE id = :id AND revoked_us IS NULL;

-- name: token_forget
DELETE FROM token WHERE revoked_us < :before;

-- name: token_services
UPDATE token SET services = :services WHERE id = :id AND revoked_us IS NULL;

-- name: token_used
UPDATE token SET used_us = :now WHERE id = :id;

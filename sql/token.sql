-- Access tokens.

-- columns: token_new
id, hash, name, scopes, queues, created_us, expires_us, services

-- columns: token
{token_new}, used_us

-- columns: token_revoked
id, hash, revoked_us

-- name: token_insert
INSERT INTO token ({token_new}) VALUES ({:token_new});

-- name: token_get
SELECT {token} FROM token WHERE id = :id AND revoked_us IS NULL;

-- name: token_list
SELECT {token} FROM token WHERE revoked_us IS NULL ORDER BY created_us, id;

-- name: token_get_revoked
SELECT {token_revoked} FROM token
WHERE id = :id AND revoked_us IS NOT NULL;

-- name: token_revoke
UPDATE token SET revoked_us = :now WHERE id = :id AND revoked_us IS NULL;

-- name: token_forget
DELETE FROM token WHERE revoked_us < :before;

-- name: token_services
UPDATE token SET services = :services WHERE id = :id AND revoked_us IS NULL;

-- name: token_used
UPDATE token SET used_us = :now WHERE id = :id;

UPDATE server
SET signing_key = :key
WHERE only_row = 1 AND signing_key IS NULL

SELECT version
FROM schema_version
WHERE only_row = 1

INSERT INTO schema_version (only_row, version)
VALUES (1, :version)
ON CONFLICT (only_row) DO UPDATE SET version = excluded.version

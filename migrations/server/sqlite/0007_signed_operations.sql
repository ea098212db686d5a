-- The device's signature on an operation, and the key that it was verified with; null where the
-- app signed nothing. With the body in the record, anybody can verify it again.
ALTER TABLE op ADD COLUMN signature TEXT CHECK (signature IS NULL OR length(signature) = 128);
ALTER TABLE op ADD COLUMN key_id TEXT CHECK (key_id IS NULL OR length(key_id) = 64);

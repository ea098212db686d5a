-- Small copies of photos are sent before their records, originals after them.

-- Whose record the server has taken that shows the photo; its original is sent in that person's
-- session. NULL: no record has been taken yet, or the original went before it.
ALTER TABLE photo ADD COLUMN due TEXT;
ALTER TABLE photo ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0);
ALTER TABLE photo ADD COLUMN retry_at INTEGER NOT NULL DEFAULT 0;  -- not before; 0: at once
CREATE INDEX photo_due ON photo (due, retry_at) WHERE due IS NOT NULL AND stored_at IS NULL;
CREATE INDEX photo_copy_by_hash ON photo_copy (sha256);

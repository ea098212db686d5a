-- What was drawn on a copy of a photo, until and after it is submitted. The photo and its record
-- stay as they are.

CREATE TABLE annotation (
  evidence INTEGER NOT NULL PRIMARY KEY REFERENCES evidence (seq),
  sealed TEXT NOT NULL                -- JSON, domain::Sealed of a domain::PhotoAnnotation
) STRICT;

-- One kind of copy more: the one that was drawn on.
CREATE TABLE named_copy (
  evidence INTEGER NOT NULL REFERENCES evidence (seq),
  kind TEXT NOT NULL CHECK (kind IN ('working', 'marked', 'thumb', 'annotated')),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  stored_at INTEGER,                  -- when the server confirmed it; NULL: not yet
  PRIMARY KEY (evidence, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO named_copy SELECT evidence, kind, sha256, bytes, stored_at FROM photo_copy;
DROP TABLE photo_copy;
ALTER TABLE named_copy RENAME TO photo_copy;
CREATE INDEX photo_copy_by_hash ON photo_copy (sha256);

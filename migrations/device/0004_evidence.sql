-- What is known of a photo is signed and chained, and its copies are kept as they were hashed.

-- One row per photo that was taken in, also of those that were taken out of a draft again: the
-- numbers of a chain have no gaps.
CREATE TABLE evidence (
  seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 1),
  original TEXT NOT NULL REFERENCES photo (sha256),
  text TEXT NOT NULL,                 -- JSON, domain::PhotoEvidence, letter for letter as signed
  digest TEXT NOT NULL CHECK (length(digest) = 64),  -- SHA-256 of text; the next record names it
  key TEXT NOT NULL,                  -- hash of the public key
  signature TEXT NOT NULL,
  receipt TEXT                        -- JSON, domain::Sealed of a domain::Receipt; NULL: none yet
) STRICT;
CREATE INDEX evidence_by_original ON evidence (original, seq);
CREATE UNIQUE INDEX evidence_by_digest ON evidence (digest);

-- The copies that a record names; their files are durable like the original.
CREATE TABLE photo_copy (
  evidence INTEGER NOT NULL REFERENCES evidence (seq),
  kind TEXT NOT NULL CHECK (kind IN ('working', 'marked', 'thumb')),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  stored_at INTEGER,                  -- when the server confirmed it; NULL: not yet
  PRIMARY KEY (evidence, kind)
) STRICT, WITHOUT ROWID;

ALTER TABLE draft_photo ADD COLUMN evidence INTEGER REFERENCES evidence (seq);
ALTER TABLE answer_photo ADD COLUMN evidence INTEGER REFERENCES evidence (seq);

-- The finding that a draft will become; its photos name it before it is saved.
ALTER TABLE draft ADD COLUMN finding TEXT;

-- The server's last word, which every record quotes.
ALTER TABLE installation ADD COLUMN beacon TEXT;  -- JSON, domain::HeldBeacon

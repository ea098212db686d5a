-- What a save writes decides how long a person waits, and each table and index that it touches
-- costs a page of 4 KiB in the log.
--
-- - A finding's row is longer than a quarter of a page. A table WITHOUT ROWID gives such a row a
--   page of its own: four times the disk, and two more pages a save.
-- - What is sent of a finding is its record, which never changes: the queue need not copy it.
-- - There is an index for each question, and no other.

DROP INDEX finding_by_time;
DROP INDEX finding_by_point;
DROP INDEX finding_by_review;
DROP INDEX finding_photo_by_hash;
DROP INDEX outbox_due;
ALTER TABLE finding RENAME TO old_finding;
ALTER TABLE finding_photo RENAME TO old_finding_photo;
ALTER TABLE draft_photo RENAME TO old_draft_photo;

CREATE TABLE finding (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  criterion TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  applied INTEGER NOT NULL CHECK (applied IN (0, 1)),  -- the server has acknowledged it
  review_state TEXT NOT NULL,         -- domain::ReviewState
  review TEXT,                        -- JSON, domain::Review; NULL while pending
  record TEXT NOT NULL                -- JSON, domain::FindingRecord; never changes
) STRICT;
INSERT INTO finding
  SELECT id, person, point, criterion, found_at, applied, review_state, review, record
  FROM old_finding ORDER BY id;
CREATE INDEX finding_by_time ON finding (person, found_at, id);
CREATE INDEX finding_by_point ON finding (person, point, found_at, review_state);
-- Only what was sent back is listed by its review.
CREATE INDEX finding_returned ON finding (person, found_at, id) WHERE review_state = 'returned';

CREATE TABLE finding_photo (
  finding TEXT NOT NULL REFERENCES finding (id),
  place INTEGER NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  PRIMARY KEY (finding, place)
) STRICT, WITHOUT ROWID;
INSERT INTO finding_photo SELECT finding, place, sha256 FROM old_finding_photo;

CREATE TABLE draft_photo (
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  place INTEGER NOT NULL,             -- order of capture
  source TEXT NOT NULL,               -- JSON, domain::CaptureSource
  taken_at INTEGER NOT NULL,
  position TEXT NOT NULL,             -- JSON, domain::PositionEvidence
  PRIMARY KEY (person, point, sha256)
) STRICT, WITHOUT ROWID;
INSERT INTO draft_photo
  SELECT person, point, sha256, place, source, taken_at, position FROM old_draft_photo;

DROP TABLE old_finding_photo;
DROP TABLE old_draft_photo;
DROP TABLE old_finding;

-- One kind of operation exists, and its body is the finding's record.
ALTER TABLE outbox DROP COLUMN body;

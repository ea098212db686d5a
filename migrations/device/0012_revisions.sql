-- A finding that was sent back is revised: the revision is an operation of its own, and so is the
-- record that it carries. Where somebody else was faster, both stay until a person has chosen.

-- What an operation carries where the finding itself says, or will say, something else.
CREATE TABLE op_record (
  op TEXT NOT NULL PRIMARY KEY,       -- OpId
  finding TEXT NOT NULL REFERENCES finding (id),
  base_rev INTEGER CHECK (base_rev >= 0),  -- the review that it answers; NULL: the first record
  record TEXT NOT NULL                -- JSON, domain::FindingRecord; never changes
) STRICT;
CREATE INDEX op_record_by_finding ON op_record (finding);

-- The review that the revision which is being written answers; NULL: a new finding.
ALTER TABLE draft ADD COLUMN base_rev INTEGER CHECK (base_rev >= 0);

DROP INDEX outbox_by_entity;
CREATE TABLE waiting (
  dev_seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,  -- counts up, never used twice
  op TEXT NOT NULL UNIQUE,            -- OpId
  person TEXT NOT NULL,               -- whose session sends it
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'rejected', 'conflict')),
  stuck TEXT,                         -- code of the last failure
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  retry_at INTEGER NOT NULL           -- not before this time; 0: at once
) STRICT;
INSERT INTO waiting
  SELECT dev_seq, op, person, kind, entity, made_at, state, stuck, attempts, retry_at FROM outbox;
-- Numbers go on where they were, whatever has left the queue meanwhile.
DELETE FROM sqlite_sequence WHERE name = 'waiting';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'waiting', seq FROM sqlite_sequence WHERE name = 'outbox';
DROP TABLE outbox;
ALTER TABLE waiting RENAME TO outbox;
CREATE INDEX outbox_by_entity ON outbox (entity);

-- Zones of other shapes than a circle, the standard in force, and inspections.

ALTER TABLE point ADD COLUMN shape TEXT;   -- JSON, domain::ZoneShape; NULL: a circle of radius_m
ALTER TABLE point ADD COLUMN number TEXT NOT NULL DEFAULT '';  -- what a register calls it, or empty
ALTER TABLE point ADD COLUMN unit TEXT NOT NULL DEFAULT '';    -- who answers for it, or empty

-- Inspections, open and submitted. At most one is open at a point for a person.
CREATE TABLE inspection (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  point_kind TEXT NOT NULL,           -- domain::PointType when it was begun
  standard TEXT NOT NULL,             -- the version that was in force then
  standard_version INTEGER NOT NULL CHECK (standard_version >= 1),
  started_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,        -- when somebody last did something in it
  start TEXT NOT NULL,                -- JSON, domain::PositionEvidence
  start_standing TEXT,                -- JSON, domain::Standing; NULL without a fix
  submitted_at INTEGER,               -- NULL: open
  applied INTEGER NOT NULL CHECK (applied IN (0, 1)),  -- the server has acknowledged it
  record TEXT,                        -- JSON, domain::InspectionRecord; never changes
  CHECK ((record IS NULL) = (submitted_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX inspection_open ON inspection (person, point) WHERE submitted_at IS NULL;
CREATE INDEX inspection_by_point ON inspection (person, point, started_at);

-- What is answered so far in an open inspection; afterwards it is in the record.
CREATE TABLE answer (
  inspection TEXT NOT NULL REFERENCES inspection (id),
  criterion TEXT NOT NULL,
  value TEXT,                         -- JSON, domain::AnswerValue; NULL: none yet
  kept TEXT,                          -- the answer before an excuse, to come back without it
  note TEXT NOT NULL,
  PRIMARY KEY (inspection, criterion)
) STRICT, WITHOUT ROWID;

-- Photos of answers, before and after the inspection is submitted.
CREATE TABLE answer_photo (
  inspection TEXT NOT NULL REFERENCES inspection (id),
  criterion TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  place INTEGER NOT NULL,             -- order of capture
  source TEXT NOT NULL,               -- JSON, domain::CaptureSource
  taken_at INTEGER NOT NULL,
  position TEXT NOT NULL,             -- JSON, domain::PositionEvidence
  PRIMARY KEY (inspection, criterion, sha256)
) STRICT, WITHOUT ROWID;

-- The way that was walked in an open inspection; afterwards it is in the record.
CREATE TABLE track_fix (
  inspection TEXT NOT NULL REFERENCES inspection (id),
  number INTEGER NOT NULL,
  lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
  lng REAL NOT NULL CHECK (lng BETWEEN -180 AND 180),
  accuracy_m REAL NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (inspection, number)
) STRICT, WITHOUT ROWID;

-- Findings that were made during an inspection.
ALTER TABLE finding ADD COLUMN inspection TEXT;
CREATE INDEX finding_by_inspection ON finding (inspection) WHERE inspection IS NOT NULL;

-- An older app passed over events that it could not read, and over fields of others that it did
-- not know. Everything is asked for once more; what is there already stays as it is.
DELETE FROM parked_event;
DELETE FROM cursor;

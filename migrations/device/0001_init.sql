-- The device's database, as the first version of the app makes it.
-- Times are milliseconds since 1970 by the device's clock unless a comment says otherwise.

-- One row: who this installation is and who is signed in.
CREATE TABLE installation (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  device TEXT NOT NULL,               -- DeviceId
  settings TEXT NOT NULL,             -- JSON, phone::Settings
  server TEXT NOT NULL,               -- address of the last sign-in, or empty
  session TEXT,                       -- JSON, protocol::SessionView; NULL: nobody is signed in
  token TEXT,                         -- NULL: signed out, or the server ended the session
  epoch TEXT,                         -- the server history that the cursors belong to
  synced_at INTEGER                   -- when an exchange last succeeded; NULL: never
) STRICT;

-- Last event applied, per scope of the server's feed.
CREATE TABLE cursor (
  scope TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL CHECK (seq >= 0)
) STRICT, WITHOUT ROWID;

-- Events that this version does not understand; a later version reads them.
CREATE TABLE parked_event (
  scope TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,                 -- JSON as it came
  PRIMARY KEY (scope, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE district (
  id TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL                  -- JSON, domain::District
) STRICT, WITHOUT ROWID;

CREATE TABLE point (
  id TEXT NOT NULL PRIMARY KEY,
  district TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- domain::PointType
  lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
  lng REAL NOT NULL CHECK (lng BETWEEN -180 AND 180),
  radius_m REAL NOT NULL CHECK (radius_m > 0),
  sample INTEGER NOT NULL CHECK (sample IN (0, 1)),
  retired INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE standard (
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  body TEXT NOT NULL,                 -- JSON, domain::Standard
  PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

-- A photo whose file is durable in the photo folder. Written after the file, never before.
CREATE TABLE photo (
  sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),    -- as stored, before orientation
  height INTEGER NOT NULL CHECK (height > 0),
  shown_width INTEGER NOT NULL CHECK (shown_width > 0),
  shown_height INTEGER NOT NULL CHECK (shown_height > 0),
  stored_at INTEGER                   -- when the server confirmed it; NULL: not yet
) STRICT, WITHOUT ROWID;

-- What was begun at a point and not saved.
CREATE TABLE draft (
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  criterion TEXT NOT NULL,            -- empty before the choice
  note TEXT NOT NULL,
  PRIMARY KEY (person, point)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_photo (
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  place INTEGER NOT NULL,             -- order of capture
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  source TEXT NOT NULL,               -- JSON, domain::CaptureSource
  taken_at INTEGER NOT NULL,
  position TEXT NOT NULL,             -- JSON, domain::PositionEvidence
  PRIMARY KEY (person, point, place),
  UNIQUE (person, point, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  criterion TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  record TEXT NOT NULL,               -- JSON, domain::FindingRecord; never changes
  applied INTEGER NOT NULL CHECK (applied IN (0, 1)),  -- the server has acknowledged it
  review_state TEXT NOT NULL,         -- domain::ReviewState
  review TEXT                         -- JSON, domain::Review; NULL while pending
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_by_time ON finding (person, found_at);
CREATE INDEX finding_by_point ON finding (person, point, found_at, review_state);
CREATE INDEX finding_by_review ON finding (person, review_state, found_at);

CREATE TABLE finding_photo (
  finding TEXT NOT NULL REFERENCES finding (id),
  place INTEGER NOT NULL,
  sha256 TEXT NOT NULL REFERENCES photo (sha256),
  PRIMARY KEY (finding, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_photo_by_hash ON finding_photo (sha256);

-- Operations that the server has not acknowledged. A row leaves only with its acknowledgement.
CREATE TABLE outbox (
  dev_seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,  -- counts up, never used twice
  op TEXT NOT NULL UNIQUE,            -- OpId
  person TEXT NOT NULL,               -- whose session sends it
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  body TEXT NOT NULL,                 -- JSON as it is sent
  made_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'rejected')),
  stuck TEXT,                         -- code of the last failure
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  retry_at INTEGER NOT NULL           -- not before this time; 0: at once
) STRICT;
CREATE INDEX outbox_due ON outbox (person, state, dev_seq);
CREATE INDEX outbox_by_entity ON outbox (entity);

-- What the person has to be told and has not dismissed.
CREATE TABLE notice (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

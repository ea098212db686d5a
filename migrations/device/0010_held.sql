-- What came from the server is known by its fingerprint as it was written, so that a row which a
-- disk or a mistake has changed since is noticed and asked for again.

CREATE TABLE held (
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  scope TEXT NOT NULL,                -- the feed that it came with
  pass INTEGER NOT NULL,              -- the last reading of the feed that had it
  print BLOB NOT NULL CHECK (length(print) = 32),
  PRIMARY KEY (kind, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_by_pass ON held (scope, pass);

-- How often the feed was begun anew.
ALTER TABLE cursor ADD COLUMN pass INTEGER NOT NULL DEFAULT 0;

-- What is here already has no fingerprint: the feeds are read once more.
DELETE FROM cursor;

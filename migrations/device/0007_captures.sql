-- What the camera was opened for. It is written before the camera opens and forgotten with the
-- photo, so that an app that was ended meanwhile comes back to the same form. More than one row:
-- what could not be taken in yet waits for the next start.
CREATE TABLE capture (
  seq INTEGER NOT NULL PRIMARY KEY,
  person TEXT NOT NULL,
  point TEXT NOT NULL,
  item TEXT,                          -- code of the item of the open inspection; NULL: a finding
  began_at INTEGER NOT NULL
) STRICT;

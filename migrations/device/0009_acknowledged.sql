-- What the server has acknowledged stays for 30 days more: a server that comes back from a backup
-- has lost what came after it, and gets it again.

CREATE TABLE acknowledged (
  dev_seq INTEGER NOT NULL PRIMARY KEY,
  op TEXT NOT NULL UNIQUE,            -- OpId
  person TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  district TEXT NOT NULL,             -- whose numbers the server's answers count
  epoch TEXT,                         -- the server's history then; NULL: it had not told yet
  acked_at INTEGER NOT NULL           -- by the server's clock
) STRICT;
CREATE INDEX acknowledged_by_person ON acknowledged (person, dev_seq);
CREATE INDEX acknowledged_by_entity ON acknowledged (entity);
CREATE INDEX acknowledged_by_time ON acknowledged (acked_at);

-- When the server is known to have had the original, by its own clock; NULL: not known yet.
ALTER TABLE photo ADD COLUMN receipt_at INTEGER;
-- Whether the original was removed to make room, long after its receipt.
ALTER TABLE photo ADD COLUMN freed INTEGER NOT NULL DEFAULT 0 CHECK (freed IN (0, 1));
CREATE INDEX photo_unsettled ON photo (sha256) WHERE stored_at IS NOT NULL AND receipt_at IS NULL;
CREATE INDEX photo_by_receipt ON photo (receipt_at) WHERE receipt_at IS NOT NULL AND freed = 0;

-- When everything was last queued again for a server that held too little, by its clock.
ALTER TABLE installation ADD COLUMN requeued_at INTEGER;

-- What the events up to the cursor come to, as the server said; a server that came back from a
-- backup says something else.
ALTER TABLE cursor ADD COLUMN chain TEXT;

-- Photo files are sealed from here on; those of an older app are sealed after the first start.
ALTER TABLE installation ADD COLUMN photos_sealed INTEGER NOT NULL DEFAULT 0
  CHECK (photos_sealed IN (0, 1));

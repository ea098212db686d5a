-- Where a rescue file is sealed to, as the server has told; NULL: it has not yet.
ALTER TABLE installation ADD COLUMN rescue TEXT;

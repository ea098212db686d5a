-- What phones could not send and somebody carries here as a file.

-- P-256, 32 bytes, made at the first start. Rescue files are sealed to its address, and without it
-- nobody opens them: it is part of a backup like the rest.
ALTER TABLE server ADD COLUMN letter_key BLOB
    CHECK (letter_key IS NULL OR length(letter_key) = 32);

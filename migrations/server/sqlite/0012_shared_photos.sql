-- Photos may lie in a store that several servers share, and any of them takes any piece of one in.
-- What a single server keeps in files beside the photo is said here then.

-- A photo that comes in pieces.
CREATE TABLE upload (
    district_id BLOB    NOT NULL,
    -- The device, or the person where a browser uploads.
    owner_id    BLOB    NOT NULL,
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    -- Bytes that were announced, and those of them that are in the store.
    length      INTEGER NOT NULL CHECK (length > 0),
    held        INTEGER NOT NULL CHECK (held >= 0 AND held <= length),
    touched_at  INTEGER NOT NULL,
    PRIMARY KEY (district_id, owner_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- A piece of it: an object of the store.
CREATE TABLE upload_piece (
    district_id BLOB    NOT NULL,
    owner_id    BLOB    NOT NULL,
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    begins_at   INTEGER NOT NULL CHECK (begins_at >= 0),
    bytes       INTEGER NOT NULL CHECK (bytes > 0),
    piece_id    BLOB    NOT NULL,
    PRIMARY KEY (district_id, owner_id, sha256, begins_at),
    FOREIGN KEY (district_id, owner_id, sha256) REFERENCES upload (district_id, owner_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX upload_piece_by_id ON upload_piece (district_id, piece_id);

-- A photo that had no row and was swept, or is about to be. For an hour nobody commits a row for it:
-- whoever was about to may have seen it before it went.
CREATE TABLE swept_blob (
    district_id BLOB    NOT NULL,
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    swept_at    INTEGER NOT NULL,
    PRIMARY KEY (district_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE more_jobs (
    district_id BLOB    NOT NULL,
    -- compare: a photo is compared with the others of its district. sweep: what nobody goes on with
    -- is removed, now and again.
    kind        TEXT    NOT NULL CHECK (kind IN ('compare', 'sweep')),
    -- What it is about; for a photo its name, for a sweep `photos`.
    subject     TEXT    NOT NULL CHECK (subject <> ''),
    -- What came last is done first: somebody is about to look at it.
    noted_at    INTEGER NOT NULL,
    -- Nobody begins it before. A server that begins it moves this ahead; where it dies over it,
    -- another one goes on.
    not_before  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (district_id, kind, subject),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;
INSERT INTO more_jobs SELECT district_id, kind, subject, noted_at, not_before FROM job;
DROP TABLE job;
ALTER TABLE more_jobs RENAME TO job;
-- Asked without a district, by whoever looks for something to do.
CREATE INDEX job_by_time ON job (kind, noted_at);

-- A console that was away asks what was decided since.
CREATE INDEX review_by_time ON review (district_id, decided_at);

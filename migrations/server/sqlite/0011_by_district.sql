-- Every key begins with the district now, so that each table can be spread over machines by it, and
-- what waits to be done is found by every server that can do it.

-- Work that is done apart from any request, by one server at a time.
CREATE TABLE job (
    district_id BLOB    NOT NULL,
    -- compare: a photo is compared with the others of its district.
    kind        TEXT    NOT NULL CHECK (kind IN ('compare')),
    -- What it is about; for a photo its name.
    subject     TEXT    NOT NULL CHECK (subject <> ''),
    -- What came last is done first: somebody is about to look at it.
    noted_at    INTEGER NOT NULL,
    -- Nobody begins it before. A server that begins it moves this ahead; where it dies over it,
    -- another one goes on.
    not_before  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (district_id, kind, subject),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;
INSERT INTO job (district_id, kind, subject, noted_at)
SELECT district_id, 'compare', sha256, seq FROM photo_due;
DROP TABLE photo_due;
-- Asked without a district, by whoever looks for something to do.
CREATE INDEX job_by_time ON job (kind, noted_at);

CREATE TABLE file_of_record (
    district_id BLOB NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    digest      TEXT NOT NULL,
    kind        TEXT NOT NULL
        CHECK (kind IN ('original', 'working', 'marked', 'thumb', 'annotated')),
    PRIMARY KEY (district_id, sha256, digest, kind),
    FOREIGN KEY (district_id, digest) REFERENCES evidence (district_id, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO file_of_record SELECT district_id, sha256, digest, kind FROM evidence_file;
DROP TABLE evidence_file;
ALTER TABLE file_of_record RENAME TO evidence_file;
CREATE INDEX evidence_file_by_record ON evidence_file (district_id, digest, kind);
-- The public look at a photo knows no district.
CREATE INDEX evidence_file_by_name ON evidence_file (sha256);

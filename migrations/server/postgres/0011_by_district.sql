-- See the step of the same number for SQLite.

CREATE TABLE job (
    district_id UUID   NOT NULL,
    kind        TEXT   COLLATE "C" NOT NULL CHECK (kind IN ('compare')),
    subject     TEXT   COLLATE "C" NOT NULL CHECK (subject <> ''),
    noted_at    BIGINT NOT NULL,
    not_before  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (district_id, kind, subject),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);
INSERT INTO job (district_id, kind, subject, noted_at)
SELECT district_id, 'compare', sha256, seq FROM photo_due;
DROP TABLE photo_due;
CREATE INDEX job_by_time ON job (kind, noted_at);

CREATE TABLE file_of_record (
    district_id UUID NOT NULL,
    sha256      TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    digest      TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL
        CHECK (kind IN ('original', 'working', 'marked', 'thumb', 'annotated')),
    PRIMARY KEY (district_id, sha256, digest, kind),
    FOREIGN KEY (district_id, digest) REFERENCES evidence (district_id, digest)
);
INSERT INTO file_of_record SELECT district_id, sha256, digest, kind FROM evidence_file;
DROP TABLE evidence_file;
ALTER TABLE file_of_record RENAME TO evidence_file;
CREATE INDEX evidence_file_by_record ON evidence_file (district_id, digest, kind);
CREATE INDEX evidence_file_by_name ON evidence_file (sha256);

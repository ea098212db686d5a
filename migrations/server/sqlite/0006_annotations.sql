-- One kind of copy more: the one that somebody drew on.

CREATE TABLE named_file (
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    district_id BLOB NOT NULL,
    digest      TEXT NOT NULL,
    kind        TEXT NOT NULL
        CHECK (kind IN ('original', 'working', 'marked', 'thumb', 'annotated')),
    PRIMARY KEY (sha256, district_id, digest, kind),
    FOREIGN KEY (district_id, digest) REFERENCES evidence (district_id, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO named_file SELECT sha256, district_id, digest, kind FROM evidence_file;
DROP TABLE evidence_file;
ALTER TABLE named_file RENAME TO evidence_file;
CREATE INDEX evidence_file_by_record ON evidence_file (district_id, digest, kind);

-- See the step of the same number for SQLite.

CREATE TABLE upload (
    district_id UUID   NOT NULL,
    owner_id    UUID   NOT NULL,
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    length      BIGINT NOT NULL CHECK (length > 0),
    held        BIGINT NOT NULL CHECK (held >= 0 AND held <= length),
    touched_at  BIGINT NOT NULL,
    PRIMARY KEY (district_id, owner_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE upload_piece (
    district_id UUID   NOT NULL,
    owner_id    UUID   NOT NULL,
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    begins_at   BIGINT NOT NULL CHECK (begins_at >= 0),
    bytes       BIGINT NOT NULL CHECK (bytes > 0),
    piece_id    UUID   NOT NULL,
    PRIMARY KEY (district_id, owner_id, sha256, begins_at),
    FOREIGN KEY (district_id, owner_id, sha256) REFERENCES upload (district_id, owner_id, sha256)
);
CREATE UNIQUE INDEX upload_piece_by_id ON upload_piece (district_id, piece_id);

CREATE TABLE swept_blob (
    district_id UUID   NOT NULL,
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    swept_at    BIGINT NOT NULL,
    PRIMARY KEY (district_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CHECK (kind IN ('compare', 'sweep'));

CREATE INDEX review_by_time ON review (district_id, decided_at);

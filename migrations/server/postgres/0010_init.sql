-- The schema that SQLite has after its tenth step; what tables and columns are for stands there.
--
-- Ids have a type of their own, whole numbers are eight bytes, and texts are compared by their
-- bytes, whatever language the database was made for: both engines sort and compare alike.

CREATE TABLE server (
    only_row    BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    epoch       UUID   NOT NULL,
    created_at  BIGINT NOT NULL,
    signing_key BYTEA  CHECK (length(signing_key) = 32),
    letter_key  BYTEA  CHECK (length(letter_key) = 32)
);

CREATE TABLE district (
    district_id UUID NOT NULL PRIMARY KEY,
    body        TEXT COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL)
);

CREATE TABLE person (
    district_id   UUID   NOT NULL,
    person_id     UUID   NOT NULL,
    display_name  TEXT   COLLATE "C" NOT NULL CHECK (display_name <> ''),
    role          TEXT   COLLATE "C" NOT NULL CHECK (role IN ('inspector', 'supervisor')),
    administrator BIGINT NOT NULL DEFAULT 0 CHECK (administrator IN (0, 1)),
    PRIMARY KEY (district_id, person_id),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE account (
    name          TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (name <> ''),
    district_id   UUID NOT NULL,
    person_id     UUID NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
);

CREATE TABLE session (
    token_hash  BYTEA  NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    district_id UUID   NOT NULL,
    person_id   UUID   NOT NULL,
    device_id   UUID,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL CHECK (expires_at > created_at),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
);
CREATE INDEX session_by_person ON session (district_id, person_id, expires_at);

CREATE TABLE point (
    district_id UUID NOT NULL,
    point_id    UUID NOT NULL,
    name        TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    body        TEXT COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    PRIMARY KEY (district_id, point_id),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE standard (
    district_id UUID   NOT NULL,
    standard_id UUID   NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1),
    body        TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    PRIMARY KEY (district_id, standard_id, version),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE profile (
    district_id UUID   NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1),
    standard_id UUID   NOT NULL,
    body        TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    made_by     UUID,
    made_at     BIGINT NOT NULL,
    note        TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (district_id, version),
    FOREIGN KEY (district_id, standard_id, version)
        REFERENCES standard (district_id, standard_id, version),
    FOREIGN KEY (district_id, made_by) REFERENCES person (district_id, person_id)
);

CREATE TABLE blob (
    district_id UUID   NOT NULL,
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    bytes       BIGINT NOT NULL CHECK (bytes > 0),
    media_type  TEXT   COLLATE "C" NOT NULL CHECK (media_type LIKE 'image/%'),
    width       BIGINT NOT NULL CHECK (width > 0),
    height      BIGINT NOT NULL CHECK (height > 0),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (district_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE finding (
    district_id  UUID   NOT NULL,
    finding_id   UUID   NOT NULL,
    seq          BIGINT NOT NULL CHECK (seq >= 1),
    author_id    UUID   NOT NULL,
    point_id     UUID   NOT NULL,
    body         TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    received_at  BIGINT NOT NULL,
    review_state TEXT   COLLATE "C" NOT NULL
        CHECK (review_state IN ('pending', 'accepted', 'returned')),
    review_rev   BIGINT NOT NULL CHECK (review_rev >= 0),
    PRIMARY KEY (district_id, finding_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    CHECK (review_state = 'pending' OR review_rev >= 1)
);
CREATE UNIQUE INDEX finding_by_seq ON finding (district_id, seq);
CREATE INDEX finding_by_state ON finding (district_id, review_state, seq);

CREATE TABLE finding_photo (
    district_id UUID   NOT NULL,
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    finding_id  UUID   NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (district_id, sha256, finding_id),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id)
);

CREATE TABLE review (
    district_id UUID   NOT NULL,
    finding_id  UUID   NOT NULL,
    rev         BIGINT NOT NULL CHECK (rev >= 1),
    state       TEXT   COLLATE "C" NOT NULL CHECK (state IN ('accepted', 'returned')),
    reason      TEXT   COLLATE "C" NOT NULL,
    decided_by  UUID   NOT NULL,
    decided_at  BIGINT NOT NULL,
    PRIMARY KEY (district_id, finding_id, rev),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id),
    FOREIGN KEY (district_id, decided_by) REFERENCES person (district_id, person_id),
    CHECK ((state = 'returned') = (reason <> ''))
);

CREATE TABLE earlier_finding (
    district_id UUID   NOT NULL,
    finding_id  UUID   NOT NULL,
    until_rev   BIGINT NOT NULL CHECK (until_rev >= 1),
    rev         BIGINT NOT NULL CHECK (rev >= 0 AND rev < until_rev),
    body        TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (district_id, finding_id, until_rev),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id)
);

CREATE TABLE inspection (
    district_id   UUID   NOT NULL,
    inspection_id UUID   NOT NULL,
    seq           BIGINT NOT NULL CHECK (seq >= 1),
    author_id     UUID   NOT NULL,
    point_id      UUID   NOT NULL,
    body          TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    received_at   BIGINT NOT NULL,
    differing     TEXT   COLLATE "C" NOT NULL CHECK (differing::json IS NOT NULL),
    PRIMARY KEY (district_id, inspection_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id)
);
CREATE UNIQUE INDEX inspection_by_seq ON inspection (district_id, seq);
CREATE INDEX inspection_by_point ON inspection (district_id, point_id, seq);

CREATE TABLE inspection_photo (
    district_id   UUID NOT NULL,
    sha256        TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    inspection_id UUID NOT NULL,
    PRIMARY KEY (district_id, sha256, inspection_id),
    FOREIGN KEY (district_id, inspection_id) REFERENCES inspection (district_id, inspection_id)
);

CREATE TABLE op (
    district_id UUID   NOT NULL,
    op_id       UUID   NOT NULL,
    device_id   UUID   NOT NULL,
    dev_seq     BIGINT NOT NULL CHECK (dev_seq >= 0),
    author_id   UUID   NOT NULL,
    kind        TEXT   COLLATE "C" NOT NULL,
    digest      BYTEA  NOT NULL CHECK (length(digest) = 32),
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    applied_at  BIGINT NOT NULL,
    signature   TEXT   COLLATE "C" CHECK (length(signature) = 128),
    key_id      TEXT   COLLATE "C" CHECK (length(key_id) = 64),
    PRIMARY KEY (district_id, op_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id)
);
CREATE INDEX op_by_device ON op (district_id, device_id, dev_seq);

CREATE TABLE feed_counter (
    district_id UUID   NOT NULL,
    scope       TEXT   COLLATE "C" NOT NULL,
    last_seq    BIGINT NOT NULL CHECK (last_seq >= 1),
    chain       BIGINT,
    PRIMARY KEY (district_id, scope),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE feed_event (
    district_id UUID   NOT NULL,
    scope       TEXT   COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    kind        TEXT   COLLATE "C" NOT NULL,
    body        TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    chain       BIGINT,
    PRIMARY KEY (district_id, scope, seq),
    FOREIGN KEY (district_id, scope) REFERENCES feed_counter (district_id, scope)
);

CREATE TABLE device_key (
    district_id   UUID   NOT NULL,
    device_id     UUID   NOT NULL,
    key_id        TEXT   COLLATE "C" NOT NULL CHECK (length(key_id) = 64),
    public_key    TEXT   COLLATE "C" NOT NULL CHECK (length(public_key) = 66),
    person_id     UUID   NOT NULL,
    first_seen_at BIGINT NOT NULL,
    PRIMARY KEY (district_id, device_id, key_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
);

CREATE TABLE evidence (
    district_id UUID   NOT NULL,
    digest      TEXT   COLLATE "C" NOT NULL CHECK (length(digest) = 64),
    device_id   UUID   NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    prev        TEXT   COLLATE "C" NOT NULL CHECK (length(prev) = 64),
    original    TEXT   COLLATE "C" NOT NULL CHECK (length(original) = 64),
    code        TEXT   COLLATE "C" NOT NULL CHECK (length(code) = 19),
    body        TEXT   COLLATE "C" NOT NULL CHECK (body::json IS NOT NULL),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (district_id, digest),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);
CREATE INDEX evidence_by_place ON evidence (district_id, device_id, seq);
CREATE INDEX evidence_by_original ON evidence (district_id, original, seq);
CREATE INDEX evidence_by_code ON evidence (code);

CREATE TABLE evidence_file (
    sha256      TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    district_id UUID NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL
        CHECK (kind IN ('original', 'working', 'marked', 'thumb', 'annotated')),
    PRIMARY KEY (sha256, district_id, digest, kind),
    FOREIGN KEY (district_id, digest) REFERENCES evidence (district_id, digest)
);
CREATE INDEX evidence_file_by_record ON evidence_file (district_id, digest, kind);

CREATE TABLE photo_due (
    seq         BIGINT NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    district_id UUID   NOT NULL,
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (district_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE photo_likeness (
    district_id UUID   NOT NULL,
    seq         BIGINT NOT NULL CHECK (seq >= 1),
    sha256      TEXT   COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    bits        BYTEA  CHECK (length(bits) = 32),
    PRIMARY KEY (district_id, seq),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);
CREATE UNIQUE INDEX photo_likeness_by_photo ON photo_likeness (district_id, sha256);

CREATE TABLE photo_band (
    district_id UUID   NOT NULL,
    band        BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (district_id, band, seq),
    FOREIGN KEY (district_id, seq) REFERENCES photo_likeness (district_id, seq)
);

CREATE TABLE photo_pair (
    district_id UUID NOT NULL,
    sha256      TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    other       TEXT COLLATE "C" NOT NULL CHECK (length(other) = 64),
    how         TEXT COLLATE "C" NOT NULL CHECK (how IN ('copy', 'alike')),
    PRIMARY KEY (district_id, sha256, other, how),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

-- The server's first schema.
--
-- Every key begins with district_id, and every statement names it, so that the tables can later be
-- spread over machines by district. Two tables are looked up before the district is known and say
-- so: account (by name) and session (by the token's hash). Ids are UUIDs as 16 bytes, times are
-- milliseconds since 1970 by the server's clock unless a comment says otherwise.

-- The identity of this database's history: exactly one row.
CREATE TABLE server (
    only_row   INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    -- Cursors of phones belong to it; a restored backup gets a new one.
    epoch      BLOB    NOT NULL CHECK (length(epoch) = 16),
    created_at INTEGER NOT NULL
) STRICT;

-- Districts 辖区 as their phones get them.
CREATE TABLE district (
    district_id BLOB NOT NULL PRIMARY KEY CHECK (length(district_id) = 16),
    -- The District of the protocol as JSON.
    body        TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- People and their role in a district.
CREATE TABLE person (
    district_id  BLOB NOT NULL,
    person_id    BLOB NOT NULL CHECK (length(person_id) = 16),
    display_name TEXT NOT NULL CHECK (display_name <> ''),
    role         TEXT NOT NULL CHECK (role IN ('inspector', 'supervisor')),
    PRIMARY KEY (district_id, person_id),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- How people sign in. Looked up by name, before the district is known.
CREATE TABLE account (
    name          TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    district_id   BLOB NOT NULL,
    person_id     BLOB NOT NULL,
    -- Argon2id in PHC form, with its own salt and parameters.
    password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;

-- Who is signed in. Looked up by the token's hash, before the district is known; the token itself
-- is stored nowhere. A revoked session is a deleted row.
CREATE TABLE session (
    token_hash  BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    district_id BLOB    NOT NULL,
    person_id   BLOB    NOT NULL,
    -- The installation that signed in; null for a browser.
    device_id   BLOB    CHECK (device_id IS NULL OR length(device_id) = 16),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL CHECK (expires_at > created_at),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_person ON session (district_id, person_id, expires_at);

-- Points 点位 as their phones get them.
CREATE TABLE point (
    district_id BLOB NOT NULL,
    point_id    BLOB NOT NULL CHECK (length(point_id) = 16),
    -- Copied out of the body for lists.
    name        TEXT NOT NULL CHECK (name <> ''),
    -- The Point of the protocol as JSON.
    body        TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (district_id, point_id),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- Published standards 测评标准. A version never changes once it is here.
CREATE TABLE standard (
    district_id BLOB    NOT NULL,
    standard_id BLOB    NOT NULL CHECK (length(standard_id) = 16),
    version     INTEGER NOT NULL CHECK (version >= 1),
    -- The Standard of the protocol as JSON.
    body        TEXT    NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (district_id, standard_id, version),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- Photos that are whole on the disk, verified and synced. The row comes after the file.
CREATE TABLE blob (
    district_id BLOB    NOT NULL,
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    bytes       INTEGER NOT NULL CHECK (bytes > 0),
    media_type  TEXT    NOT NULL CHECK (media_type LIKE 'image/%'),
    -- As stored, before orientation.
    width       INTEGER NOT NULL CHECK (width > 0),
    height      INTEGER NOT NULL CHECK (height > 0),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (district_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- Findings 问题: the record as it came, which never changes, and its review as it stands now.
CREATE TABLE finding (
    district_id  BLOB    NOT NULL,
    finding_id   BLOB    NOT NULL CHECK (length(finding_id) = 16),
    -- Place in the district's queue, counting up from 1.
    seq          INTEGER NOT NULL CHECK (seq >= 1),
    author_id    BLOB    NOT NULL,
    point_id     BLOB    NOT NULL,
    -- The FindingRecord as the phone sent it, with fields that this server does not know.
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    received_at  INTEGER NOT NULL,
    review_state TEXT    NOT NULL CHECK (review_state IN ('pending', 'accepted', 'returned')),
    -- Counts up with each decision; a decision names the one it saw.
    review_rev   INTEGER NOT NULL CHECK (review_rev >= 0),
    PRIMARY KEY (district_id, finding_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    CHECK ((review_state = 'pending') = (review_rev = 0))
) STRICT;

CREATE UNIQUE INDEX finding_by_seq ON finding (district_id, seq);
CREATE INDEX finding_by_state ON finding (district_id, review_state, seq);

-- Which finding shows which photo; who may see the finding may see the photo.
CREATE TABLE finding_photo (
    district_id BLOB NOT NULL,
    sha256      TEXT NOT NULL,
    finding_id  BLOB NOT NULL,
    PRIMARY KEY (district_id, sha256, finding_id),
    FOREIGN KEY (district_id, sha256) REFERENCES blob (district_id, sha256),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id)
) STRICT, WITHOUT ROWID;

-- Every decision on a finding, in order; the last one is the finding's review.
CREATE TABLE review (
    district_id BLOB    NOT NULL,
    finding_id  BLOB    NOT NULL,
    rev         INTEGER NOT NULL CHECK (rev >= 1),
    state       TEXT    NOT NULL CHECK (state IN ('accepted', 'returned')),
    reason      TEXT    NOT NULL,
    decided_by  BLOB    NOT NULL,
    decided_at  INTEGER NOT NULL,
    PRIMARY KEY (district_id, finding_id, rev),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id),
    FOREIGN KEY (district_id, decided_by) REFERENCES person (district_id, person_id),
    CHECK ((state = 'returned') = (reason <> ''))
) STRICT, WITHOUT ROWID;

-- Operations that were applied, so that each is applied once.
CREATE TABLE op (
    district_id BLOB    NOT NULL,
    op_id       BLOB    NOT NULL CHECK (length(op_id) = 16),
    device_id   BLOB    NOT NULL CHECK (length(device_id) = 16),
    -- Counts up by one per device.
    dev_seq     INTEGER NOT NULL CHECK (dev_seq >= 0),
    author_id   BLOB    NOT NULL,
    kind        TEXT    NOT NULL,
    -- SHA-256 over id, kind, entity and body in canonical form.
    digest      BLOB    NOT NULL CHECK (length(digest) = 32),
    -- Place in the district's queue that it got.
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    applied_at  INTEGER NOT NULL,
    PRIMARY KEY (district_id, op_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX op_by_device ON op (district_id, device_id, dev_seq);

-- The last number given out in each scope. Taken inside the transaction that uses it, so that a
-- reader who sees a number has seen every smaller one: a plain sequence would skip rows that
-- commit late. Scopes are those of the protocol, and `queue` for the district's findings.
CREATE TABLE feed_counter (
    district_id BLOB    NOT NULL,
    scope       TEXT    NOT NULL,
    last_seq    INTEGER NOT NULL CHECK (last_seq >= 1),
    PRIMARY KEY (district_id, scope),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- What phones pull, in the order in which it was committed.
CREATE TABLE feed_event (
    district_id BLOB    NOT NULL,
    scope       TEXT    NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    kind        TEXT    NOT NULL,
    -- The new state of what it is about, as JSON.
    body        TEXT    NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (district_id, scope, seq),
    FOREIGN KEY (district_id, scope) REFERENCES feed_counter (district_id, scope)
) STRICT;

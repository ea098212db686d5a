-- See the step of the same number for SQLite.

CREATE TABLE unit (
    district_id UUID NOT NULL,
    unit_id     UUID NOT NULL,
    parent_id   UUID,
    level       TEXT COLLATE "C" NOT NULL CHECK (level IN ('city', 'county', 'street', 'community')),
    name        TEXT COLLATE "C" NOT NULL CHECK (name <> ''),
    PRIMARY KEY (district_id, unit_id),
    FOREIGN KEY (district_id) REFERENCES district (district_id),
    FOREIGN KEY (district_id, parent_id) REFERENCES unit (district_id, unit_id),
    CHECK (parent_id <> unit_id)
);
CREATE INDEX unit_by_parent ON unit (district_id, parent_id);

CREATE TABLE point_unit (
    district_id UUID NOT NULL,
    point_id    UUID NOT NULL,
    unit_id     UUID NOT NULL,
    PRIMARY KEY (district_id, point_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    FOREIGN KEY (district_id, unit_id) REFERENCES unit (district_id, unit_id)
);
CREATE INDEX point_unit_by_unit ON point_unit (district_id, unit_id);

CREATE TABLE person_grant (
    district_id UUID    NOT NULL,
    person_id   UUID    NOT NULL,
    number      BIGINT NOT NULL CHECK (number >= 1),
    role        TEXT    COLLATE "C" NOT NULL CHECK (role IN (
        'inspector', 'grid_inspector', 'duty', 'handler', 'supervisor', 'reviewer',
        'administrator', 'observer')),
    unit_id     UUID,
    point_id    UUID,
    PRIMARY KEY (district_id, person_id, number),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, unit_id) REFERENCES unit (district_id, unit_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    CHECK (unit_id IS NULL OR point_id IS NULL)
);
INSERT INTO person_grant (district_id, person_id, number, role)
SELECT district_id, person_id, 1, CASE administrator WHEN 1 THEN 'administrator' ELSE role END
FROM person;
ALTER TABLE person DROP COLUMN role;
ALTER TABLE person DROP COLUMN administrator;

ALTER TABLE account ADD COLUMN password_changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));
ALTER TABLE account ADD COLUMN disabled_at BIGINT;
CREATE UNIQUE INDEX account_by_person ON account (district_id, person_id);

CREATE TABLE password_history (
    district_id   UUID    NOT NULL,
    person_id     UUID    NOT NULL,
    number        BIGINT NOT NULL CHECK (number >= 1),
    password_hash TEXT    COLLATE "C" NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    PRIMARY KEY (district_id, person_id, number),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
);
INSERT INTO password_history (district_id, person_id, number, password_hash)
SELECT district_id, person_id, 1, password_hash FROM account;

CREATE TABLE account_policy (
    district_id UUID NOT NULL PRIMARY KEY,
    passwords   TEXT COLLATE "C" NOT NULL CHECK (passwords IN ('plain', 'rotating')),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
);

CREATE TABLE device (
    district_id UUID    NOT NULL,
    device_id   UUID    NOT NULL,
    person_id   UUID    NOT NULL,
    name        TEXT    COLLATE "C" NOT NULL,
    enrolled_at BIGINT NOT NULL,
    revoked_at  BIGINT,
    PRIMARY KEY (district_id, device_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
);
CREATE INDEX device_by_person ON device (district_id, person_id);
WITH seen (district_id, device_id, person_id, at) AS (
    SELECT district_id, device_id, person_id, first_seen_at FROM device_key
    UNION ALL
    SELECT district_id, device_id, person_id, created_at FROM session WHERE device_id IS NOT NULL),
ranked (district_id, device_id, person_id, first_at, place) AS (
    SELECT district_id, device_id, person_id,
        min(at) OVER (PARTITION BY district_id, device_id),
        row_number() OVER (PARTITION BY district_id, device_id ORDER BY at DESC, person_id)
    FROM seen)
INSERT INTO device (district_id, device_id, person_id, name, enrolled_at)
SELECT district_id, device_id, person_id, '', first_at FROM ranked WHERE place = 1;

CREATE TABLE named_session (
    token_hash   BYTEA    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    district_id  UUID    NOT NULL,
    session_id   UUID    NOT NULL,
    person_id    UUID    NOT NULL,
    device_id    UUID,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL CHECK (expires_at > created_at),
    last_used_at BIGINT NOT NULL,
    must_change  BIGINT NOT NULL CHECK (must_change IN (0, 1)),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
);
INSERT INTO named_session
SELECT token_hash, district_id, gen_random_uuid(), person_id, device_id, created_at, expires_at,
    created_at, 0
FROM session;
DROP TABLE session;
ALTER TABLE named_session RENAME TO session;
CREATE INDEX session_by_person ON session (district_id, person_id, expires_at);

CREATE TABLE enrolment (
    district_id UUID    NOT NULL,
    code_hash   TEXT    COLLATE "C" NOT NULL CHECK (length(code_hash) = 64),
    person_id   UUID    NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_device UUID,
    used_key    TEXT    COLLATE "C" CHECK (length(used_key) = 64),
    session_id  UUID,
    PRIMARY KEY (district_id, code_hash),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id),
    CHECK ((used_device IS NULL) = (used_key IS NULL)),
    CHECK ((used_device IS NULL) = (session_id IS NULL))
);

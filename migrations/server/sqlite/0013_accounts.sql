-- People have several roles, each of which reaches the district, a unit or a point; accounts follow
-- the district's rules for passwords; sessions and devices are listed and ended by themselves.

-- Units 责任单位 in a tree. Each stands below the one that it belongs to: city, county, street,
-- community.
CREATE TABLE unit (
    district_id BLOB NOT NULL,
    unit_id     BLOB NOT NULL CHECK (length(unit_id) = 16),
    -- Null: it stands on top.
    parent_id   BLOB,
    level       TEXT NOT NULL CHECK (level IN ('city', 'county', 'street', 'community')),
    name        TEXT NOT NULL CHECK (name <> ''),
    PRIMARY KEY (district_id, unit_id),
    FOREIGN KEY (district_id) REFERENCES district (district_id),
    FOREIGN KEY (district_id, parent_id) REFERENCES unit (district_id, unit_id),
    CHECK (parent_id <> unit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_by_parent ON unit (district_id, parent_id);

-- Which point belongs to which unit, copied out of the points' bodies.
CREATE TABLE point_unit (
    district_id BLOB NOT NULL,
    point_id    BLOB NOT NULL,
    unit_id     BLOB NOT NULL,
    PRIMARY KEY (district_id, point_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    FOREIGN KEY (district_id, unit_id) REFERENCES unit (district_id, unit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX point_unit_by_unit ON point_unit (district_id, unit_id);

-- The roles of people, at least one each.
CREATE TABLE person_grant (
    district_id BLOB    NOT NULL,
    person_id   BLOB    NOT NULL,
    -- Counts a person's grants from 1.
    number      INTEGER NOT NULL CHECK (number >= 1),
    role        TEXT    NOT NULL CHECK (role IN (
        'inspector', 'grid_inspector', 'duty', 'handler', 'supervisor', 'reviewer',
        'administrator', 'observer')),
    -- What it reaches: a unit with all below it, or a point; neither: all of the district.
    unit_id     BLOB,
    point_id    BLOB,
    PRIMARY KEY (district_id, person_id, number),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, unit_id) REFERENCES unit (district_id, unit_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    CHECK (unit_id IS NULL OR point_id IS NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO person_grant (district_id, person_id, number, role)
SELECT district_id, person_id, 1, CASE administrator WHEN 1 THEN 'administrator' ELSE role END
FROM person;
ALTER TABLE person DROP COLUMN role;
ALTER TABLE person DROP COLUMN administrator;

-- When the password was set; 0 where it was before anybody noted that.
ALTER TABLE account ADD COLUMN password_changed_at INTEGER NOT NULL DEFAULT 0;
-- Whether it was drawn, and is to be changed by the person.
ALTER TABLE account ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));
-- Nobody signs in with it since then.
ALTER TABLE account ADD COLUMN disabled_at INTEGER;
-- A person has one account at most.
CREATE UNIQUE INDEX account_by_person ON account (district_id, person_id);

-- The last passwords of each person, the one in force among them.
CREATE TABLE password_history (
    district_id   BLOB    NOT NULL,
    person_id     BLOB    NOT NULL,
    -- Counts a person's passwords.
    number        INTEGER NOT NULL CHECK (number >= 1),
    password_hash TEXT    NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    PRIMARY KEY (district_id, person_id, number),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;
INSERT INTO password_history (district_id, person_id, number, password_hash)
SELECT district_id, person_id, 1, password_hash FROM account;

-- What a district asks of passwords; one without a row asks what is plain.
CREATE TABLE account_policy (
    district_id BLOB NOT NULL PRIMARY KEY,
    passwords   TEXT NOT NULL CHECK (passwords IN ('plain', 'rotating')),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

-- Installations of the phone app that somebody signed in on.
CREATE TABLE device (
    district_id BLOB    NOT NULL,
    device_id   BLOB    NOT NULL CHECK (length(device_id) = 16),
    -- Who signed in on it last.
    person_id   BLOB    NOT NULL,
    -- What it calls itself; may be empty.
    name        TEXT    NOT NULL,
    -- When somebody first signed in on it.
    enrolled_at INTEGER NOT NULL,
    -- Nobody signs in on it since then. What it signed before holds.
    revoked_at  INTEGER,
    PRIMARY KEY (district_id, device_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;
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
    token_hash   BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    district_id  BLOB    NOT NULL,
    -- By which it is listed and ended.
    session_id   BLOB    NOT NULL CHECK (length(session_id) = 16),
    person_id    BLOB    NOT NULL,
    -- The installation that signed in; null for a browser.
    device_id    BLOB    CHECK (device_id IS NULL OR length(device_id) = 16),
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL CHECK (expires_at > created_at),
    -- Written once an hour at most.
    last_used_at INTEGER NOT NULL,
    -- Whether nothing can be done with it but change the password.
    must_change  INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;
INSERT INTO named_session
SELECT token_hash, district_id, randomblob(16), person_id, device_id, created_at, expires_at,
    created_at, 0
FROM session;
DROP TABLE session;
ALTER TABLE named_session RENAME TO session;
CREATE INDEX session_by_person ON session (district_id, person_id, expires_at);

-- Codes with which a device is let in without a password, once. The code itself is stored nowhere.
CREATE TABLE enrolment (
    district_id BLOB    NOT NULL,
    code_hash   TEXT    NOT NULL CHECK (length(code_hash) = 64),
    -- Whom it lets in.
    person_id   BLOB    NOT NULL,
    expires_at  INTEGER NOT NULL,
    -- The device and the key that have used it; null: nobody has yet.
    used_device BLOB,
    used_key    TEXT    CHECK (length(used_key) = 64),
    -- The session that it gave.
    session_id  BLOB,
    PRIMARY KEY (district_id, code_hash),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id),
    CHECK ((used_device IS NULL) = (used_key IS NULL)),
    CHECK ((used_device IS NULL) = (session_id IS NULL))
) STRICT, WITHOUT ROWID;

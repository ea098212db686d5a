-- What devices sign of their photos, and the key with which this server answers.

-- P-256, 32 bytes, made at the first start. Receipts and beacons given out stay valid as long as
-- it is kept; it is part of a backup like the rest.
ALTER TABLE server ADD COLUMN signing_key BLOB
    CHECK (signing_key IS NULL OR length(signing_key) = 32);

-- Public keys of devices, as they were first seen with a session of that device. A device that
-- lost its key has another one from then on; what the first one signed stays signed.
CREATE TABLE device_key (
    district_id   BLOB    NOT NULL,
    device_id     BLOB    NOT NULL CHECK (length(device_id) = 16),
    -- SHA-256 of the key.
    key_id        TEXT    NOT NULL CHECK (length(key_id) = 64),
    public_key    TEXT    NOT NULL CHECK (length(public_key) = 66),
    -- Who was signed in then.
    person_id     BLOB    NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (district_id, device_id, key_id),
    FOREIGN KEY (district_id, person_id) REFERENCES person (district_id, person_id)
) STRICT, WITHOUT ROWID;

-- Records of photos whose signature held when they came. Each is in its finding or inspection as
-- well; here they are found by their place in the device's chain.
CREATE TABLE evidence (
    district_id BLOB    NOT NULL,
    -- SHA-256 of the text.
    digest      TEXT    NOT NULL CHECK (length(digest) = 64),
    device_id   BLOB    NOT NULL CHECK (length(device_id) = 16),
    -- Place in the chain, from 1. Two records of one place are both kept, and told.
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    -- Digest of the record before it.
    prev        TEXT    NOT NULL CHECK (length(prev) = 64),
    -- Name of the photo.
    original    TEXT    NOT NULL CHECK (length(original) = 64),
    code        TEXT    NOT NULL CHECK (length(code) = 19),
    -- The Sealed of the protocol as JSON; its text is a PhotoEvidence, letter for letter.
    body        TEXT    NOT NULL CHECK (json_valid(body)),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (district_id, digest),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT;

CREATE INDEX evidence_by_place ON evidence (district_id, device_id, seq);

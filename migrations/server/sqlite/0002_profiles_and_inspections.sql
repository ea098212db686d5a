-- What a district holds against the catalogue, version by version. The standard of the same
-- version is what it resolved to. A version never changes once it is here.
CREATE TABLE profile (
    district_id BLOB    NOT NULL,
    version     INTEGER NOT NULL CHECK (version >= 1),
    standard_id BLOB    NOT NULL CHECK (length(standard_id) = 16),
    -- The Profile of the catalogue as JSON.
    body        TEXT    NOT NULL CHECK (json_valid(body)),
    -- Who made it; null for one that came with the product.
    made_by     BLOB,
    made_at     INTEGER NOT NULL,
    -- Why, in their words.
    note        TEXT    NOT NULL,
    PRIMARY KEY (district_id, version),
    FOREIGN KEY (district_id, standard_id, version)
        REFERENCES standard (district_id, standard_id, version),
    FOREIGN KEY (district_id, made_by) REFERENCES person (district_id, person_id)
) STRICT;

-- Inspections 巡查: the record as it came, which never changes.
CREATE TABLE inspection (
    district_id   BLOB    NOT NULL,
    inspection_id BLOB    NOT NULL CHECK (length(inspection_id) = 16),
    -- Place in the district's queue of inspections, counting up from 1.
    seq           INTEGER NOT NULL CHECK (seq >= 1),
    author_id     BLOB    NOT NULL,
    point_id      BLOB    NOT NULL,
    -- The InspectionRecord as the phone sent it, with fields that this server does not know.
    body          TEXT    NOT NULL CHECK (json_valid(body)),
    received_at   INTEGER NOT NULL,
    -- Codes of the criteria that this server judges otherwise than the phone, as a JSON list.
    differing     TEXT    NOT NULL CHECK (json_valid(differing)),
    PRIMARY KEY (district_id, inspection_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id)
) STRICT;

CREATE UNIQUE INDEX inspection_by_seq ON inspection (district_id, seq);
CREATE INDEX inspection_by_point ON inspection (district_id, point_id, seq);

-- Which inspection shows which photo; who may see the inspection may see the photo.
CREATE TABLE inspection_photo (
    district_id   BLOB NOT NULL,
    sha256        TEXT NOT NULL,
    inspection_id BLOB NOT NULL,
    PRIMARY KEY (district_id, sha256, inspection_id),
    FOREIGN KEY (district_id, sha256) REFERENCES blob (district_id, sha256),
    FOREIGN KEY (district_id, inspection_id) REFERENCES inspection (district_id, inspection_id)
) STRICT, WITHOUT ROWID;

-- Administrators are written as supervisors with a mark, which older servers read as supervisors.
ALTER TABLE person ADD COLUMN administrator INTEGER NOT NULL DEFAULT 0
    CHECK (administrator IN (0, 1));

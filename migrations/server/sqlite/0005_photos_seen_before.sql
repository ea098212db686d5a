-- By what a photo that was used before is found again.

-- Photos that were not compared with the others yet.
CREATE TABLE photo_due (
    -- What came last is looked at first: somebody is about to open it.
    seq         INTEGER NOT NULL PRIMARY KEY,
    district_id BLOB    NOT NULL,
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (district_id, sha256),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT;

-- Photos that were, with the fingerprint of what they show.
CREATE TABLE photo_likeness (
    district_id BLOB    NOT NULL,
    -- Place in the district's index, counting up from 1; short, for there are sixteen bands to each.
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    sha256      TEXT    NOT NULL CHECK (length(sha256) = 64),
    -- Null where there is too little in the photo to tell it from others, or no file to look at.
    bits        BLOB    CHECK (bits IS NULL OR length(bits) = 32),
    PRIMARY KEY (district_id, seq),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX photo_likeness_by_photo ON photo_likeness (district_id, sha256);

-- A sixteenth of a fingerprint, its number in the upper half. Photos that look alike have one that
-- differs by one bit at most.
CREATE TABLE photo_band (
    district_id BLOB    NOT NULL,
    band        INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (district_id, band, seq),
    FOREIGN KEY (district_id, seq) REFERENCES photo_likeness (district_id, seq)
) STRICT, WITHOUT ROWID;

-- What a comparison found.
CREATE TABLE photo_pair (
    district_id BLOB NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    other       TEXT NOT NULL CHECK (length(other) = 64),
    -- copy: it is a copy of the other, by its bytes or by the code in its watermark.
    -- alike: the two look the same; there is a row for each direction.
    how         TEXT NOT NULL CHECK (how IN ('copy', 'alike')),
    PRIMARY KEY (district_id, sha256, other, how),
    FOREIGN KEY (district_id) REFERENCES district (district_id)
) STRICT, WITHOUT ROWID;

INSERT INTO photo_due (district_id, sha256)
SELECT district_id, sha256 FROM finding_photo
UNION
SELECT district_id, sha256 FROM inspection_photo;

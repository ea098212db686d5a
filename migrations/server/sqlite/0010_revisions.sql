-- A finding that was returned comes again, revised by its author: it is pending once more, while its
-- number goes on counting. What it said before is kept.

CREATE TABLE counted_finding (
    district_id  BLOB    NOT NULL,
    finding_id   BLOB    NOT NULL CHECK (length(finding_id) = 16),
    -- Place in the district's queue, counting up from 1; a revision gets a new one.
    seq          INTEGER NOT NULL CHECK (seq >= 1),
    author_id    BLOB    NOT NULL,
    point_id     BLOB    NOT NULL,
    -- The FindingRecord as the phone sent it, with fields that this server does not know.
    body         TEXT    NOT NULL CHECK (json_valid(body)),
    -- When this record of it came.
    received_at  INTEGER NOT NULL,
    review_state TEXT    NOT NULL CHECK (review_state IN ('pending', 'accepted', 'returned')),
    -- Counts up with each decision and each revision, which name the one they saw.
    review_rev   INTEGER NOT NULL CHECK (review_rev >= 0),
    PRIMARY KEY (district_id, finding_id),
    FOREIGN KEY (district_id, author_id) REFERENCES person (district_id, person_id),
    FOREIGN KEY (district_id, point_id) REFERENCES point (district_id, point_id),
    CHECK (review_state = 'pending' OR review_rev >= 1)
) STRICT;
INSERT INTO counted_finding
SELECT district_id, finding_id, seq, author_id, point_id, body, received_at, review_state, review_rev
FROM finding;

CREATE TABLE counted_review (
    district_id BLOB    NOT NULL,
    finding_id  BLOB    NOT NULL,
    rev         INTEGER NOT NULL CHECK (rev >= 1),
    state       TEXT    NOT NULL CHECK (state IN ('accepted', 'returned')),
    reason      TEXT    NOT NULL,
    decided_by  BLOB    NOT NULL,
    decided_at  INTEGER NOT NULL,
    PRIMARY KEY (district_id, finding_id, rev),
    FOREIGN KEY (district_id, finding_id) REFERENCES counted_finding (district_id, finding_id),
    FOREIGN KEY (district_id, decided_by) REFERENCES person (district_id, person_id),
    CHECK ((state = 'returned') = (reason <> ''))
) STRICT, WITHOUT ROWID;
INSERT INTO counted_review
SELECT district_id, finding_id, rev, state, reason, decided_by, decided_at FROM review;

CREATE TABLE counted_photo (
    district_id BLOB NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    finding_id  BLOB NOT NULL,
    -- When the first record of the finding that shows it came.
    received_at INTEGER NOT NULL,
    PRIMARY KEY (district_id, sha256, finding_id),
    FOREIGN KEY (district_id, finding_id) REFERENCES counted_finding (district_id, finding_id)
) STRICT, WITHOUT ROWID;
INSERT INTO counted_photo
SELECT finding_photo.district_id, finding_photo.sha256, finding_photo.finding_id, finding.received_at
FROM finding_photo
JOIN finding
    ON finding.district_id = finding_photo.district_id
    AND finding.finding_id = finding_photo.finding_id;

DROP TABLE finding_photo;
DROP TABLE review;
DROP TABLE finding;
ALTER TABLE counted_finding RENAME TO finding;
ALTER TABLE counted_review RENAME TO review;
ALTER TABLE counted_photo RENAME TO finding_photo;
CREATE UNIQUE INDEX finding_by_seq ON finding (district_id, seq);
CREATE INDEX finding_by_state ON finding (district_id, review_state, seq);

-- What a finding said before a revision took its place.
CREATE TABLE earlier_finding (
    district_id BLOB    NOT NULL,
    finding_id  BLOB    NOT NULL,
    -- The number that the revision after it gave the finding.
    until_rev   INTEGER NOT NULL CHECK (until_rev >= 1),
    -- The number that the finding had until then. The two follow each other, unless decisions were
    -- lost with a backup and the revision answered one of them.
    rev         INTEGER NOT NULL CHECK (rev >= 0 AND rev < until_rev),
    body        TEXT    NOT NULL CHECK (json_valid(body)),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (district_id, finding_id, until_rev),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id)
) STRICT;

-- A photo's small copies come first, its original when the phone may send it. So a finding or an
-- inspection names photos whose originals are not here yet.

CREATE TABLE shown_in_finding (
    district_id BLOB NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    finding_id  BLOB NOT NULL,
    PRIMARY KEY (district_id, sha256, finding_id),
    FOREIGN KEY (district_id, finding_id) REFERENCES finding (district_id, finding_id)
) STRICT, WITHOUT ROWID;
INSERT INTO shown_in_finding SELECT district_id, sha256, finding_id FROM finding_photo;
DROP TABLE finding_photo;
ALTER TABLE shown_in_finding RENAME TO finding_photo;

CREATE TABLE shown_in_inspection (
    district_id   BLOB NOT NULL,
    sha256        TEXT NOT NULL CHECK (length(sha256) = 64),
    inspection_id BLOB NOT NULL,
    PRIMARY KEY (district_id, sha256, inspection_id),
    FOREIGN KEY (district_id, inspection_id) REFERENCES inspection (district_id, inspection_id)
) STRICT, WITHOUT ROWID;
INSERT INTO shown_in_inspection SELECT district_id, sha256, inspection_id FROM inspection_photo;
DROP TABLE inspection_photo;
ALTER TABLE shown_in_inspection RENAME TO inspection_photo;

-- Finds the copies that stand in for an original, and the records behind a code or a file.
CREATE INDEX evidence_by_original ON evidence (district_id, original, seq);
CREATE INDEX evidence_by_code ON evidence (code);

-- Which records a file belongs to: the original, and each copy that a record names. The public look
-- at a photo asks for it without knowing the district.
CREATE TABLE evidence_file (
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    district_id BLOB NOT NULL,
    digest      TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('original', 'working', 'marked', 'thumb')),
    PRIMARY KEY (sha256, district_id, digest, kind),
    FOREIGN KEY (district_id, digest) REFERENCES evidence (district_id, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO evidence_file
SELECT e.original, e.district_id, e.digest, 'original' FROM evidence e;
INSERT OR IGNORE INTO evidence_file
SELECT json_extract(json_extract(e.body, '$.text'), '$.copies.' || k.value || '.sha256'),
       e.district_id, e.digest, k.value
FROM evidence e, json_each('["working", "marked", "thumb"]') k
WHERE length(json_extract(json_extract(e.body, '$.text'), '$.copies.' || k.value || '.sha256')) = 64;

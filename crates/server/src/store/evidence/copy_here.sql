-- The newest record's copy of an original, of those that have come.
SELECT file.sha256
FROM evidence
JOIN evidence_file AS file
    ON file.district_id = evidence.district_id
    AND file.digest = evidence.digest
    AND file.kind = :kind
JOIN blob ON blob.district_id = file.district_id AND blob.sha256 = file.sha256
WHERE evidence.district_id = :district_id AND evidence.original = :original
ORDER BY evidence.received_at DESC
LIMIT 1

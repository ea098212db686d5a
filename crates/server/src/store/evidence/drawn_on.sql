-- Photos of which a file is the copy that somebody drew on.
SELECT DISTINCT evidence.original
FROM evidence_file
JOIN evidence
    ON evidence.district_id = evidence_file.district_id
    AND evidence.digest = evidence_file.digest
WHERE evidence_file.sha256 = :sha256
    AND evidence_file.district_id = :district_id
    AND evidence_file.kind = 'annotated'

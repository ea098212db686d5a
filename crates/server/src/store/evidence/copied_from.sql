-- Photos of which a file is a copy, letter for letter, and as what their records name it.
SELECT DISTINCT evidence.original, evidence_file.kind
FROM evidence_file
JOIN evidence
    ON evidence.district_id = evidence_file.district_id
    AND evidence.digest = evidence_file.digest
WHERE evidence_file.sha256 = :sha256
    AND evidence_file.district_id = :district_id
    AND evidence_file.kind <> 'original'

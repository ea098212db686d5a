SELECT evidence.district_id, evidence.body, evidence_file.kind
FROM evidence_file
JOIN evidence
    ON evidence.district_id = evidence_file.district_id
    AND evidence.digest = evidence_file.digest
WHERE evidence_file.sha256 = :sha256
ORDER BY evidence.received_at, evidence.digest
LIMIT 1

SELECT received_at
FROM evidence
WHERE district_id = :district_id AND digest = :digest

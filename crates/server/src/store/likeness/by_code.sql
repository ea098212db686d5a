SELECT DISTINCT original
FROM evidence
WHERE code = :code AND district_id = :district_id

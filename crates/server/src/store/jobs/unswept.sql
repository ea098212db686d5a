-- Of every district: one that is new has no sweep yet.
SELECT d.district_id AS district_id
FROM district d
LEFT JOIN job j ON j.district_id = d.district_id AND j.kind = 'sweep' AND j.subject = 'photos'
WHERE j.district_id IS NULL

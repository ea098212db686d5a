SELECT 1
FROM inspection
WHERE district_id = :district_id AND inspection_id = :inspection_id

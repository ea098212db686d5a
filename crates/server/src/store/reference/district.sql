SELECT body
FROM district
WHERE district_id = :district_id

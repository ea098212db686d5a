SELECT body
FROM district
ORDER BY district_id

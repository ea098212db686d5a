SELECT body
FROM point
WHERE district_id = :district_id
ORDER BY name, point_id

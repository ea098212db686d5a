SELECT body
FROM point
WHERE district_id = :district_id AND point_id = :point_id

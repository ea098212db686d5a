DELETE FROM point_unit
WHERE district_id = :district_id AND point_id = :point_id

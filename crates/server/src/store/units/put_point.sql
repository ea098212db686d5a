INSERT INTO point_unit (district_id, point_id, unit_id)
VALUES (:district_id, :point_id, :unit_id)
ON CONFLICT (district_id, point_id) DO UPDATE SET unit_id = excluded.unit_id

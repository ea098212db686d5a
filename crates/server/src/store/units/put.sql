INSERT INTO unit (district_id, unit_id, parent_id, level, name)
VALUES (:district_id, :unit_id, :parent_id, :level, :name)
ON CONFLICT (district_id, unit_id) DO UPDATE SET
    parent_id = excluded.parent_id,
    level = excluded.level,
    name = excluded.name

SELECT unit_id, parent_id, level, name
FROM unit
WHERE district_id = :district_id
ORDER BY name, unit_id

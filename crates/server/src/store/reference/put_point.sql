INSERT INTO point (district_id, point_id, name, body)
VALUES (:district_id, :point_id, :name, :body)
ON CONFLICT (district_id, point_id) DO UPDATE SET
    name = excluded.name,
    body = excluded.body
WHERE point.body <> excluded.body

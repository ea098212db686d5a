INSERT INTO district (district_id, body)
VALUES (:district_id, :body)
ON CONFLICT (district_id) DO UPDATE SET body = excluded.body
WHERE district.body <> excluded.body

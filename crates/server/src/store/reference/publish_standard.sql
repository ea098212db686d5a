INSERT INTO standard (district_id, standard_id, version, body)
VALUES (:district_id, :standard_id, :version, :body)
ON CONFLICT (district_id, standard_id, version) DO NOTHING

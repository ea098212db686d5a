INSERT INTO profile (district_id, version, standard_id, body, made_by, made_at, note)
VALUES (:district_id, :version, :standard_id, :body, :made_by, :made_at, :note)

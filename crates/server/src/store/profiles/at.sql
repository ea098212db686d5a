SELECT version, standard_id, body, made_by
FROM profile
WHERE district_id = :district_id AND version = :version

SELECT body
FROM standard
WHERE district_id = :district_id AND standard_id = :standard_id AND version = :version

SELECT 1 AS known
FROM photo_likeness
WHERE district_id = :district_id AND sha256 = :sha256

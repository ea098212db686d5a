SELECT bits IS NOT NULL AS telling
FROM photo_likeness
WHERE district_id = :district_id AND sha256 = :sha256

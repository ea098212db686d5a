SELECT COUNT(*) AS found
FROM swept_blob
WHERE district_id = :district_id AND sha256 = :sha256

SELECT bytes, media_type, width, height
FROM blob
WHERE district_id = :district_id AND sha256 = :sha256

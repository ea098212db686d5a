DELETE FROM photo_due
WHERE district_id = :district_id AND sha256 = :sha256

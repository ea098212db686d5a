UPDATE upload
SET held = :until, touched_at = :now
WHERE district_id = :district_id AND owner_id = :owner_id AND sha256 = :sha256 AND held = :held

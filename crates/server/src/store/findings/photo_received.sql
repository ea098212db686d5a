SELECT received_at
FROM finding_photo
WHERE district_id = :district_id AND sha256 = :sha256 AND finding_id = :finding_id

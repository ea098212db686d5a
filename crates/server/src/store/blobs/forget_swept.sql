DELETE FROM swept_blob
WHERE district_id = :district_id AND swept_at < :before

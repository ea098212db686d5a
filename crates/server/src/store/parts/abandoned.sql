SELECT owner_id, sha256
FROM upload
WHERE district_id = :district_id AND touched_at < :before

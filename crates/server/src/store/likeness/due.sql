SELECT district_id, sha256
FROM photo_due
LIMIT :limit

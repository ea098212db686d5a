SELECT seq, district_id, sha256
FROM photo_due
WHERE seq < :before
ORDER BY seq DESC
LIMIT :limit

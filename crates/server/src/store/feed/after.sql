SELECT seq, kind, body
FROM feed_event
WHERE district_id = :district_id AND scope = :scope AND seq > :cursor
ORDER BY seq
LIMIT :limit

SELECT chain
FROM feed_event
WHERE district_id = :district_id AND scope = :scope AND seq = :seq

SELECT last_seq
FROM feed_counter
WHERE district_id = :district_id AND scope = :scope

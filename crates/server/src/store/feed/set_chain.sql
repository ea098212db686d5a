UPDATE feed_counter
SET chain = :chain
WHERE district_id = :district_id AND scope = :scope

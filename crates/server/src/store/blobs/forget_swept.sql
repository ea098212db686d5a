-- What is of the future was noted by a clock that was wrong.
DELETE FROM swept_blob
WHERE district_id = :district_id AND (swept_at < :before OR swept_at > :latest)

UPDATE session
SET must_change = 0
WHERE district_id = :district_id AND session_id = :session_id

DELETE FROM session
WHERE district_id = :district_id AND person_id = :person_id AND session_id <> :session_id
    AND device_id IS NULL

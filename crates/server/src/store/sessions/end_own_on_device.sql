DELETE FROM session
WHERE district_id = :district_id AND device_id = :device_id AND person_id = :person_id

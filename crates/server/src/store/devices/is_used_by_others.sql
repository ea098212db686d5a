SELECT EXISTS (
        SELECT 1 FROM session
        WHERE district_id = :district_id AND device_id = :device_id AND person_id <> :person_id
    )
    OR EXISTS (
        SELECT 1 FROM op
        WHERE district_id = :district_id AND device_id = :device_id AND author_id <> :person_id
    )
    OR EXISTS (
        SELECT 1 FROM device_key
        WHERE district_id = :district_id AND device_id = :device_id AND person_id <> :person_id
    ) AS known

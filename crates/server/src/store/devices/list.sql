SELECT device_id, name, enrolled_at, revoked_at
FROM device
WHERE district_id = :district_id
    AND (person_id = :person_id
        OR device_id IN (
            SELECT device_id FROM session
            WHERE district_id = :district_id AND person_id = :person_id
                AND device_id IS NOT NULL)
        OR device_id IN (
            SELECT device_id FROM device_key
            WHERE district_id = :district_id AND person_id = :person_id))
ORDER BY enrolled_at DESC, device_id

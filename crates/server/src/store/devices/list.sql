SELECT device_id, name, enrolled_at, revoked_at
FROM device
WHERE district_id = :district_id AND person_id = :person_id
ORDER BY enrolled_at DESC, device_id

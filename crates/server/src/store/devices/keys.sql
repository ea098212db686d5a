SELECT public_key
FROM device_key
WHERE district_id = :district_id AND device_id = :device_id

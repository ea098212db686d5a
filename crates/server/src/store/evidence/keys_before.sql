SELECT count(*) AS keys
FROM device_key
WHERE district_id = :district_id AND device_id = :device_id
  AND key_id <> :key_id
  AND first_seen_at < (
    SELECT first_seen_at FROM device_key
    WHERE district_id = :district_id AND device_id = :device_id AND key_id = :key_id)

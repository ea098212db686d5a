SELECT EXISTS (
    SELECT 1
    FROM device_key
    JOIN device
        ON device.district_id = device_key.district_id
        AND device.device_id = device_key.device_id
    WHERE device_key.district_id = :district_id
        AND device_key.key_id = :key_id
        AND device.revoked_at IS NOT NULL) AS revoked

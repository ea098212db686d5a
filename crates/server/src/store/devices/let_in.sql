INSERT INTO device (district_id, device_id, person_id, name, enrolled_at)
VALUES (:district_id, :device_id, :person_id, :name, :now)
ON CONFLICT (district_id, device_id) DO UPDATE SET
    person_id = excluded.person_id,
    name = CASE excluded.name WHEN '' THEN device.name ELSE excluded.name END
WHERE device.revoked_at IS NULL

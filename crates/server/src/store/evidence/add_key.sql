INSERT INTO device_key (district_id, device_id, key_id, public_key, person_id, first_seen_at)
VALUES (:district_id, :device_id, :key_id, :public_key, :person_id, :first_seen_at)
ON CONFLICT (district_id, device_id, key_id) DO NOTHING

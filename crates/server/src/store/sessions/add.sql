INSERT INTO session (district_id, token_hash, person_id, device_id, created_at, expires_at)
VALUES (:district_id, :token_hash, :person_id, :device_id, :created_at, :expires_at)

INSERT INTO session (token_hash, district_id, person_id, device_id, created_at, expires_at)
VALUES (:token_hash, :district_id, :person_id, :device_id, :created_at, :expires_at)

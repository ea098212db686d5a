INSERT INTO session
    (district_id, token_hash, session_id, person_id, device_id, created_at, expires_at,
     last_used_at, must_change)
VALUES
    (:district_id, :token_hash, :session_id, :person_id, :device_id, :created_at, :expires_at,
     :created_at, :must_change)

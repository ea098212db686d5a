INSERT INTO account
    (name, district_id, person_id, password_hash, password_changed_at, must_change)
VALUES (:name, :district_id, :person_id, :password_hash, :now, :must_change)
ON CONFLICT (name) DO NOTHING

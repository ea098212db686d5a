UPDATE account
SET password_hash = :password_hash, password_changed_at = :now, must_change = :must_change
WHERE district_id = :district_id AND person_id = :person_id

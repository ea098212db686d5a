SELECT name, district_id, person_id, password_hash, password_changed_at, must_change, disabled_at
FROM account
WHERE district_id = :district_id AND person_id = :person_id

SELECT name, district_id, person_id, password_hash, password_changed_at, must_change, disabled_at
FROM account
WHERE name = :name

SELECT district_id, person_id, password_hash
FROM account
WHERE name = :name

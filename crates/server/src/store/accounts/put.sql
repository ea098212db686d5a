INSERT INTO account (name, district_id, person_id, password_hash)
VALUES (:name, :district_id, :person_id, :password_hash)
ON CONFLICT (name) DO UPDATE SET
    district_id = excluded.district_id,
    person_id = excluded.person_id,
    password_hash = excluded.password_hash

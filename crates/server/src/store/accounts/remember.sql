INSERT INTO password_history (district_id, person_id, number, password_hash)
SELECT :district_id, :person_id, coalesce(max(number), 0) + 1, :password_hash
FROM password_history
WHERE district_id = :district_id AND person_id = :person_id

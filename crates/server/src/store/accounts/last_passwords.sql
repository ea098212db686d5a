SELECT password_hash
FROM password_history
WHERE district_id = :district_id AND person_id = :person_id
ORDER BY number DESC

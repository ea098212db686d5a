SELECT person_id, expires_at, used_device, used_key, session_id
FROM enrolment
WHERE district_id = :district_id AND code_hash = :code_hash

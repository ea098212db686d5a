INSERT INTO enrolment (district_id, code_hash, person_id, expires_at)
VALUES (:district_id, :code_hash, :person_id, :expires_at)

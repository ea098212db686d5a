UPDATE enrolment
SET used_device = :device_id, used_key = :key_id, session_id = :session_id
WHERE district_id = :district_id AND code_hash = :code_hash

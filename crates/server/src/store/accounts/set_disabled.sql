UPDATE account
SET disabled_at = :disabled_at
WHERE district_id = :district_id AND person_id = :person_id

INSERT INTO person (district_id, person_id, display_name)
VALUES (:district_id, :person_id, :display_name)
ON CONFLICT (district_id, person_id) DO UPDATE SET display_name = excluded.display_name

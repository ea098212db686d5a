INSERT INTO person (district_id, person_id, display_name, role, administrator)
VALUES (:district_id, :person_id, :display_name, :role, :administrator)
ON CONFLICT (district_id, person_id) DO UPDATE SET
    display_name = excluded.display_name,
    role = excluded.role,
    administrator = excluded.administrator

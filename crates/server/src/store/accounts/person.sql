SELECT person_id, display_name, role, administrator
FROM person
WHERE district_id = :district_id AND person_id = :person_id

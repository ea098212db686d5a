INSERT INTO person_grant (district_id, person_id, number, role, unit_id, point_id)
VALUES (:district_id, :person_id, :number, :role, :unit_id, :point_id)

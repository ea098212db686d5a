DELETE FROM enrolment
WHERE district_id = :district_id AND person_id = :person_id

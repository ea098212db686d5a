DELETE FROM enrolment
WHERE district_id = :district_id AND expires_at <= :now

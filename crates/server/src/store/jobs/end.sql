DELETE FROM job
WHERE district_id = :district_id AND kind = :kind AND subject = :subject

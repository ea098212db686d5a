UPDATE job
SET not_before = :until
WHERE district_id = :district_id AND kind = :kind AND subject = :subject
    AND (not_before <= :now OR not_before > :latest)

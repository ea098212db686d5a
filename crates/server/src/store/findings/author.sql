SELECT author_id
FROM finding
WHERE district_id = :district_id AND finding_id = :finding_id

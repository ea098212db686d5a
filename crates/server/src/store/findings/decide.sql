UPDATE finding
SET review_state = :state, review_rev = :rev
WHERE district_id = :district_id
    AND finding_id = :finding_id
    AND review_rev = :rev - 1

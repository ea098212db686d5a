UPDATE finding
SET body = :body, seq = :seq, received_at = :received_at,
    review_state = 'pending', review_rev = :rev
WHERE district_id = :district_id AND finding_id = :finding_id

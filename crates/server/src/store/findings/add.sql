INSERT INTO finding
    (district_id, finding_id, seq, author_id, point_id, body, received_at,
     review_state, review_rev)
VALUES
    (:district_id, :finding_id, :seq, :author_id, :point_id, :body, :received_at,
     'pending', 0)

INSERT INTO inspection
    (district_id, inspection_id, seq, author_id, point_id, body, received_at, differing)
VALUES
    (:district_id, :inspection_id, :seq, :author_id, :point_id, :body, :received_at, :differing)

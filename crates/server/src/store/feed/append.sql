INSERT INTO feed_event (district_id, scope, seq, kind, body, chain)
VALUES (:district_id, :scope, :seq, :kind, :body, :chain)

INSERT INTO feed_event (district_id, scope, seq, kind, body)
VALUES (:district_id, :scope, :seq, :kind, :body)

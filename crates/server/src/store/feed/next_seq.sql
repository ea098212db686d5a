INSERT INTO feed_counter (district_id, scope, last_seq)
VALUES (:district_id, :scope, 1)
ON CONFLICT (district_id, scope) DO UPDATE SET last_seq = feed_counter.last_seq + 1
RETURNING last_seq, chain

INSERT INTO feed_counter (district_id, scope, last_seq)
VALUES (:district_id, :scope, :count)
ON CONFLICT (district_id, scope) DO UPDATE SET last_seq = feed_counter.last_seq + :count
RETURNING last_seq, chain

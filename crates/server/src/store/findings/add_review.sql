INSERT INTO review (district_id, finding_id, rev, state, reason, decided_by, decided_at)
VALUES (:district_id, :finding_id, :rev, :state, :reason, :decided_by, :decided_at)

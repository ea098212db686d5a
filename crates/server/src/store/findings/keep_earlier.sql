INSERT INTO earlier_finding (district_id, finding_id, until_rev, rev, body, received_at)
SELECT district_id, finding_id, :rev, review_rev, body, received_at
FROM finding
WHERE district_id = :district_id AND finding_id = :finding_id AND review_rev < :rev

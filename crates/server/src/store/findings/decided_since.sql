SELECT review.finding_id, finding.review_state
FROM review
JOIN finding ON finding.district_id = review.district_id AND finding.finding_id = review.finding_id
WHERE review.district_id = :district_id AND review.decided_at >= :since
LIMIT :limit

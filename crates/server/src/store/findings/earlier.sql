SELECT
    earlier_finding.body,
    earlier_finding.received_at,
    review.reason,
    review.state,
    review.rev,
    review.decided_at,
    decider.display_name AS decided_by_name
FROM earlier_finding
LEFT JOIN review
    ON review.district_id = earlier_finding.district_id
    AND review.finding_id = earlier_finding.finding_id
    AND review.rev = earlier_finding.rev
LEFT JOIN person AS decider
    ON decider.district_id = review.district_id AND decider.person_id = review.decided_by
WHERE earlier_finding.district_id = :district_id AND earlier_finding.finding_id = :finding_id
ORDER BY earlier_finding.until_rev DESC
LIMIT :limit

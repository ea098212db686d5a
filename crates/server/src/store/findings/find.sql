SELECT
    finding.seq,
    finding.author_id,
    finding.body,
    finding.received_at,
    finding.review_state,
    finding.review_rev,
    point.name AS point_name,
    author.display_name AS author_name,
    review.reason,
    review.decided_at,
    decider.display_name AS decided_by_name
FROM finding
JOIN point
    ON point.district_id = finding.district_id AND point.point_id = finding.point_id
JOIN person AS author
    ON author.district_id = finding.district_id AND author.person_id = finding.author_id
LEFT JOIN review
    ON review.district_id = finding.district_id
    AND review.finding_id = finding.finding_id
    AND review.rev = finding.review_rev
LEFT JOIN person AS decider
    ON decider.district_id = review.district_id AND decider.person_id = review.decided_by
WHERE finding.district_id = :district_id AND finding.finding_id = :finding_id

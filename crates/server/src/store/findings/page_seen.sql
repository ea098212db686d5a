-- Only of one's own, and of points that the person's grants reach, with any of the roles a to h.
WITH RECURSIVE reached (unit_id) AS (
    SELECT person_grant.unit_id
    FROM person_grant
    WHERE person_grant.district_id = :district_id
        AND person_grant.person_id = :person_id
        AND person_grant.unit_id IS NOT NULL
        AND person_grant.role IN (:a, :b, :c, :d, :e, :f, :g, :h)
    UNION
    SELECT unit.unit_id
    FROM unit
    JOIN reached ON reached.unit_id = unit.parent_id
    WHERE unit.district_id = :district_id),
seen (point_id) AS (
    SELECT point_unit.point_id
    FROM point_unit
    JOIN reached ON reached.unit_id = point_unit.unit_id
    WHERE point_unit.district_id = :district_id
    UNION
    SELECT person_grant.point_id
    FROM person_grant
    WHERE person_grant.district_id = :district_id
        AND person_grant.person_id = :person_id
        AND person_grant.point_id IS NOT NULL
        AND person_grant.role IN (:a, :b, :c, :d, :e, :f, :g, :h))
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
WHERE finding.district_id = :district_id
    AND (finding.author_id = :person_id
        OR finding.point_id IN (SELECT point_id FROM seen))
    AND (:state = '' OR finding.review_state = :state)
    AND finding.seq < :before
ORDER BY finding.seq DESC
LIMIT :limit

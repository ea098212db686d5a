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
SELECT review_state, count(*) AS findings
FROM finding
WHERE finding.district_id = :district_id
    AND (finding.author_id = :person_id
        OR finding.point_id IN (SELECT point_id FROM seen))
GROUP BY review_state

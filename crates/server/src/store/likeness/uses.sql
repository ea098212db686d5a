-- What showed a photo, or one that resembles it, before a record came; of records that came
-- together, ids tell. A revision of a finding may show again what the finding showed.
WITH seen (photo, how) AS (
    SELECT :sha256, 0
    UNION ALL
    SELECT other, min(CASE how WHEN 'copy' THEN 1 ELSE 2 END)
    FROM photo_pair
    WHERE district_id = :district_id AND sha256 = :sha256
    GROUP BY other)
SELECT seen.photo, seen.how, 0 AS is_inspection, finding.finding_id AS id, shown.received_at
FROM seen
JOIN finding_photo AS shown
    ON shown.district_id = :district_id AND shown.sha256 = seen.photo
JOIN finding
    ON finding.district_id = shown.district_id AND finding.finding_id = shown.finding_id
WHERE (shown.received_at, finding.finding_id) < (:received_at, :id)
    AND finding.finding_id <> :id
UNION ALL
SELECT seen.photo, seen.how, 1, inspection.inspection_id, inspection.received_at
FROM seen
JOIN inspection_photo AS shown
    ON shown.district_id = :district_id AND shown.sha256 = seen.photo
JOIN inspection
    ON inspection.district_id = shown.district_id
    AND inspection.inspection_id = shown.inspection_id
WHERE (inspection.received_at, inspection.inspection_id) < (:received_at, :id)
ORDER BY 5, 4, 2
LIMIT :limit

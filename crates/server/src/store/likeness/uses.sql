-- What showed a photo before a record came; of records that came together, ids tell.
SELECT 0 AS is_inspection, finding.finding_id AS id, finding.received_at
FROM finding_photo AS shown
JOIN finding
    ON finding.district_id = shown.district_id AND finding.finding_id = shown.finding_id
WHERE shown.district_id = :district_id AND shown.sha256 = :sha256
    AND (finding.received_at, finding.finding_id) < (:received_at, :id)
UNION ALL
SELECT 1, inspection.inspection_id, inspection.received_at
FROM inspection_photo AS shown
JOIN inspection
    ON inspection.district_id = shown.district_id
    AND inspection.inspection_id = shown.inspection_id
WHERE shown.district_id = :district_id AND shown.sha256 = :sha256
    AND (inspection.received_at, inspection.inspection_id) < (:received_at, :id)
ORDER BY received_at
LIMIT :limit

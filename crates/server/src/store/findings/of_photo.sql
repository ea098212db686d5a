SELECT DISTINCT finding.author_id, finding.point_id
FROM finding_photo
JOIN finding
    ON finding.district_id = finding_photo.district_id
    AND finding.finding_id = finding_photo.finding_id
WHERE finding_photo.district_id = :district_id AND finding_photo.sha256 = :sha256

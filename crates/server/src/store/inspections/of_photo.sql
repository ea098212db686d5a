SELECT DISTINCT inspection.author_id, inspection.point_id
FROM inspection_photo
JOIN inspection
    ON inspection.district_id = inspection_photo.district_id
    AND inspection.inspection_id = inspection_photo.inspection_id
WHERE inspection_photo.district_id = :district_id AND inspection_photo.sha256 = :sha256

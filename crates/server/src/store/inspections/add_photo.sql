INSERT INTO inspection_photo (district_id, sha256, inspection_id)
VALUES (:district_id, :sha256, :inspection_id)
ON CONFLICT (district_id, sha256, inspection_id) DO NOTHING

INSERT INTO finding_photo (district_id, sha256, finding_id)
VALUES (:district_id, :sha256, :finding_id)
ON CONFLICT (district_id, sha256, finding_id) DO NOTHING

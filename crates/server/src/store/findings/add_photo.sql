INSERT INTO finding_photo (district_id, sha256, finding_id, received_at)
VALUES (:district_id, :sha256, :finding_id, :received_at)
ON CONFLICT (district_id, sha256, finding_id) DO NOTHING

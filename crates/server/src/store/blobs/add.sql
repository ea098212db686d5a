INSERT INTO blob (district_id, sha256, bytes, media_type, width, height, received_at)
VALUES (:district_id, :sha256, :bytes, :media_type, :width, :height, :received_at)
ON CONFLICT (district_id, sha256) DO NOTHING

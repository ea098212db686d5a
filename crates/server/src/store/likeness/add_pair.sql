INSERT INTO photo_pair (district_id, sha256, other, how)
VALUES (:district_id, :sha256, :other, :how)
ON CONFLICT (district_id, sha256, other, how) DO NOTHING

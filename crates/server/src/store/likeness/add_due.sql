INSERT INTO photo_due (district_id, sha256)
SELECT :district_id, :sha256
WHERE NOT EXISTS (
    SELECT 1 FROM photo_likeness
    WHERE district_id = :district_id AND sha256 = :sha256)
ON CONFLICT (district_id, sha256) DO NOTHING

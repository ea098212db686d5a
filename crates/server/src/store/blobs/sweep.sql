-- Only what no row names, and nobody else sweeps already.
INSERT INTO swept_blob (district_id, sha256, swept_at)
SELECT :district_id, :sha256, :now
WHERE NOT EXISTS (SELECT 1 FROM blob WHERE district_id = :district_id AND sha256 = :sha256)
ON CONFLICT (district_id, sha256) DO NOTHING

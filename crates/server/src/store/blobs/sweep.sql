-- Only what no row names. What a server noted that died over it is noted anew.
INSERT INTO swept_blob (district_id, sha256, swept_at)
SELECT :district_id, :sha256, :now
WHERE NOT EXISTS (SELECT 1 FROM blob WHERE district_id = :district_id AND sha256 = :sha256)
ON CONFLICT (district_id, sha256) DO UPDATE SET swept_at = excluded.swept_at

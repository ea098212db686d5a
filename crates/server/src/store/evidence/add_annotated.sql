INSERT INTO evidence_file (sha256, district_id, digest, kind)
SELECT :sha256, :district_id, :digest, 'annotated'
WHERE NOT EXISTS (
    SELECT 1 FROM evidence_file
    WHERE district_id = :district_id AND digest = :digest AND kind = 'annotated')

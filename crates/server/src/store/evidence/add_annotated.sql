INSERT INTO evidence_file (district_id, sha256, digest, kind)
SELECT :district_id, :sha256, :digest, 'annotated'
WHERE NOT EXISTS (
    SELECT 1 FROM evidence_file
    WHERE district_id = :district_id AND digest = :digest AND kind = 'annotated')

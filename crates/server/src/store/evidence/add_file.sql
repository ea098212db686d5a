INSERT INTO evidence_file (sha256, district_id, digest, kind)
VALUES (:sha256, :district_id, :digest, :kind)
ON CONFLICT (sha256, district_id, digest, kind) DO NOTHING

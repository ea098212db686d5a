INSERT INTO evidence_file (district_id, sha256, digest, kind)
VALUES (:district_id, :sha256, :digest, :kind)
ON CONFLICT (district_id, sha256, digest, kind) DO NOTHING

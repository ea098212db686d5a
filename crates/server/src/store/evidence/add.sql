INSERT INTO evidence
    (district_id, digest, device_id, seq, prev, original, code, body, received_at)
VALUES
    (:district_id, :digest, :device_id, :seq, :prev, :original, :code, :body, :received_at)
ON CONFLICT (district_id, digest) DO NOTHING

INSERT INTO op (district_id, op_id, device_id, dev_seq, author_id, kind, digest, seq, applied_at,
                signature, key_id)
VALUES (:district_id, :op_id, :device_id, :dev_seq, :author_id, :kind, :digest, :seq, :applied_at,
        :signature, :key_id)

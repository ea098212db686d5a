INSERT INTO upload (district_id, owner_id, sha256, length, held, touched_at)
VALUES (:district_id, :owner_id, :sha256, :length, 0, :now)

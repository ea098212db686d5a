INSERT INTO upload_piece (district_id, owner_id, sha256, begins_at, bytes, piece_id)
VALUES (:district_id, :owner_id, :sha256, :begins_at, :bytes, :piece_id)

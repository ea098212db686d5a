DELETE FROM upload_piece
WHERE district_id = :district_id AND owner_id = :owner_id AND sha256 = :sha256

SELECT piece_id, begins_at, bytes
FROM upload_piece
WHERE district_id = :district_id AND owner_id = :owner_id AND sha256 = :sha256
ORDER BY begins_at

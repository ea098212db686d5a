SELECT COUNT(*) AS found
FROM upload_piece
WHERE district_id = :district_id AND piece_id = :piece_id

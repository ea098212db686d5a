INSERT INTO photo_likeness (district_id, seq, sha256, bits)
SELECT :district_id, coalesce(max(seq), 0) + 1, :sha256, :bits
FROM photo_likeness
WHERE district_id = :district_id
RETURNING seq

SELECT other, how
FROM photo_pair
WHERE district_id = :district_id AND sha256 = :sha256
ORDER BY how DESC, other
LIMIT :limit

-- By the queue, in which what came last is last: whoever asks was away for a short time.
SELECT inspection_id, received_at
FROM inspection
WHERE district_id = :district_id
ORDER BY seq DESC
LIMIT :limit

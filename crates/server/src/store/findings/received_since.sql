-- By the queue, in which what came last is last: whoever asks was away for a short time.
SELECT finding_id, review_state, received_at
FROM finding
WHERE district_id = :district_id
ORDER BY seq DESC
LIMIT :limit

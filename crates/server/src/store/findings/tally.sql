SELECT review_state, count(*) AS findings
FROM finding
WHERE district_id = :district_id
GROUP BY review_state

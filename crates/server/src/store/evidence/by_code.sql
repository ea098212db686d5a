SELECT district_id, body, received_at
FROM evidence
WHERE code = :code
ORDER BY received_at
LIMIT 1

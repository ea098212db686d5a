SELECT seq, digest, prev
FROM evidence
WHERE district_id = :district_id AND device_id = :device_id
  AND seq BETWEEN :seq - 1 AND :seq + 1
ORDER BY seq, digest

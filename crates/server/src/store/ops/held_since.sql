SELECT dev_seq
FROM op
WHERE district_id = :district_id AND device_id = :device_id AND dev_seq >= :since
  AND author_id = :author_id
ORDER BY dev_seq

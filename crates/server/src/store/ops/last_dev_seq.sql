SELECT max(dev_seq) AS last
FROM op
WHERE district_id = :district_id AND device_id = :device_id

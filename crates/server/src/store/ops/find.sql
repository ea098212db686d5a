SELECT device_id, dev_seq, author_id, kind, digest, seq
FROM op
WHERE district_id = :district_id AND op_id = :op_id

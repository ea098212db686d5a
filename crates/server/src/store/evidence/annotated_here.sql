-- The copies of a record that somebody drew on, of those that have come.
SELECT file.sha256
FROM evidence_file AS file
JOIN blob ON blob.district_id = file.district_id AND blob.sha256 = file.sha256
WHERE file.district_id = :district_id AND file.digest = :digest AND file.kind = 'annotated'
ORDER BY file.sha256
LIMIT 1

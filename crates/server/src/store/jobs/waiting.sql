-- Of every district: whoever looks for something to do works for all of them. What is put off for
-- longer than anybody puts a thing off was put off by another clock.
SELECT district_id, subject
FROM job
WHERE kind = :kind AND (not_before <= :now OR not_before > :latest)
ORDER BY noted_at DESC
LIMIT :limit

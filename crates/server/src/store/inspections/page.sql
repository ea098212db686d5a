SELECT inspection.body, inspection.seq, inspection.received_at, inspection.differing,
    inspection.author_id,
    person.display_name AS author_name, point.name AS point_name
FROM inspection
JOIN person
    ON person.district_id = inspection.district_id AND person.person_id = inspection.author_id
JOIN point
    ON point.district_id = inspection.district_id AND point.point_id = inspection.point_id
WHERE inspection.district_id = :district_id AND inspection.seq < :before
ORDER BY inspection.seq DESC
LIMIT :limit

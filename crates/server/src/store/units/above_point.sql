-- The unit of a point, and those that it belongs to.
WITH RECURSIVE above (unit_id, parent_id) AS (
    SELECT unit.unit_id, unit.parent_id
    FROM point_unit
    JOIN unit
        ON unit.district_id = point_unit.district_id AND unit.unit_id = point_unit.unit_id
    WHERE point_unit.district_id = :district_id AND point_unit.point_id = :point_id
    UNION
    SELECT unit.unit_id, unit.parent_id
    FROM unit
    JOIN above ON above.parent_id = unit.unit_id
    WHERE unit.district_id = :district_id)
SELECT unit_id
FROM above

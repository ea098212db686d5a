-- People who hold a role in all of the district, and can sign in.
SELECT count(DISTINCT person_grant.person_id) AS people
FROM person_grant
JOIN account
    ON account.district_id = person_grant.district_id
    AND account.person_id = person_grant.person_id
WHERE person_grant.district_id = :district_id
    AND person_grant.role = :role
    AND person_grant.unit_id IS NULL
    AND person_grant.point_id IS NULL
    AND account.disabled_at IS NULL

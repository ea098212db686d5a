SELECT person.person_id, person.display_name,
    account.name AS account, account.disabled_at, account.must_change,
    person_grant.role, person_grant.unit_id, person_grant.point_id
FROM person
JOIN person_grant
    ON person_grant.district_id = person.district_id
    AND person_grant.person_id = person.person_id
LEFT JOIN account
    ON account.district_id = person.district_id AND account.person_id = person.person_id
WHERE person.district_id = :district_id AND person.person_id = :person_id
ORDER BY person_grant.number

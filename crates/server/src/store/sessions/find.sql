SELECT session.district_id, session.person_id, session.session_id, session.device_id,
    session.last_used_at, session.must_change,
    person_grant.role, person_grant.unit_id, person_grant.point_id
FROM session
JOIN person_grant
    ON person_grant.district_id = session.district_id
    AND person_grant.person_id = session.person_id
WHERE session.token_hash = :token_hash AND session.expires_at > :now

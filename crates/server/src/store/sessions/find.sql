SELECT session.district_id, session.person_id, session.device_id, person.role, person.administrator
FROM session
JOIN person
    ON person.district_id = session.district_id AND person.person_id = session.person_id
WHERE session.token_hash = :token_hash AND session.expires_at > :now

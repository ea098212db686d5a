SELECT session_id, device_id, created_at, last_used_at, expires_at
FROM session
WHERE district_id = :district_id AND person_id = :person_id AND expires_at > :now
ORDER BY last_used_at DESC, session_id

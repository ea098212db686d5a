UPDATE session
SET last_used_at = :now
WHERE district_id = :district_id AND token_hash = :token_hash AND last_used_at < :now

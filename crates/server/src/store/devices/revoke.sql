UPDATE device
SET revoked_at = coalesce(revoked_at, :now)
WHERE district_id = :district_id AND device_id = :device_id

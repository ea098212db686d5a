SELECT standard.body
FROM profile
JOIN standard
    ON standard.district_id = profile.district_id
    AND standard.standard_id = profile.standard_id
    AND standard.version = profile.version
WHERE profile.district_id = :district_id
ORDER BY profile.version DESC

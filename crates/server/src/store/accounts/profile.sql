SELECT passwords
FROM account_policy
WHERE district_id = :district_id

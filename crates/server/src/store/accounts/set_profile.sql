INSERT INTO account_policy (district_id, passwords)
VALUES (:district_id, :passwords)
ON CONFLICT (district_id) DO UPDATE SET passwords = excluded.passwords

INSERT INTO job (district_id, kind, subject, noted_at)
VALUES (:district_id, :kind, :subject, :noted_at)
ON CONFLICT (district_id, kind, subject) DO NOTHING

INSERT INTO server (only_row, epoch, created_at)
VALUES (1, :epoch, :created_at)
ON CONFLICT (only_row) DO NOTHING

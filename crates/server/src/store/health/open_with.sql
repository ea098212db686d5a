UPDATE server
SET letter_key = :key
WHERE only_row = 1 AND letter_key IS NULL

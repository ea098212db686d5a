DELETE FROM password_history
WHERE district_id = :district_id AND person_id = :person_id
    AND number <= (
        SELECT max(number) - :kept
        FROM password_history
        WHERE district_id = :district_id AND person_id = :person_id)

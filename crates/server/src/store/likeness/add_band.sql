INSERT INTO photo_band (district_id, band, seq)
VALUES (:district_id, :band, :seq)

SELECT EXISTS (
    SELECT 1 FROM unit WHERE district_id = :district_id AND unit_id = :unit_id) AS known

SELECT DISTINCT photo_likeness.sha256, photo_likeness.bits
FROM json_each(:bands) AS wanted
JOIN photo_band
    ON photo_band.district_id = :district_id AND photo_band.band = wanted.value
JOIN photo_likeness
    ON photo_likeness.district_id = photo_band.district_id
    AND photo_likeness.seq = photo_band.seq
